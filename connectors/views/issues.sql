-- issues: One row per issue or pull request of GitHub, of the chosen repositories or of all that concerns the owner.
-- issue_key: Key of the row within its source: org/name#12.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- repo: Repository, as org/name.
-- number: Number within the repository; issues and pull requests share the count.
-- kind: issue or pull.
-- title: Title.
-- body: Its first text, as Markdown; null where it has none.
-- state: open or closed; a merged pull request is closed and has `merged_at`.
-- state_reason: Why an issue is in its state: completed, not_planned, duplicate or reopened; null for pull requests.
-- draft: Whether a pull request is a draft; null for issues.
-- author: Login of who opened it; null where the account is gone.
-- assignees: JSON array of the assignees' logins.
-- labels: JSON array of the labels' names.
-- milestone: Title of the milestone.
-- comments: Number of comments.
-- created_at: When it was opened.
-- updated_at: When anything of it last changed.
-- closed_at: When it was closed or merged; null while it is open.
-- merged_at: When a pull request was merged; else null.
-- head: Branch that a pull request brings, as owner:branch; null for issues.
-- base: Branch that it goes into; null for issues.
-- requested_reviewers: JSON array of who is asked for a review and gave none yet: logins, and teams as team/slug.
-- url: Its page.
SELECT
    key AS issue_key,
    source,
    account,
    repo,
    number,
    kind,
    title,
    body,
    state,
    state_reason,
    draft,
    author,
    assignees,
    labels,
    milestone,
    comments,
    created_at,
    updated_at,
    closed_at,
    merged_at,
    head,
    base,
    requested_reviewers,
    url
FROM raw.issues
