-- What moved in the week, as texts by which a project is recognised: mails, events, commits, documents and tasks done.
SELECT 'messages' AS view, m.subject AS said, m.from_address AS address, NULL AS repo
FROM messages AS m
WHERE m.sent_at >= $begins AND m.sent_at < $until AND NOT coalesce(m.automated, FALSE) AND m.list_id IS NULL
UNION ALL
SELECT 'event_instances', i.summary, NULL, NULL
FROM event_instances AS i
WHERE i.starts_at >= $begins AND i.starts_at < $until AND NOT i.cancelled AND i.my_status <> 'declined'
UNION ALL
SELECT 'commits', c.subject, NULL, c.repo FROM commits AS c WHERE c.committed_at >= $begins AND c.committed_at < $until
UNION ALL
SELECT 'documents', coalesce(d.title, '') || ' ' || coalesce(d.path, ''), NULL, NULL
FROM documents AS d WHERE d.modified_at >= $begins AND d.modified_at < $until
UNION ALL
SELECT 'tasks', t.title || ' ' || coalesce(t.list, ''), NULL, NULL
FROM tasks AS t WHERE t.completed_at >= $begins AND t.completed_at < $until
ORDER BY view, said, address, repo
LIMIT 20000
