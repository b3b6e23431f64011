-- The newest mails that the owner wrote to others in a year, with whom they went to. Drafts and lists are out.
SELECT message_key, sent_at, subject, left(body, 6000) AS body, to_addresses
FROM messages
WHERE from_me AND list_id IS NULL AND NOT coalesce(automated, FALSE)
  AND sent_at BETWEEN $as_of - INTERVAL 365 DAY AND $as_of
  AND NOT regexp_matches(lower(coalesce(folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze)$')
ORDER BY sent_at DESC, message_key
LIMIT 1500
