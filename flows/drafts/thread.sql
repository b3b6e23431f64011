-- The mails of one thread as of $as_of, newest first: who wrote to whom. Drafts in the mailbox are none of them.
SELECT m.message_key, m.sent_at, m.from_me, m.from_address, m.from_name, m.to_addresses, m.cc_addresses, m.reply_to,
       m.subject, left(m.body, 4000) AS body
FROM messages AS m
WHERE m.thread_id = $thread AND m.account = $account AND m.sent_at <= $as_of
  AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze)$')
QUALIFY row_number() OVER (PARTITION BY m.message_key ORDER BY m.source) = 1
ORDER BY m.sent_at DESC, m.message_key DESC
LIMIT 20
