-- Meetings from the day on, for a month, that others made, changed or cancelled since the owner was last told: one row
-- for each event, with its next occurrence. `before` is what it was, where the load history has it.
SELECT i.instance_key, i.event_key, i.summary, i.starts_at, i.ends_at,
       i.cancelled OR coalesce(i.status, '') = 'cancelled' AS cancelled,
       e.created_at > $since AS fresh, e.organizer_name,
       (SELECT arg_min(c.before, c.changed_at) FROM changes AS c
        WHERE c.table_name = 'events' AND c.row_key = i.event_key AND c.source = i.source
          AND c.changed_at > $since AND c.changed_at <= $as_of) AS before
FROM event_instances AS i JOIN events AS e ON e.source = i.source AND e.event_key = i.event_key
WHERE NOT i.all_day AND i.my_status NOT IN ('declined', 'organizer')
  AND i.other_people > 0 AND i.starts_at >= $day_begins AND i.starts_at < $day_ends + INTERVAL 30 DAY
  AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
  AND coalesce(e.updated_at, e.created_at) > $since AND coalesce(e.updated_at, e.created_at) <= $as_of
  AND coalesce(e.created_at, $since) <= $as_of
QUALIFY row_number() OVER (PARTITION BY i.uid, i.event_key ORDER BY i.starts_at, i.source, i.instance_key) = 1
ORDER BY i.starts_at, i.instance_key
LIMIT 500
