"""The raw tables that every source of repositories fills."""

from connectors.shape import Table

COMMITS = Table(
    name="commits",
    comment="Commits of Git repositories: one row for each, of every branch and tag",
    columns={
        "repo": ("text", "Name of the repository: that of its folder"),
        "sha": ("text", "Full hash of the commit"),
        "author_name": ("text", "Author's name, by .mailmap"),
        "author_address": ("text", "Author's mail address in lower case, by .mailmap"),
        "authored_at": ("timestamp", "When it was written; null where the commit holds no usable time"),
        "committed_at": ("timestamp", "When it was committed (again, after a rebase)"),
        "zone": ("text", "The author's offset from UTC, as +02:00"),
        "subject": ("text", "First paragraph of the message, on one line"),
        "body": ("text", "The rest of the message"),
        "parents": ("json", "Hashes of the parents: an array of texts"),
        "files_changed": ("bigint", "Files changed; null for merges and where the clone lacks the files"),
        "additions": ("bigint", "Lines added; null as above"),
        "deletions": ("bigint", "Lines deleted; null as above"),
        "reachable": ("bool", "Whether a branch or tag still leads to it"),
    },
    history=("reachable",),
)

BRANCHES = Table(
    name="branches",
    comment="Branches of Git repositories, local ones and those of remotes as last fetched",
    columns={
        "repo": ("text", "Name of the repository: that of its folder"),
        "name": ("text", "Name of the branch; a remote's begins with the remote's name"),
        "tip": ("text", "Full hash of its newest commit"),
        "is_head": ("bool", "Whether it is checked out"),
        "updated_at": ("timestamp", "When its newest commit was committed"),
    },
    history=("tip",),
)
