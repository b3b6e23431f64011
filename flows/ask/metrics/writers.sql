-- title: Who writes to me most
-- asks: who send|mail|get most; who send|mail
-- may: count most mail get send contact person
-- takes: period company project topic account folder
-- way: in both
-- reads: mail
-- over: mails
-- list: {name} ({address}) · {mails:mail}
-- answer: {name} ({address}), with {mails:mail}{scope}{period}; lists and machines are not counted
-- empty: No mail by a person{scope}{period}
SELECT address, any_value(name ORDER BY at_ DESC, key) AS name, count(*) AS mails, 'addresses' AS view_, address AS key
FROM found WHERE NOT automated AND NOT from_me GROUP BY address ORDER BY mails DESC, address LIMIT 20
