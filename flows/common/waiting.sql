-- Threads in which the owner wrote last, to somebody else, three to 21 days ago: what others may owe the owner.
-- Whether the owner asked for something is read from the text by rules.
WITH newest AS (
  SELECT m.* FROM messages AS m WHERE m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 60 DAY
    AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze)$')
  QUALIFY row_number() OVER (PARTITION BY m.account, m.thread_id ORDER BY m.sent_at DESC, m.message_key DESC) = 1
)
SELECT n.message_key, n.thread_id, n.source, n.account, n.subject, left(n.body, 6000) AS body, n.sent_at,
       n.to_addresses, a.person_id, p.name AS person, p.tier_rank
FROM newest AS n
LEFT JOIN addresses AS a ON a.address = lower(n.to_addresses ->> '$[0].address')
LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE n.from_me AND n.list_id IS NULL AND json_array_length(n.to_addresses) BETWEEN 1 AND 3
  AND n.sent_at BETWEEN $as_of - INTERVAL 21 DAY AND $as_of - INTERVAL 3 DAY
QUALIFY row_number() OVER (PARTITION BY n.message_key ORDER BY n.account, n.source) = 1
ORDER BY n.sent_at, n.message_key
LIMIT 500
