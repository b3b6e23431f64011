-- @stored
-- thread_roots: One row per mail that others name as the root of their thread though it has an older ancestor itself. It joins
--   threads whose mails cite less than their whole ancestry.
-- account: Account of the mails.
-- root: Message-ID that mails give as the first of their References.
-- thread_id: Oldest ancestor of it: the root of the whole thread.
WITH RECURSIVE steps AS (
    SELECT account, root, parent AS thread_id, 1 AS depth FROM sums.edges
    UNION
    SELECT s.account, s.root, e.parent, s.depth + 1
    FROM steps AS s
    JOIN sums.edges AS e ON e.account = s.account AND e.root = s.thread_id
    WHERE s.depth < 64 AND e.parent <> s.root  -- broken mails cite each other in a circle
)
SELECT account, root, any_value(thread_id ORDER BY depth DESC, thread_id) AS thread_id
FROM steps
GROUP BY account, root
