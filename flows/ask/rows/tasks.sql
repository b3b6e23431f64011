-- Tasks, one that stands in two places once. A due time counts on its local date.
SELECT t.task_key AS key, t.source, t.title, t.list, t.status, t.completed_at, t.priority,
       coalesce(t.due_date, (t.due_at AT TIME ZONE $zone)::DATE) AS due,
       (t.completed_at AT TIME ZONE $zone)::DATE AS done_on,
       coalesce(t.due_at, t.due_date::TIMESTAMPTZ) AS at_
FROM tasks AS t
WHERE (t.created_at IS NULL OR t.created_at <= $as_of)
-- if topic
  AND regexp_matches(lower(strip_accents(coalesce(t.title, ''))), $topic)
-- end
QUALIFY row_number() OVER (PARTITION BY t.task_key ORDER BY t.source) = 1
