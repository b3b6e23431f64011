-- messages: One row per mail of a source, however many of its folders hold it.
-- message_key: Key of the mail within its source; `source` and `message_key` name a row. The Message-ID, where there is one.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- folder: Folder of the mailbox, '/' between levels; of several, the one whose shelf or file sorts first.
-- message_id: Message-ID without brackets; null where the mail has none.
-- thread_id: Thread that it belongs to (threads.thread_id).
-- in_reply_to: Message-ID that it answers.
-- sent_at: When it was sent, by its Date header, repaired; where that is unusable, when it was received.
-- received_at: When the owner's server took it, where the mail says so.
-- from_address: Address of the (first) author, lower case.
-- from_name: Display name of the author, as the mail gives it.
-- from_me: Whether the author's address is one of the owner's.
-- to_me: Whether an address of the owner's stands in To (not only in Cc, and not by way of a list).
-- to_addresses: JSON array of To: {address, name}.
-- cc_addresses: JSON array of Cc: {address, name}.
-- reply_to: Address that answers should go to, where it names one.
-- subject: Subject, on one line.
-- body: Text: the plain part, else the text of the HTML part.
-- is_html: Whether `body` was taken from HTML.
-- labels: JSON array of the labels or keywords that the mail program gave it.
-- seen: Whether it was read; null where the mailbox does not say.
-- answered: Whether it was answered, by the mailbox; null where that does not say.
-- flagged: Whether it was starred or flagged; null where the mailbox does not say.
-- list_id: Identifier of the mailing list that it came by (RFC 2919).
-- list_unsubscribe: Its List-Unsubscribe header (RFC 2369).
-- automated: Whether a machine sent it: auto-submitted, bulk, bounce, or from a no-reply address.
-- attachments: JSON array of its attachments: {name, type, size}.
-- size: Size of the whole mail in bytes.
-- duplicate_id: Whether it has the Message-ID of another mail of its folder, and other content.
WITH own AS (
    SELECT lower(address) AS address FROM context_addresses WHERE kind = 'email'
),
copies AS (
    -- Mails that several folders hold; few, so that the others need no comparison.
    SELECT source, key, min(file) AS file
    FROM raw.messages
    GROUP BY source, key
    HAVING count(*) > 1
)
SELECT
    m.key AS message_key,
    m.source,
    m.account,
    m.folder,
    m.message_id,
    coalesce(r.thread_id, m.thread_root) AS thread_id,
    m.in_reply_to,
    m.sent_at,
    m.received_at,
    m.from_address,
    m.from_name,
    coalesce(m.from_address IN (FROM own), false) AS from_me,
    coalesce(
        list_has_any(json_extract_string(m.to_addresses, '$[*].address'), (SELECT list(address) FROM own)), false
    ) AS to_me,
    m.to_addresses,
    m.cc_addresses,
    m.reply_to,
    m.subject,
    m.body,
    m.is_html,
    m.labels,
    m.seen,
    m.answered,
    m.flagged,
    m.list_id,
    m.list_unsubscribe,
    m.automated,
    m.attachments,
    m.size,
    m.duplicate_id
FROM raw.messages AS m
LEFT JOIN thread_roots AS r ON r.account = m.account AND r.root = m.thread_root
LEFT JOIN copies AS c ON c.source = m.source AND c.key = m.key
WHERE c.file IS NULL OR c.file = m.file
