-- Titles under which the owner met other people at least four times in 90 days: they may be a project's.
SELECT summary, count(DISTINCT starts_at) AS meetings, max(starts_at) AS last_at
FROM event_instances
WHERE NOT coalesce(cancelled, FALSE) AND NOT coalesce(all_day, FALSE) AND other_people > 0
  AND my_status IN ('organizer', 'accepted') AND duplicate_of IS NULL AND trim(coalesce(summary, '')) <> ''
  AND starts_at BETWEEN $as_of - INTERVAL 90 DAY AND $as_of
GROUP BY summary
HAVING count(DISTINCT starts_at) >= 4
ORDER BY meetings DESC, summary
LIMIT 100
