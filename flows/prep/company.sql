-- Whose the addresses of $who are, and the last mail each way and the last meeting held with each before $begins: mails
-- of the last 400 days, not by lists or machines. `first_at`: the first time that there was anything at all.
WITH mail AS (
  SELECT m.from_address AS address, m.sent_at, m.from_me FROM messages AS m
  WHERE m.from_address IN (SELECT unnest($who)) AND m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 400 DAY
    AND NOT coalesce(m.automated, FALSE) AND m.list_id IS NULL
  UNION ALL
  SELECT unnest(list_concat(json_extract_string(m.to_addresses, '$[*].address'),
                            json_extract_string(m.cc_addresses, '$[*].address'))), m.sent_at, TRUE
  FROM messages AS m WHERE m.from_me AND m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 400 DAY
), guest AS (
  SELECT i.starts_at, lower(i.organizer_address) AS organizer,
         unnest(json_transform(i.attendees, '[{"address": "VARCHAR", "partstat": "VARCHAR"}]')) AS guest
  FROM event_instances AS i
  WHERE NOT i.cancelled AND coalesce(i.status, '') <> 'cancelled' AND i.my_status NOT IN ('declined', 'none')
    AND i.starts_at < least($begins, $as_of) AND i.starts_at > $as_of - INTERVAL 120 DAY
), met AS (
  SELECT lower(guest.address) AS address, starts_at FROM guest
  WHERE coalesce(lower(guest.partstat), '') <> 'declined'
  UNION ALL
  SELECT organizer, starts_at FROM guest
)
SELECT w.address, a.person_id, a.name, p.organization, coalesce(p.source, 'observed') AS source, a.first_at,
       (SELECT max(sent_at) FROM mail WHERE lower(mail.address) = w.address) AS mail_at,
       (SELECT max(starts_at) FROM met WHERE met.address = w.address) AS met_at
FROM (SELECT DISTINCT unnest($who) AS address) AS w
LEFT JOIN addresses AS a ON a.address = w.address
LEFT JOIN people AS p ON p.person_id = a.person_id
ORDER BY w.address
LIMIT 100
