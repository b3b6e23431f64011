-- Issues and pull requests in which something happened in the days before the moment, newest first, each with the last
-- review that others gave by then.
WITH newest AS (
  SELECT r.source, r.issue_key, r.reviewer, r.state
  FROM reviews AS r
  WHERE r.submitted_at > $as_of - to_days($days) AND r.submitted_at <= $as_of AND r.state <> 'pending'
    AND lower(coalesce(r.reviewer, '')) <> lower($login)
  QUALIFY row_number() OVER (PARTITION BY r.source, r.issue_key ORDER BY r.submitted_at DESC, r.review_key DESC) = 1
)
SELECT i.issue_key, i.source, i.repo, i.number, i.kind, i.title, left(i.body, 20000) AS body, i.state, i.draft,
       i.author, i.assignees, i.labels, i.requested_reviewers, i.created_at, i.updated_at, i.closed_at, i.merged_at,
       i.url, n.reviewer, n.state AS review
FROM issues AS i
LEFT JOIN newest AS n ON n.source = i.source AND n.issue_key = i.issue_key
WHERE i.updated_at > $as_of - to_days($days) AND i.updated_at <= $as_of
QUALIFY row_number() OVER (PARTITION BY i.issue_key ORDER BY i.source) = 1
ORDER BY i.updated_at DESC, i.issue_key
LIMIT 500
