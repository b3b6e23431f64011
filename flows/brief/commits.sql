-- Commits by others since the owner was last told, one row for each repository and author.
SELECT c.repo, c.author_name, count(*) AS commits, arg_max(c.subject, c.committed_at) AS newest,
       arg_max(c.commit_key, c.committed_at) AS commit_key, max(c.committed_at) AS committed_at
FROM commits AS c
WHERE c.reachable AND c.committed_at > $since AND c.committed_at <= $as_of
  AND lower(c.author_address) NOT IN (SELECT address FROM context_addresses)
GROUP BY c.repo, c.author_name
ORDER BY committed_at DESC, c.repo, c.author_name
LIMIT 200
