-- notifications: One row per notification of the owner on GitHub, read or not, of the last 30 days.
-- notification_key: Key of the row within its source.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- repo: Repository, as org/name.
-- subject_kind: What it is about, as GitHub calls it: Issue, PullRequest, Release, Discussion, CheckSuite …
-- subject_title: Title of what it is about.
-- subject_number: Number of the issue or pull request; null for anything else.
-- reason: Why the owner was told: assign, author, comment, mention, review_requested, subscribed …
-- unread: Whether it is unread.
-- updated_at: When something last happened there.
-- last_read_at: When the owner last read it; null if never.
-- url: The page of what it is about; the repository's where that has no number.
SELECT
    key AS notification_key,
    source,
    account,
    repo,
    subject_kind,
    subject_title,
    subject_number,
    reason,
    unread,
    updated_at,
    last_read_at,
    url
FROM raw.notifications
