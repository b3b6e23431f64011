-- reviews: One row per review of a pull request on GitHub.
-- review_key: Key of the row within its source: the pull request's key, a slash, and the review's number.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- issue_key: Key of the pull request in `issues`.
-- repo: Repository, as org/name.
-- number: Number of the pull request.
-- reviewer: Login of who reviewed; null where the account is gone.
-- state: approved, changes_requested, commented, dismissed or pending.
-- submitted_at: When it was given; null while it is pending.
-- body: Its text; null where it has none.
-- url: Its place on the pull request's page.
SELECT
    key AS review_key,
    source,
    account,
    repo || '#' || number AS issue_key,
    repo,
    number,
    reviewer,
    state,
    submitted_at,
    body,
    url
FROM raw.reviews
