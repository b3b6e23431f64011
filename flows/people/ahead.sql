-- The next meeting of the owner's, within 60 days, to which one of the addresses $who is invited.
SELECT i.instance_key, i.summary, i.starts_at, i.ends_at
FROM event_instances AS i
WHERE NOT i.all_day AND NOT i.cancelled AND coalesce(i.status, '') <> 'cancelled'
  AND i.my_status NOT IN ('declined', 'none') AND i.starts_at > $as_of AND i.starts_at < $as_of + INTERVAL 60 DAY
  AND (lower(i.organizer_address) IN (SELECT unnest($who))
       OR list_has_any(json_extract_string(i.attendees, '$[*].address'), $who))
ORDER BY i.starts_at, i.source, i.instance_key
LIMIT 1
