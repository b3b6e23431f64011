-- Mails of others to be sorted, newest first: the newest one of each thread within $days before $as_of; with $every each
-- one, as it arrived. `answered_at`: when the owner wrote in the thread after it; `asked_at`: when they last wrote before
-- it; `mine`: what they wrote after it. `stranger`, `wrote`, `namesake`: as replies.sql has them. Drafts are none.
WITH recent AS (
  SELECT m.*, max(CASE WHEN m.from_me THEN m.sent_at END)
           OVER (PARTITION BY m.account, m.thread_id ORDER BY m.sent_at, m.message_key
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS asked_at
  FROM messages AS m
  WHERE m.sent_at <= $as_of AND m.sent_at > $as_of - to_days($days)
    AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze)$')
), mine AS (
  SELECT account, thread_id, max(sent_at) AS answered_at, left(arg_max(body, (sent_at, message_key)), 4000) AS mine
  FROM recent WHERE from_me AND NOT $every GROUP BY ALL
), taken AS (
  SELECT * FROM recent WHERE NOT from_me
  QUALIFY $every OR row_number() OVER (PARTITION BY account, thread_id ORDER BY sent_at DESC, message_key DESC) = 1
)
SELECT n.message_key, n.thread_id, n.source, n.account, n.folder, n.subject, left(n.body, 4000) AS body, n.sent_at,
       n.from_address, n.from_name, n.to_me, n.to_addresses, n.list_id, n.list_unsubscribe, n.automated, n.seen,
       CASE WHEN NOT $every THEN n.answered END AS answered, n.attachments, n.asked_at,
       CASE WHEN w.answered_at > n.sent_at THEN w.answered_at END AS answered_at,
       CASE WHEN w.answered_at > n.sent_at THEN w.mine END AS mine,
       a.person_id, p.name AS person, p.tier_rank, p.relation,
       coalesce(p.source, 'observed') = 'observed' AND coalesce(a.mails_out, 0) = 0 AND coalesce(a.meetings, 0) = 0
         AS stranger,
       coalesce(a.mails_in, 0) AS wrote,
       coalesce(p.source, 'observed') = 'observed' AND trim(coalesce(n.from_name, '')) <> ''
         AND lower(trim(n.from_name)) IN (SELECT lower(k.name) FROM people AS k WHERE k.source <> 'observed') AS namesake
FROM taken AS n
LEFT JOIN mine AS w ON w.account = n.account AND w.thread_id = n.thread_id
LEFT JOIN addresses AS a ON a.address = n.from_address
LEFT JOIN people AS p ON p.person_id = a.person_id
QUALIFY row_number() OVER (PARTITION BY n.message_key ORDER BY n.account, n.source) = 1
ORDER BY n.sent_at DESC, n.message_key
LIMIT 10000
