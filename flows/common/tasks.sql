-- The owner's tasks, open at the moment, that are overdue or due within a week, soonest first; one that stands in two
-- places counts once. A due time counts on its local date.
SELECT t.task_key, t.source, t.list, t.title, t.notes, t.priority,
       coalesce(t.due_date, (t.due_at AT TIME ZONE $zone)::DATE) AS due, t.due_at
FROM tasks AS t
WHERE (t.status = 'open' OR (t.status = 'done' AND t.completed_at > $as_of)) AND (t.created_at IS NULL OR t.created_at <= $as_of)
  AND coalesce(t.due_date, (t.due_at AT TIME ZONE $zone)::DATE) <= $day + INTERVAL 7 DAY
QUALIFY row_number() OVER (PARTITION BY t.task_key ORDER BY t.source) = 1
ORDER BY due, t.priority NULLS LAST, t.title, t.task_key
LIMIT 2000
