-- title: The day with the most mail
-- asks: when|day mail most
-- may: count most mail get send day
-- takes: period person company project topic account folder
-- way: both in out
-- reads: mail
-- over: mails
-- list: {day} · {mails:mail}
-- answer: {day}, with {mails:mail}{way}{scope}{period}
-- empty: No mail{way}{scope}{period}
SELECT strftime(at_ AT TIME ZONE $zone, '%Y-%m-%d') AS day, count(*) AS mails, 'sql' AS view_, '' AS key
FROM found GROUP BY 1 ORDER BY mails DESC, day DESC LIMIT 20
