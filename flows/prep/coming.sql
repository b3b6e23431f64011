-- Timed events from a day before the moment on, or the day asked about, for 32 days, in the owner's own calendars, also
-- cancelled and declined ones. One that stands in two calendars is one row. `occurrence` names it and stays when it moves:
-- the UID, and in a series the time at which the series would have it.
SELECT i.instance_key, i.event_key, i.source, i.uid, i.summary, i.description, i.location, i.starts_at, i.ends_at,
       i.zone, i.my_status, i.other_people, i.organizer_address, i.organizer_name, i.attendees, i.all_day,
       coalesce(i.is_recurring, FALSE) AS is_recurring, coalesce(i.transparent, FALSE) AS transparent,
       i.cancelled OR coalesce(i.status, '') = 'cancelled' AS cancelled,
       CASE WHEN coalesce(i.is_recurring, FALSE)
            THEN i.uid || '#' || coalesce(e.recurrence_id, strftime(i.starts_at AT TIME ZONE 'UTC', '%Y%m%dT%H%M%SZ'))
            ELSE i.uid END AS occurrence
FROM event_instances AS i
LEFT JOIN events AS e ON e.source = i.source AND e.event_key = i.event_key
WHERE NOT i.all_day AND i.ends_at > least($as_of, $day_begins) - INTERVAL 1 DAY
  AND i.starts_at < greatest($as_of, $day_ends) + INTERVAL 32 DAY
  AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
  AND (e.created_at IS NULL OR e.created_at <= $as_of)
QUALIFY row_number() OVER (
  PARTITION BY occurrence ORDER BY cancelled, i.my_status = 'none', i.source, i.starts_at, i.instance_key) = 1
ORDER BY i.starts_at, i.ends_at, i.instance_key
LIMIT 3000
