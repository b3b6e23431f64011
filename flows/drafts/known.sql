-- Those of $addresses that the owner knows: written to, met, or kept in profile or contacts.
SELECT a.address, p.name
FROM addresses AS a LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE a.address IN (SELECT unnest($addresses))
  AND (a.mails_out > 0 OR a.meetings > 0 OR coalesce(p.source, 'observed') <> 'observed')
