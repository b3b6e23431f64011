-- Thread and writer of the mails in $keys: what verdicts on threads, senders and domains are compared with.
SELECT message_key, any_value(thread_id) AS thread_id, any_value(lower(from_address)) AS from_address
FROM messages
WHERE message_key IN (SELECT unnest($keys))
GROUP BY message_key
