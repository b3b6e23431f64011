-- How long the owner took to answer, over the answers that they sent from $begins until $until: from the newest mail of
-- somebody else in the thread before it, to the answer. Lists and machines are out; what stands in two mailboxes counts
-- once. The median, in minutes.
WITH mail AS (
  SELECT m.message_key, m.account, m.thread_id, m.sent_at, m.from_me, m.to_me
  FROM messages AS m
  WHERE m.sent_at <= $until AND m.sent_at > $begins - INTERVAL 60 DAY
    AND NOT coalesce(m.automated, FALSE) AND m.list_id IS NULL
    AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|junk|spam|trash)')
  QUALIFY row_number() OVER (PARTITION BY coalesce(m.message_id, m.message_key) ORDER BY m.account, m.source, m.message_key) = 1
), answer AS (
  SELECT m.message_key, m.sent_at, m.from_me,
         lag(m.from_me) OVER w AS after_me, lag(m.to_me) OVER w AS asked_me, lag(m.sent_at) OVER w AS asked_at
  FROM mail AS m WINDOW w AS (PARTITION BY m.account, m.thread_id ORDER BY m.sent_at, m.message_key)
)
SELECT count(*) AS replies, median(date_diff('minute', asked_at, sent_at))::BIGINT AS minutes
FROM answer
WHERE from_me AND after_me = FALSE AND asked_me AND sent_at >= $begins AND sent_at < $until
