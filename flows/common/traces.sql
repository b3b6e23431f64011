-- What may show, outside mail, that something was done in the 120 days before the moment: tasks done, meetings that took
-- place, commits, and documents that were changed: of very many, the newest, oldest first. `who` are the addresses of those
-- who did it or were there.
FROM (
SELECT 'tasks' AS view, t.task_key AS key, t.completed_at AS seen_at, t.title AS about, NULL AS who
FROM tasks AS t
WHERE t.status = 'done' AND t.completed_at <= $as_of AND t.completed_at > $as_of - INTERVAL 120 DAY
UNION ALL
SELECT 'commits', c.commit_key, c.committed_at, c.subject, lower(c.author_address)
FROM commits AS c
WHERE c.reachable AND c.committed_at <= $as_of AND c.committed_at > $as_of - INTERVAL 120 DAY
UNION ALL
SELECT 'documents', d.document_key, d.modified_at, coalesce(d.title, '') || ' ' || coalesce(d.path, ''), NULL
FROM documents AS d
WHERE d.modified_at <= $as_of AND d.modified_at > $as_of - INTERVAL 120 DAY
UNION ALL
SELECT 'event_instances', i.instance_key, i.starts_at, i.summary,
       lower(coalesce(i.attendees::VARCHAR, '') || ' ' || coalesce(i.organizer_address, ''))
FROM event_instances AS i
WHERE NOT i.all_day AND NOT i.cancelled AND i.other_people BETWEEN 1 AND 4 AND i.my_status NOT IN ('declined', 'none')
  AND NOT i.is_recurring AND i.ends_at <= $as_of AND i.starts_at > $as_of - INTERVAL 120 DAY
ORDER BY seen_at DESC, view, key
LIMIT 20000
)
ORDER BY seen_at, view, key
