-- Names that belong to more than one person, or to a person of the profile or the contacts: names never say who somebody is.
SELECT lower(p.name) AS name, count(*) AS people, count(*) FILTER (WHERE p.source <> 'observed') AS known
FROM people AS p
WHERE lower(p.name) IN (SELECT unnest($names))
GROUP BY lower(p.name)
ORDER BY name
LIMIT 200
