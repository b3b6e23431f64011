-- Threads whose last mail came from somebody else to the owner directly, within 30 days, and was not answered: the
-- candidates for "needs a reply". Lists and automated mail are out. What the mail asks for is read from its text by rules.
WITH known AS (
  SELECT m.* FROM messages AS m WHERE m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 60 DAY
), newest AS (
  SELECT * FROM known
  QUALIFY row_number() OVER (PARTITION BY account, thread_id ORDER BY sent_at DESC, message_key DESC) = 1
)
SELECT n.message_key, n.thread_id, n.source, n.account, n.subject, left(n.body, 6000) AS body, n.sent_at,
       n.from_address, n.from_name, a.person_id, p.name AS person, p.tier_rank, p.relation, n.flagged, n.seen
FROM newest AS n
LEFT JOIN addresses AS a ON a.address = n.from_address
LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE NOT n.from_me AND n.to_me AND NOT coalesce(n.automated, FALSE) AND n.list_id IS NULL
  AND NOT coalesce(n.answered, FALSE) AND n.sent_at > $as_of - INTERVAL 30 DAY
ORDER BY n.sent_at DESC, n.message_key
LIMIT 2000
