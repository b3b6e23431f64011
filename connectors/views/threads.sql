-- threads: One row per thread of mails within an account, over all its folders and files (Inbox, Sent …).
-- thread_id: Message-ID of its first mail, or the mail provider's own number ("gmail:…"); names it within its account.
-- account: Account of its mails' connections.
-- source: Connection that its last mail was read from.
-- subject: Subject of its first mail that has one, without "Re:" and "Fwd:".
-- messages: Number of its mails.
-- first_at: When the first was sent.
-- last_at: When the last was sent.
-- last_message_key: Key of the last mail (messages.message_key).
-- last_from_address: Who wrote the last mail.
-- last_from_name: Display name of who wrote the last mail.
-- last_from_me: Whether the owner wrote the last mail.
-- from_me: Number of its mails that the owner wrote.
-- participants: JSON array of the addresses of its authors, in no order.
-- unread: Number of its mails that were not read, of those whose mailbox says so.
-- automated: Whether machines alone wrote it.
-- list_id: Mailing list that it runs over, if any.
SELECT
    thread_id,
    account,
    last(source ORDER BY sent_at NULLS FIRST, message_key) AS source,
    trim(regexp_replace(
        any_value(subject ORDER BY sent_at NULLS FIRST, message_key), '^((re|fwd?|aw|wg|sv|vs|tr|rv)(\[\d+\])?\s*:\s*)+', '', 'i'
    )) AS subject,
    count(*) AS messages,
    min(sent_at) AS first_at,
    max(sent_at) AS last_at,
    last(message_key ORDER BY sent_at NULLS FIRST, message_key) AS last_message_key,
    last(from_address ORDER BY sent_at NULLS FIRST, message_key) AS last_from_address,
    last(from_name ORDER BY sent_at NULLS FIRST, message_key) AS last_from_name,
    last(from_me ORDER BY sent_at NULLS FIRST, message_key) AS last_from_me,
    count(*) FILTER (WHERE from_me) AS from_me,
    to_json(list_distinct(list(from_address))) AS participants,
    count(*) FILTER (WHERE NOT seen) AS unread,
    bool_and(coalesce(automated, false)) AS automated,
    any_value(list_id) AS list_id
FROM messages
GROUP BY account, thread_id
