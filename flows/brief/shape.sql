-- The day in numbers: how many meetings (timed, with somebody else, not declined, cancelled or marked as free, in the
-- owner's own calendars, each once), and how long they take together. Time that two meetings share counts once:
-- overlapping meetings form an island, and the islands are added up.
WITH meeting AS (
  SELECT greatest(i.starts_at, $day_begins) AS begins, least(i.ends_at, $day_ends) AS finishes
  FROM event_instances AS i
  WHERE NOT i.all_day AND NOT i.cancelled AND NOT i.transparent AND i.other_people > 0
    AND coalesce(i.status, 'confirmed') <> 'cancelled' AND i.my_status <> 'declined'
    AND i.starts_at < $day_ends AND i.ends_at > $day_begins AND i.ends_at > i.starts_at
    AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
    AND NOT EXISTS (SELECT 1 FROM events AS e
                    WHERE e.source = i.source AND e.event_key = i.event_key AND e.created_at > $as_of)
  QUALIFY row_number() OVER (PARTITION BY i.uid, i.starts_at ORDER BY i.source, i.instance_key) = 1
), reached AS (
  SELECT begins, finishes,
         max(finishes) OVER (ORDER BY begins, finishes ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM meeting
), island AS (
  SELECT begins, finishes, count(*) FILTER (WHERE before IS NULL OR begins > before)
         OVER (ORDER BY begins, finishes ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number
  FROM reached
), stretch AS (
  SELECT min(begins) AS begins, max(finishes) AS finishes FROM island GROUP BY number
)
SELECT (SELECT count(*) FROM meeting) AS meetings,
       coalesce(sum(date_diff('second', begins, finishes)), 0)::BIGINT // 60 AS minutes,
       min(begins) AS first_at, max(finishes) AS last_at
FROM stretch
