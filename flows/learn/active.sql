-- When the owner was at it in twelve weeks: mails that they sent, and meetings with others that they went to.
SELECT 'mail' AS kind, sent_at AS begins_at, sent_at AS ends_at
FROM messages
WHERE from_me AND sent_at BETWEEN $as_of - INTERVAL 84 DAY AND $as_of
UNION ALL
SELECT DISTINCT 'meeting', starts_at, ends_at
FROM event_instances
WHERE NOT coalesce(cancelled, FALSE) AND NOT coalesce(all_day, FALSE) AND other_people > 0
  AND my_status IN ('organizer', 'accepted') AND duplicate_of IS NULL
  AND starts_at BETWEEN $as_of - INTERVAL 84 DAY AND $as_of
ORDER BY begins_at DESC, kind, ends_at
LIMIT 20000
