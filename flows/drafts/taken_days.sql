-- All-day events from $day_begins to $day_ends that take the owner's days: busy, theirs, neither declined nor cancelled.
SELECT i.instance_key, i.start_date, i.end_date
FROM event_instances AS i
WHERE i.all_day AND NOT i.cancelled AND NOT coalesce(i.transparent, FALSE)
  AND coalesce(i.status, 'confirmed') <> 'cancelled' AND i.my_status <> 'declined'
  AND i.start_date <= ($day_ends AT TIME ZONE $zone)::DATE AND i.end_date > ($day_begins AT TIME ZONE $zone)::DATE
  AND NOT (contains(coalesce(i.account, ''), '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
ORDER BY i.start_date, i.instance_key
LIMIT 200
