-- title: Birthday or telephone number
-- asks: birthday; phone; when birthday
-- may: birthday phone when count
-- takes: person
-- needs: person
-- present: yes
-- reads: people
-- list: {name} · birthday {birthday} · telephone {phone}
-- answer: {name}: birthday {birthday}, telephone {phone}
-- empty: No card{scope}
SELECT c.name, coalesce(c.birthday, 'not on the card') AS birthday, coalesce(c.phones->0->>'number', 'not on the card') AS phone,
       'contacts' AS view_, c.contact_key AS key
FROM contacts AS c JOIN addresses AS a ON list_contains(json_extract_string(c.addresses, '$[*].address'), a.address)
WHERE a.person_id = $person LIMIT 1
