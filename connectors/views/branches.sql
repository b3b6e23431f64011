-- branches: One row per branch of a Git repository, local ones and those of its remotes as last fetched.
-- branch_key: Key of the branch within its source: its name.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- repo: Name of the repository: that of its folder.
-- name: Name of the branch; a remote's begins with the remote's name, as origin/main.
-- tip: Full hash of its newest commit (commits.sha).
-- is_head: Whether it is the branch that is checked out.
-- updated_at: When its newest commit was committed.
SELECT
    key AS branch_key,
    source,
    account,
    repo,
    name,
    tip,
    is_head,
    updated_at
FROM raw.branches
