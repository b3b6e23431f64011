-- Who a question may mean: people one of whose names, or addresses, is a word of it ($words, between blanks). Of those
-- that the owner has nothing to do with (never wrote to, never met, not in profile or contacts) `known` is false.
SELECT p.person_id, p.name, p.addresses->>'$[0]' AS address, p.addresses, p.relation, p.organization,
       p.source <> 'observed' OR p.mails_out > 0 OR p.meetings > 0 OR p.commits > 0 AS known
FROM people AS p
WHERE regexp_matches($words, ' (' || array_to_string(list_transform(
        list_filter(regexp_split_to_array(lower(strip_accents(p.name)), '[^\pL\pN]+'), lambda w: length(w) > 2),
        lambda w: regexp_escape(w)), '|') || ') ')
   OR list_has_any(json_extract_string(p.addresses, '$[*]'), string_split(trim($words), ' '))
ORDER BY known DESC, p.person_id
LIMIT 200
