-- Mails between people up to the moment, newest first: what the owner wrote, and what those they know wrote to them.
-- Lists, newsletters, machines, drafts, junk and strangers (neither in profile nor contacts, never written to, never met)
-- are out. One that stands in two mailboxes counts once. Promises are read from the text by rules.
SELECT m.message_key, m.message_id, m.source, m.account, m.thread_id, m.subject, left(m.body, 6000) AS body, m.sent_at,
       m.from_address, m.from_name, m.from_me, m.to_me, m.to_addresses, m.cc_addresses, m.attachments,
       a.person_id, p.name AS person, p.tier_rank
FROM messages AS m
LEFT JOIN addresses AS a ON a.address = m.from_address
LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 120 DAY
  AND NOT coalesce(m.automated, FALSE) AND m.list_id IS NULL AND m.list_unsubscribe IS NULL
  AND NOT regexp_matches(lower(coalesce(m.folder, '')),
    '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze|junk|spam|trash|deleted|bulk|papierkorb|corbeille)')
  AND (m.from_me OR coalesce(p.source, 'observed') <> 'observed'
       OR coalesce(a.mails_out, 0) > 0 OR coalesce(a.meetings, 0) > 0)
QUALIFY row_number() OVER (PARTITION BY coalesce(m.message_id, m.message_key) ORDER BY m.account, m.source, m.message_key) = 1
ORDER BY m.sent_at DESC, m.message_key
LIMIT 4000
