-- title: Mails per day, week or month
-- asks: mail
-- may: count mail get send
-- takes: period person company project topic account folder group
-- needs: group
-- way: both in out
-- reads: mail
-- over: mails
-- list: {begins} · {mails:mail}
-- answer: {each} a {group} is the average of {total:mail}{way}{scope}{period}
-- empty: No mail{way}{scope}{period}
SELECT strftime(date_trunc($group, at_ AT TIME ZONE $zone), '%Y-%m-%d') AS begins, count(*) AS mails,
       sum(count(*)) OVER ()::BIGINT AS total, round(avg(count(*)) OVER (), 1) AS each, 'sql' AS view_, '' AS key
FROM found GROUP BY 1 ORDER BY 1 DESC LIMIT 60
