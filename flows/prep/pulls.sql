-- Issues and pull requests that were active in the 60 days before, newest first.
SELECT i.issue_key, i.repo, i.number, i.kind, i.title, i.state, i.merged_at, i.author, i.url, i.updated_at
FROM issues AS i
WHERE i.updated_at <= $as_of AND i.updated_at > $as_of - INTERVAL 60 DAY
ORDER BY i.updated_at DESC, i.issue_key
LIMIT 3000
