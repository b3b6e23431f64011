-- Mails of a period, each once however many folders hold it: by way ($direction: in, out or both), person, company,
-- project or topic, account and folder. Drafts are none.
SELECT m.message_key AS key, m.source, m.sent_at AS at_, coalesce(m.from_name, m.from_address) AS name,
       m.from_address AS address, m.subject AS title, m.from_me, coalesce(m.automated, FALSE) OR m.list_id IS NOT NULL AS automated,
       m.thread_id, m.account, m.seen, m.size, m.flagged, json_array_length(coalesce(m.attachments, '[]'::JSON)) AS attachments
FROM messages AS m
WHERE m.sent_at >= $first AND m.sent_at < $until AND m.sent_at <= $as_of
  AND NOT regexp_matches(lower(coalesce(m.folder, '')), '(^|[/.])(drafts?|entwürfe|brouillons)$')
-- if one_way
  AND m.from_me = ($direction = 'out')
-- end
-- if person
  AND (($direction <> 'out' AND m.from_address IN (SELECT address FROM addresses WHERE person_id = $person))
       OR ($direction <> 'in' AND m.from_me AND list_has_any(
             json_extract_string(m.to_addresses, '$[*].address') || json_extract_string(m.cc_addresses, '$[*].address'),
             (SELECT list(address) FROM addresses WHERE person_id = $person))))
-- end
-- if domain
  AND (($direction <> 'out' AND regexp_matches(m.from_address || '"', $domain))
       OR ($direction <> 'in' AND m.from_me
           AND regexp_matches(lower(m.to_addresses::VARCHAR || m.cc_addresses::VARCHAR), $domain)))
-- end
-- if topic
  AND (regexp_matches(lower(strip_accents(coalesce(m.subject, ''))), $topic)
       OR ($topic_domain <> '' AND regexp_matches(lower(m.from_address || '"' || m.to_addresses::VARCHAR), $topic_domain)))
-- end
-- if account
  AND m.account = $account
-- end
-- if folder
  AND regexp_matches(lower(coalesce(m.folder, '')), $folder)
-- end
QUALIFY row_number() OVER (PARTITION BY m.message_key ORDER BY m.from_me DESC, m.source) = 1
