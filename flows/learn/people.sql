-- Who the owner is in touch with both ways, most first; machines and the owner's own addresses are out.
-- `about` is the row's key. Whether somebody is in the profile already is for the profile to say.
SELECT address, name, mails_in, mails_out, meetings, last_at
FROM addresses
WHERE NOT coalesce(automated, FALSE) AND mails_in >= 3 AND mails_out >= 3 AND last_at > $as_of - INTERVAL 365 DAY
ORDER BY least(mails_in, mails_out) + meetings DESC, address
LIMIT 200
