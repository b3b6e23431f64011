-- All-day events that touch the day (the end date is exclusive, RFC 5545). They are told, never counted as hours.
SELECT i.instance_key, i.event_key, i.summary, i.start_date, i.end_date, i.my_status, i.calendar
FROM event_instances AS i
WHERE i.all_day AND NOT i.cancelled
  AND coalesce(i.status, 'confirmed') <> 'cancelled' AND i.my_status <> 'declined'
  AND i.start_date <= $day AND i.end_date > $day
  AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
  AND NOT EXISTS (SELECT 1 FROM events AS e
                  WHERE e.source = i.source AND e.event_key = i.event_key AND e.created_at > $as_of)
QUALIFY row_number() OVER (PARTITION BY i.uid, i.start_date ORDER BY i.source, i.instance_key) = 1
ORDER BY i.start_date, i.summary, i.instance_key
