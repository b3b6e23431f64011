-- title: Whom I write to most
-- asks: who send|mail most; who most contact
-- may: count most mail get send contact person
-- takes: period account
-- way: out
-- reads: mail
-- over: mails
-- list: {name} ({address}) · {mails:mail}
-- answer: {name} ({address}), with {mails:mail}{period}
-- empty: No mail that you wrote{period}
SELECT lower(r.address) AS address, coalesce(any_value(a.name), lower(r.address)) AS name, count(DISTINCT f.key) AS mails,
       'addresses' AS view_, lower(r.address) AS key
FROM found AS f JOIN messages AS m ON m.message_key = f.key AND m.source = f.source,
     unnest(json_transform(m.to_addresses::VARCHAR::JSON, '["JSON"]') || json_transform(coalesce(m.cc_addresses, '[]')::VARCHAR::JSON, '["JSON"]')) AS t (entry),
     (SELECT entry->>'address' AS address) AS r
JOIN addresses AS a ON a.address = lower(r.address)
GROUP BY lower(r.address) ORDER BY mails DESC, address LIMIT 20
