-- The people whom the profile or the contacts hold (and $also), each with all of their addresses and their birthday.
SELECT a.person_id, any_value(p.name) AS name, any_value(p.organization) AS organization,
       any_value(a.person_source) AS source, list_sort(list(DISTINCT a.address)) AS addresses, max(c.birthday) AS birthday
FROM addresses AS a
LEFT JOIN people AS p ON p.person_id = a.person_id
LEFT JOIN (
  SELECT birthday, unnest(json_extract_string(addresses, '$[*].address')) AS address
  FROM contacts WHERE birthday IS NOT NULL
) AS c ON lower(c.address) = a.address
WHERE a.person_source IN ('profile', 'contacts') OR a.person_id = $also
GROUP BY a.person_id
ORDER BY a.person_id
LIMIT 5000
