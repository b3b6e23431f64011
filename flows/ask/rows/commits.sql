-- Commits of a period that a branch or tag leads to, each once however many clones hold it.
SELECT c.commit_key AS key, c.source, c.repo, c.author_name AS name, c.author_address AS address, c.subject AS title,
       c.committed_at AS at_, c.additions, c.deletions
FROM commits AS c
WHERE c.committed_at >= $first AND c.committed_at < $until AND c.committed_at <= $as_of AND c.reachable
-- if repo
  AND c.repo = $repo
-- end
-- if person
  AND c.author_address IN (SELECT address FROM addresses WHERE person_id = $person)
-- end
-- if topic
  AND regexp_matches(lower(strip_accents(coalesce(c.subject, ''))), $topic)
-- end
QUALIFY row_number() OVER (PARTITION BY c.sha ORDER BY c.source) = 1
