-- title: Mails per day, week or month
-- asks: mail
-- may: count mail get send
-- takes: period person company project topic account folder group
-- needs: group
-- way: both in out
-- reads: mail
-- over: mails
-- list: {begins} · {mails:mail}
-- answer: {total:mail}{way}{scope}{period}; the most in a {group} were {most}, from {peak}
-- empty: No mail{way}{scope}{period}
WITH each AS (
  SELECT strftime(date_trunc($group, at_ AT TIME ZONE $zone), '%Y-%m-%d') AS begins, count(*) AS mails
  FROM found GROUP BY 1
)
SELECT begins, mails, sum(mails) OVER ()::BIGINT AS total, max(mails) OVER () AS most,
       first_value(begins) OVER (ORDER BY mails DESC, begins) AS peak, 'sql' AS view_, '' AS key
FROM each ORDER BY begins DESC LIMIT 60
