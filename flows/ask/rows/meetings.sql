-- Meetings of a period: timed events with somebody else in them, neither cancelled, declined nor marked as free, in the
-- owner's own calendars, each once. `begins` and `finishes` are cut to the period.
SELECT i.instance_key AS key, i.source, i.starts_at AS at_, i.summary AS title, i.starts_at, i.ends_at,
       greatest(i.starts_at, $first) AS begins, least(i.ends_at, $until) AS finishes,
       date_diff('minute', i.starts_at, i.ends_at) AS minutes, i.other_people AS others, i.location, i.attendees,
       i.organizer_address, i.uid
FROM event_instances AS i
WHERE NOT i.all_day AND NOT i.cancelled AND NOT i.transparent AND i.other_people > 0
  AND coalesce(i.status, 'confirmed') <> 'cancelled' AND i.my_status <> 'declined'
  AND i.starts_at < $until AND i.ends_at > $first AND i.ends_at > i.starts_at
  AND NOT (contains(i.account, '@') AND lower(i.account) NOT IN (SELECT address FROM context_addresses))
  AND NOT EXISTS (SELECT 1 FROM events AS e
                  WHERE e.source = i.source AND e.event_key = i.event_key AND e.created_at > $as_of)
-- if person
  AND (i.organizer_address IN (SELECT address FROM addresses WHERE person_id = $person)
       OR list_has_any(list_transform(list_filter(
            json_transform(i.attendees, '[{"address": "VARCHAR", "partstat": "VARCHAR"}]'),
            lambda p: coalesce(lower(p.partstat), '') <> 'declined'), lambda p: lower(p.address)),
            (SELECT list(address) FROM addresses WHERE person_id = $person)))
-- end
-- if domain
  AND regexp_matches(lower(coalesce(i.organizer_address, '') || '"' || coalesce(i.attendees::VARCHAR, '')), $domain)
-- end
-- if topic
  AND (regexp_matches(lower(strip_accents(coalesce(i.summary, ''))), $topic)
       OR ($topic_domain <> '' AND regexp_matches(lower(coalesce(i.attendees::VARCHAR, '')), $topic_domain)))
-- end
-- if account
  AND i.account = $account
-- end
QUALIFY row_number() OVER (PARTITION BY i.uid, i.starts_at ORDER BY i.source, i.instance_key) = 1
