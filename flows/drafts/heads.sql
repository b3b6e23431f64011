-- The newest mail of each of the threads $threads as of $as_of, whoever wrote it: what a draft is bound to.
SELECT m.account, m.thread_id, arg_max(m.message_key, (m.sent_at, m.message_key)) AS head
FROM messages AS m
WHERE m.thread_id IN (SELECT unnest($threads)) AND m.sent_at <= $as_of
  AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze)$')
GROUP BY m.account, m.thread_id
