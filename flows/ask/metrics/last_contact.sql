-- title: Last contact with somebody
-- asks: last|when|hours contact; silent
-- may: last when contact hours mail
-- takes: person
-- needs: person
-- present: yes
-- reads: mail calendar
-- list: {name} ({address}) · last contact {last_contact_at:when}
-- answer: {last_contact_at:when} was the last contact with {name}, {days:day} ago: last mail {last_mail_at:when}, last meeting {last_meeting_at:when}
-- empty: No contact{scope}
SELECT name, addresses->>'$[0]' AS address, last_contact_at, last_mail_at, last_meeting_at,
       date_diff('day', (last_contact_at AT TIME ZONE $zone)::DATE, ($as_of::TIMESTAMPTZ AT TIME ZONE $zone)::DATE) AS days,
       'people' AS view_, person_id AS key
FROM people WHERE person_id = $person AND last_contact_at IS NOT NULL AND last_contact_at <= $as_of LIMIT 1
