-- When the owner had to do with each person whom the profile or the contacts hold (and $also) in the 400 days before: the
-- local days, and the last mail each way and the last meeting held. Mails of lists and machines are none.
WITH known AS (
  SELECT address, person_id FROM addresses WHERE person_source IN ('profile', 'contacts') OR person_id = $also
), letters AS (
  SELECT m.message_key, m.sent_at, m.subject, m.from_address, m.from_me, m.to_addresses, m.cc_addresses
  FROM messages AS m
  WHERE m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 400 DAY
    AND NOT coalesce(m.automated, FALSE) AND m.list_id IS NULL
    AND NOT regexp_matches(lower(coalesce(m.folder, '')),
      '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze|junk|spam|trash|deleted|papierkorb|corbeille)$')
), written AS (
  SELECT message_key, sent_at, subject,
         unnest(list_concat(json_extract_string(to_addresses, '$[*].address'),
                            json_extract_string(cc_addresses, '$[*].address'))) AS address
  FROM letters WHERE from_me
), guests AS (
  SELECT i.instance_key, i.starts_at, i.summary, lower(i.organizer_address) AS organizer,
         unnest(json_transform(i.attendees, '[{"address": "VARCHAR", "partstat": "VARCHAR"}]')) AS guest
  FROM event_instances AS i
  WHERE NOT i.cancelled AND coalesce(i.status, '') <> 'cancelled' AND i.my_status NOT IN ('declined', 'none')
    AND i.starts_at <= $as_of AND i.starts_at > $as_of - INTERVAL 400 DAY
), every AS (
  SELECT k.person_id, 'from' AS way, l.message_key AS key, l.sent_at AS happened_at, l.subject AS title
  FROM letters AS l JOIN known AS k ON k.address = lower(l.from_address) WHERE NOT l.from_me
  UNION ALL
  SELECT k.person_id, 'to', w.message_key, w.sent_at, w.subject
  FROM written AS w JOIN known AS k ON k.address = lower(w.address)
  UNION ALL
  SELECT k.person_id, 'met', g.instance_key, g.starts_at, g.summary
  FROM guests AS g JOIN known AS k ON k.address = lower(g.guest.address)
  WHERE coalesce(lower(g.guest.partstat), '') <> 'declined'
  UNION ALL
  SELECT k.person_id, 'met', g.instance_key, g.starts_at, g.summary
  FROM guests AS g JOIN known AS k ON k.address = g.organizer
)
SELECT person_id, list_sort(list(DISTINCT (happened_at AT TIME ZONE $zone)::DATE)) AS days,
       max(happened_at) FILTER (way = 'from') AS from_at, arg_max(key, (happened_at, key)) FILTER (way = 'from') AS from_key,
       arg_max(title, (happened_at, key)) FILTER (way = 'from') AS from_title,
       max(happened_at) FILTER (way = 'to') AS to_at, arg_max(key, (happened_at, key)) FILTER (way = 'to') AS to_key,
       arg_max(title, (happened_at, key)) FILTER (way = 'to') AS to_title,
       max(happened_at) FILTER (way = 'met') AS met_at, arg_max(key, (happened_at, key)) FILTER (way = 'met') AS met_key,
       arg_max(title, (happened_at, key)) FILTER (way = 'met') AS met_title
FROM every
GROUP BY person_id
ORDER BY person_id
LIMIT 5000
