-- Thread and writer of the mails in $keys: what verdicts on threads, senders and domains are compared with. The owner is
-- no writer: of their own mails only the thread can be judged.
SELECT message_key, any_value(thread_id) AS thread_id, any_value(lower(from_address)) FILTER (WHERE NOT from_me) AS from_address
FROM messages
WHERE message_key IN (SELECT unnest($keys))
GROUP BY message_key
