-- Threads whose last mail came from somebody else to the owner directly, within 30 days, and was not answered: the
-- candidates for "needs a reply". Lists, automated mail and junk are out. What the mail asks is read from its text by
-- rules. `stranger`: neither in profile nor contacts, never written to, never met; `wrote` is how many mails they sent.
-- `namesake`: it bears the name of somebody known, from an address that is not theirs.
WITH newest AS (
  SELECT m.* FROM messages AS m WHERE m.sent_at <= $as_of AND m.sent_at > $as_of - INTERVAL 60 DAY
    AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons|borradores|bozze)$')
  QUALIFY row_number() OVER (PARTITION BY m.account, m.thread_id ORDER BY m.sent_at DESC, m.message_key DESC) = 1
)
SELECT n.message_key, n.thread_id, n.source, n.account, n.subject, left(n.body, 6000) AS body, n.sent_at,
       n.from_address, n.from_name, a.person_id, p.name AS person, p.tier_rank, p.relation, n.flagged, n.seen,
       coalesce(p.source, 'observed') = 'observed' AND coalesce(a.mails_out, 0) = 0 AND coalesce(a.meetings, 0) = 0
         AS stranger,
       coalesce(a.mails_in, 0) AS wrote,
       coalesce(p.source, 'observed') = 'observed' AND EXISTS (
         SELECT 1 FROM people AS k WHERE k.source <> 'observed' AND lower(k.name) = lower(trim(n.from_name))
       ) AS namesake
FROM newest AS n
LEFT JOIN addresses AS a ON a.address = n.from_address
LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE NOT n.from_me AND n.to_me AND NOT coalesce(n.automated, FALSE) AND n.list_id IS NULL
  AND NOT coalesce(n.answered, FALSE) AND n.sent_at > $as_of - INTERVAL 30 DAY
  AND NOT regexp_matches(lower(coalesce(n.folder, '')), '(^|[/.])(junk|spam|trash|deleted|bulk|papierkorb|corbeille)')
QUALIFY row_number() OVER (PARTITION BY n.message_key ORDER BY n.account, n.source) = 1
ORDER BY n.sent_at DESC, n.message_key
LIMIT 2000
