-- The last time that a series was held before this one: by its UID, not by its title.
SELECT i.instance_key, i.starts_at, i.ends_at, i.summary, i.attendees, i.organizer_address, i.organizer_name
FROM event_instances AS i
WHERE i.uid = $uid AND NOT i.all_day AND NOT i.cancelled AND coalesce(i.status, '') <> 'cancelled'
  AND i.my_status <> 'declined' AND i.starts_at < least($begins, $as_of)
  AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
ORDER BY i.starts_at DESC, i.source, i.instance_key
LIMIT 1
