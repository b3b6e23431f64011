-- title: Who somebody is
-- asks: who; address; who contact; mail address; person; nothing
-- may: who address contact mail working role person send get
-- takes: person
-- needs: person
-- present: yes
-- reads: people mail
-- list: {name} · {address} · {relation} · {organization}
-- answer: {name} ({address}): {relation}, {organization}; {mails_in:mail} from them, {mails_out} to them, {meetings:meeting}
-- empty: Nobody of that name
SELECT name, addresses->>'$[0]' AS address, coalesce(relation, 'no relation stated') AS relation,
       coalesce(organization, 'no company stated') AS organization, mails_in, mails_out, meetings, 'people' AS view_, person_id AS key
FROM people WHERE person_id = $person LIMIT 1
