-- commits: One row per commit of a Git repository, merges and those of every branch and tag included.
-- commit_key: Key of the commit within its source: its full hash.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- repo: Name of the repository: that of its folder.
-- sha: Full hash of the commit.
-- author_name: Author's name, by the repository's .mailmap.
-- author_address: Author's mail address in lower case, by the repository's .mailmap.
-- authored_at: When it was written; null where the commit holds no usable time.
-- committed_at: When it was committed; a rebase or cherry-pick changes this one only.
-- zone: The author's offset from UTC at that time, as +02:00.
-- subject: First paragraph of the message, on one line.
-- body: The rest of the message; null where there is none.
-- parents: JSON array of the parents' hashes; two or more for a merge.
-- files_changed: Number of files changed; null for merges and where the files are not in the clone.
-- additions: Lines added; binary files count none. Null as in files_changed.
-- deletions: Lines deleted. Null as in files_changed.
-- reachable: False once no branch or tag leads to it any more (after a force-push, or a branch deleted unmerged).
SELECT
    key AS commit_key,
    source,
    account,
    repo,
    sha,
    author_name,
    author_address,
    authored_at,
    committed_at,
    zone,
    subject,
    body,
    parents,
    files_changed,
    additions,
    deletions,
    reachable
FROM raw.commits
