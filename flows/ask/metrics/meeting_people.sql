-- title: With whom I spend most time in meetings
-- asks: who most meeting|meet|spend
-- may: who most meeting meet hours spend person contact
-- takes: period company project topic account
-- reads: calendar
-- over: meetings
-- list: {name} ({address}) · {minutes:length} in {meetings:meeting}
-- answer: {name} ({address}): {minutes:length} in {meetings:meeting}{scope}{period}
-- empty: No meeting{scope}{period}
SELECT a.address, any_value(a.name) AS name, count(*) AS meetings, sum(minutes)::BIGINT AS minutes, 'addresses' AS view_, a.address AS key
FROM (SELECT f.key, f.minutes, unnest(json_transform(f.attendees, '[{"address": "VARCHAR", "partstat": "VARCHAR"}]')) AS guest FROM found AS f)
JOIN addresses AS a ON a.address = lower(guest.address)
WHERE coalesce(lower(guest.partstat), '') <> 'declined'
GROUP BY a.address ORDER BY minutes DESC, a.address LIMIT 20
