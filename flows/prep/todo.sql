-- The owner's tasks that are open at the moment, soonest due first; one that stands in two places counts once.
SELECT t.task_key, t.list, t.title, coalesce(t.due_date, (t.due_at AT TIME ZONE $zone)::DATE) AS due
FROM tasks AS t
WHERE (t.status = 'open' OR (t.status = 'done' AND t.completed_at > $as_of)) AND (t.created_at IS NULL OR t.created_at <= $as_of)
QUALIFY row_number() OVER (PARTITION BY t.task_key ORDER BY t.source) = 1
ORDER BY due NULLS LAST, t.priority NULLS LAST, t.title, t.task_key
LIMIT 1000
