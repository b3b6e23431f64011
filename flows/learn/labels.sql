-- Labels that ten mails or more of 90 days bear; those that a mail program gives by itself are told apart later.
SELECT label, count(*) AS mails
FROM (
  SELECT unnest(json_transform(labels, '["VARCHAR"]')) AS label
  FROM messages
  WHERE sent_at BETWEEN $as_of - INTERVAL 90 DAY AND $as_of
)
GROUP BY label
HAVING count(*) >= 10
ORDER BY mails DESC, label
LIMIT 50
