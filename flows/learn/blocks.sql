-- The owner's own recurring blocks of twelve weeks: nobody else is in them, and they stand in a calendar of the owner's,
-- which is one in which most meetings are the owner's too. A calendar of somebody else, shared, is not.
WITH mine AS (
  SELECT source, calendar FROM event_instances
  WHERE starts_at BETWEEN $as_of - INTERVAL 84 DAY AND $as_of
  GROUP BY source, calendar
  HAVING count(*) FILTER (WHERE my_status <> 'none') >= count(*) FILTER (WHERE my_status = 'none' AND other_people > 0)
)
SELECT e.summary, e.starts_at, e.ends_at
FROM event_instances AS e
JOIN mine AS m ON m.source = e.source AND m.calendar IS NOT DISTINCT FROM e.calendar
WHERE NOT coalesce(e.cancelled, FALSE) AND NOT coalesce(e.all_day, FALSE) AND coalesce(e.other_people, 0) = 0
  AND e.my_status IN ('organizer', 'none') AND e.duplicate_of IS NULL AND trim(coalesce(e.summary, '')) <> ''
  AND e.starts_at BETWEEN $as_of - INTERVAL 84 DAY AND $as_of
ORDER BY e.starts_at DESC, e.summary, e.ends_at
LIMIT 3000
