-- The mails of $keys, with what they say: whether they ask something is read from the text by rules.
SELECT m.message_key, m.subject, left(m.body, 4000) AS body, m.sent_at, m.from_me
FROM messages AS m
WHERE m.message_key IN (SELECT unnest($keys))
QUALIFY row_number() OVER (PARTITION BY m.message_key ORDER BY m.source, m.account) = 1
ORDER BY m.message_key
LIMIT 200
