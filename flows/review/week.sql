-- The timed events of a week that took the owner's time, as they were known at $seen: neither cancelled, declined, marked
-- as free nor all-day, in the owner's own calendars, each once, clipped to the week. A single event that was changed or
-- deleted after $seen is put back by the load history (`changes`); a series cannot be, and is marked as `since`.
WITH own AS (
  SELECT address FROM context_addresses
), later AS (
  SELECT c.source, c.row_key, arg_min(c.before, c.changed_at) AS before, arg_min(c.change, c.changed_at) AS change
  FROM changes AS c WHERE c.table_name = 'events' AND c.changed_at > $seen GROUP BY c.source, c.row_key
), was AS (
  SELECT source, row_key, change, before ->> 'uid' AS uid, before ->> 'summary' AS summary,
         before ->> 'status' AS status, (before ->> 'starts_at')::TIMESTAMPTZ AS starts_at,
         (before ->> 'ends_at')::TIMESTAMPTZ AS ends_at, before -> 'attendees' AS attendees,
         before ->> 'organizer_address' AS organizer_address,
         (before ->> 'rrule') IS NULL AND (before ->> 'recurrence_id') IS NULL AS single
  FROM later
), standing AS (
  SELECT i.instance_key, i.event_key, i.source, i.account, i.calendar, i.uid,
         coalesce(w.summary, i.summary) AS summary, coalesce(w.starts_at, i.starts_at) AS starts_at,
         coalesce(w.ends_at, i.ends_at) AS ends_at, coalesce(w.status, i.status, 'confirmed') AS status,
         i.cancelled AND w.row_key IS NULL AS cancelled, i.transparent, i.my_status, i.attendees, i.organizer_address,
         i.other_people, w.row_key IS NOT NULL AS restored,
         w.row_key IS NULL AND EXISTS (SELECT 1 FROM later AS l WHERE l.source = i.source AND l.row_key = i.event_key)
           AS since
  FROM event_instances AS i
  LEFT JOIN was AS w ON w.single AND w.source = i.source AND w.row_key = i.event_key
  WHERE NOT i.all_day AND (w.row_key IS NOT NULL OR (i.starts_at < $until AND i.ends_at > $begins))
    AND NOT EXISTS (SELECT 1 FROM events AS e
                    WHERE e.source = i.source AND e.event_key = i.event_key AND e.created_at > $seen)
), gone AS (
  SELECT w.source || '/' || w.row_key AS instance_key, w.row_key AS event_key, w.source, '' AS account, '' AS calendar,
         w.uid, w.summary, w.starts_at, w.ends_at, coalesce(w.status, 'confirmed') AS status, FALSE AS cancelled,
         FALSE AS transparent, 'accepted' AS my_status, w.attendees, w.organizer_address,
         coalesce(json_array_length(w.attendees), 0)::BIGINT AS other_people, TRUE AS restored, FALSE AS since
  FROM was AS w
  WHERE w.change = 'deleted' AND w.single AND w.starts_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.source = w.source AND e.event_key = w.row_key)
)
SELECT instance_key, event_key, source, account, calendar, uid, summary, greatest(starts_at, $begins) AS starts_at,
       least(ends_at, $until) AS ends_at, attendees, organizer_address, other_people, restored, since,
       other_people > 0 AS meeting
FROM (FROM standing UNION ALL BY NAME FROM gone)
WHERE starts_at < $until AND ends_at > $begins AND ends_at > starts_at AND NOT cancelled AND NOT transparent
  AND status <> 'cancelled' AND my_status <> 'declined'
  AND NOT (contains(account, '@') AND lower(account) NOT IN (FROM own))
QUALIFY row_number() OVER (PARTITION BY uid, starts_at ORDER BY source, instance_key) = 1
ORDER BY starts_at, ends_at, instance_key
LIMIT 5000
