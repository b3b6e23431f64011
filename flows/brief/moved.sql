-- Events from the day on, for a week, that were made, changed or cancelled since the owner was last told.
-- `before` is what the event was, where the load history has it.
SELECT i.instance_key, i.event_key, i.summary, i.starts_at, i.ends_at,
       i.cancelled OR coalesce(i.status, '') = 'cancelled' AS cancelled,
       e.created_at > $since AS fresh, e.organizer_name,
       (SELECT arg_min(c.before, c.changed_at) FROM changes AS c
        WHERE c.table_name = 'events' AND c.row_key = i.event_key AND c.source = i.source
          AND c.changed_at > $since AND c.changed_at <= $as_of) AS before
FROM event_instances AS i JOIN events AS e ON e.source = i.source AND e.event_key = i.event_key
WHERE NOT i.all_day AND i.duplicate_of IS NULL AND i.my_status NOT IN ('declined', 'organizer')
  AND i.other_people > 0 AND i.starts_at >= $day_begins AND i.starts_at < $day_ends + INTERVAL 7 DAY
  AND coalesce(e.updated_at, e.created_at) > $since AND coalesce(e.created_at, $since) <= $as_of
  AND coalesce(e.updated_at, e.created_at) <= $as_of
QUALIFY row_number() OVER (PARTITION BY i.source, i.event_key ORDER BY i.starts_at) = 1
ORDER BY i.starts_at, i.instance_key
LIMIT 500
