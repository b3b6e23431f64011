-- Repositories that the owner committed to in half a year, with how often.
SELECT repo, count(*) AS commits, max(committed_at) AS last_at
FROM commits
WHERE lower(author_address) IN (SELECT lower(address) FROM context_addresses)
  AND committed_at BETWEEN $as_of - INTERVAL 182 DAY AND $as_of
GROUP BY repo
HAVING count(*) >= 5
ORDER BY commits DESC, repo
LIMIT 50
