-- The timed events of the day that take the owner's time: neither cancelled, declined, marked as free, nor all-day. One
-- that stands in two of their calendars counts once. A calendar that is somebody else's (its account is that person's
-- address) never counts. One row each, in order of time.
SELECT i.instance_key, i.event_key, i.source, i.summary, i.location, i.description, i.conference_url,
       greatest(i.starts_at, $day_begins) AS starts_at, least(i.ends_at, $day_ends) AS ends_at,
       i.starts_at AS began_at, i.ends_at AS ended_at, i.zone, i.my_status, i.other_people,
       i.organizer_name, i.organizer_address, i.attendees, i.is_recurring,
       i.other_people > 0 AS meeting
FROM event_instances AS i
WHERE NOT i.all_day AND NOT i.cancelled AND NOT i.transparent
  AND coalesce(i.status, 'confirmed') <> 'cancelled' AND i.my_status <> 'declined'
  AND i.starts_at < $day_ends AND i.ends_at > $day_begins AND i.ends_at > i.starts_at
  AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
  AND NOT EXISTS (SELECT 1 FROM events AS e
                  WHERE e.source = i.source AND e.event_key = i.event_key AND e.created_at > $as_of)
QUALIFY row_number() OVER (PARTITION BY i.uid, i.starts_at ORDER BY i.source, i.instance_key) = 1
ORDER BY i.starts_at, i.ends_at, i.instance_key
