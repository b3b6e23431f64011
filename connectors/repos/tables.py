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

ISSUES = Table(
    name="issues",
    comment="Issues and pull requests of GitHub",
    columns={
        "repo": ("text", "Repository, as org/name"),
        "number": ("bigint", "Number within the repository; issues and pull requests share the count"),
        "kind": ("text", "issue or pull"),
        "title": ("text", "Title"),
        "body": ("text", "Its first text, as Markdown; null where it has none"),
        "state": ("text", "open or closed; a merged pull request is closed"),
        "state_reason": (
            "text",
            "Why an issue is in its state: completed, not_planned, duplicate, reopened; else null",
        ),
        "draft": ("bool", "Whether a pull request is a draft; null for issues"),
        "author": ("text", "Login of who opened it; null where the account is gone"),
        "assignees": ("json", "Logins of the assignees: an array of texts"),
        "labels": ("json", "Names of the labels: an array of texts"),
        "milestone": ("text", "Title of the milestone"),
        "comments": ("bigint", "Number of comments"),
        "created_at": ("timestamp", "When it was opened"),
        "updated_at": ("timestamp", "When anything of it last changed"),
        "closed_at": ("timestamp", "When it was closed or merged"),
        "merged_at": ("timestamp", "When a pull request was merged"),
        "head": ("text", "Branch that a pull request brings, as owner:branch"),
        "base": ("text", "Branch that it goes into"),
        "requested_reviewers": ("json", "Who is asked for a review and gave none yet: logins, and teams as team/slug"),
        "url": ("text", "Its page"),
    },
    history=(
        *("title", "state", "state_reason", "draft", "assignees", "labels", "milestone"),
        *("closed_at", "merged_at", "requested_reviewers"),
    ),
)

REVIEWS = Table(
    name="reviews",
    comment="Reviews of GitHub's pull requests",
    columns={
        "repo": ("text", "Repository, as org/name"),
        "number": ("bigint", "Number of the pull request"),
        "reviewer": ("text", "Login of who reviewed; null where the account is gone"),
        "state": ("text", "approved, changes_requested, commented, dismissed or pending"),
        "submitted_at": ("timestamp", "When it was given; null while it is pending"),
        "body": ("text", "Its text; null where it has none"),
        "url": ("text", "Its place on the pull request's page"),
    },
    history=("state",),
)

NOTIFICATIONS = Table(
    name="notifications",
    comment="The owner's notifications on GitHub, of the last 30 days",
    columns={
        "repo": ("text", "Repository, as org/name"),
        "subject_kind": ("text", "Issue, PullRequest, Release, Discussion, CheckSuite …, as GitHub calls it"),
        "subject_title": ("text", "Title of what it is about"),
        "subject_number": ("bigint", "Number of the issue or pull request; else null"),
        "reason": ("text", "Why the owner was told: assign, author, comment, mention, review_requested …"),
        "unread": ("bool", "Whether it is unread"),
        "updated_at": ("timestamp", "When something last happened there"),
        "last_read_at": ("timestamp", "When the owner last read it; null if never"),
        "url": ("text", "The page of what it is about; the repository's where that has no number"),
    },
    history=("unread",),
)
