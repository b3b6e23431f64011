-- title: The longest mail thread
-- asks: longest thread|mail; most mail thread
-- may: longest thread mail count most hours
-- takes: period person company project topic account folder
-- way: both in out
-- reads: mail
-- over: mails
-- list: “{title}” · {mails:mail} · {people:person,people}
-- answer: “{title}”, with {mails:mail} by {people:person,people}{scope}{period}
-- empty: No mail{scope}{period}
SELECT thread_id, any_value(title ORDER BY at_, key) AS title, count(*) AS mails, count(DISTINCT address) AS people,
       'messages' AS view_, arg_max(key, (at_, key)) AS key
FROM found WHERE NOT automated GROUP BY thread_id, account ORDER BY mails DESC, max(at_) DESC, thread_id, account LIMIT 20
