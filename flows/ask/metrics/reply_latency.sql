-- title: How long I take to answer
-- asks: hours|latency reply
-- may: hours latency reply mail send get until
-- takes: period person company account
-- way: both out in
-- reads: mail
-- answer: {median:length} is the median of {replies:answer} that you gave{scope}{period}; the slowest took {slowest:length}
-- empty: No mail that you answered{scope}{period}
-- How long from a mail to the owner's next one in its thread, where nobody of theirs was in between.
WITH ordered AS (
  SELECT DISTINCT ON (m.account, m.message_key) m.account, m.thread_id, m.message_key, m.sent_at, m.from_me, m.from_address,
         m.sent_at >= $first AND m.sent_at < $until AS wanted
  FROM messages AS m
  WHERE m.sent_at >= $first - INTERVAL 60 DAY AND m.sent_at < $until AND m.sent_at <= $as_of
    AND NOT coalesce(m.automated, FALSE) AND m.list_id IS NULL
-- if account
    AND m.account = $account
-- end
), following AS (
  SELECT *, lag(from_me) OVER turn AS mine_before, lag(sent_at) OVER turn AS before, lag(from_address) OVER turn AS who
  FROM ordered WINDOW turn AS (PARTITION BY account, thread_id ORDER BY sent_at, message_key)
)
SELECT count(*) AS replies, median(date_diff('minute', before, sent_at))::BIGINT AS median,
       max(date_diff('minute', before, sent_at)) AS slowest, min(date_diff('minute', before, sent_at)) AS fastest
FROM following
WHERE wanted AND from_me AND NOT mine_before
-- if person
  AND who IN (SELECT address FROM addresses WHERE person_id = $person)
-- end
-- if domain
  AND regexp_matches(who || '"', $domain)
-- end
