-- Whom $about may mean: an id, an address, a name, or the beginning of one of a name's words.
SELECT p.person_id, p.name, list_sort(list(a.address) FILTER (a.address IS NOT NULL)) AS addresses, any_value(a.person_source) AS source,
       bool_or(p.person_id = $about OR a.address = lower($about)) AS exact,
       lower(p.name) = lower($about) AS whole
FROM people AS p
LEFT JOIN addresses AS a ON a.person_id = p.person_id
WHERE p.person_id = $about OR a.address = lower($about)
   OR starts_with(lower(p.name), lower($about)) OR contains(lower(p.name), ' ' || lower($about))
GROUP BY p.person_id, p.name
ORDER BY exact DESC, whole DESC, any_value(a.person_source) = 'observed', p.name, p.person_id
LIMIT 12
