-- The people that the owner has to do with: whose names a mistyped word may mean, who is meant by "my boss" or by a
-- company's name.
SELECT p.person_id, p.name, p.addresses->>'$[0]' AS address, p.addresses, p.relation, p.organization, TRUE AS known
FROM people AS p
WHERE p.source <> 'observed' OR p.mails_out > 0 OR p.meetings > 0
ORDER BY p.source = 'profile' DESC, p.last_contact_at DESC NULLS LAST, p.person_id
LIMIT 2000
