-- @stored
-- thread_roots: One row per mail that others name as the root of their thread though it has an older ancestor itself. It joins
--   threads whose mails cite less than their whole ancestry.
-- account: Account of the mails.
-- root: Message-ID that mails give as the first of their References.
-- thread_id: Oldest ancestor of it: the root of the whole thread.
WITH RECURSIVE edges AS (
    SELECT child.account, child.message_id AS root, min(child.thread_root) AS parent
    FROM raw.messages AS child
    WHERE
        child.message_id <> child.thread_root
        AND (child.account, child.message_id) IN (SELECT (account, thread_root) FROM raw.messages)
    GROUP BY child.account, child.message_id
),
steps AS (
    SELECT account, root, parent AS thread_id, 1 AS depth FROM edges
    UNION
    SELECT s.account, s.root, e.parent, s.depth + 1
    FROM steps AS s
    JOIN edges AS e ON e.account = s.account AND e.root = s.thread_id
    WHERE s.depth < 64 AND e.parent <> s.root  -- broken mails cite each other in a circle
)
SELECT account, root, any_value(thread_id ORDER BY depth DESC, thread_id) AS thread_id
FROM steps
GROUP BY account, root
