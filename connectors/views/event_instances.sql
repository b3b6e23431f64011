-- event_instances: One row per time that an event takes place, from 90 days before this week to 400 days after it.
--   The same meeting in two calendars is two rows; count those without `duplicate_of`.
-- instance_key: Key of the instance; it names a row.
-- event_key: The event that says what this is (events.event_key, within the source).
-- source: Connection that it was read from.
-- account: Account of that connection.
-- calendar: Name of the calendar.
-- uid: UID of the event or series.
-- starts_at: Start; for all-day events the start of the first day in `zone`.
-- ends_at: End.
-- start_date: First day of an all-day event; else null.
-- end_date: The day after the last one of an all-day event; else null.
-- all_day: Whether it has days and no times.
-- zone: IANA name of the zone in which the start was written.
-- summary: Title.
-- description: Text of the invitation, written by whoever sent it.
-- location: Where.
-- conference_url: Where to join by video.
-- status: confirmed, tentative or cancelled.
-- cancelled: Whether it does not take place.
-- transparent: Whether it leaves the time free.
-- organizer_address: Address of the organizer, lower case.
-- organizer_name: Name of the organizer.
-- attendees: JSON array of {address, name, partstat, role, kind}, in lower case but for names.
-- my_status: The owner's answer: organizer, accepted, tentative, declined, needs-action, or none where not invited.
-- other_people: People but the owner who organize or are invited and have not declined; no rooms or resources.
-- is_recurring: Whether it is one of a series.
-- is_exception: Whether it differs from what its series says.
-- duplicate_of: The instance_key of the same meeting in another calendar or file that stands for both; else null.
WITH own AS (
    SELECT lower(address) AS address FROM context_addresses WHERE kind = 'email'
),
guests AS (
    SELECT
        source,
        file,
        key,
        lower(organizer_address) AS organizer,
        unnest(json_transform(
            attendees, '[{"address": "VARCHAR", "name": "VARCHAR", "partstat": "VARCHAR", "kind": "VARCHAR"}]'
        )) AS guest
    FROM raw.events
    WHERE attendees IS NOT NULL
),
invited AS (
    SELECT
        source,
        file,
        key,
        organizer,
        coalesce(lower(guest.address), guest.name) AS who,
        coalesce(guest.partstat, 'needs-action') AS answer,
        coalesce(guest.kind, 'individual') NOT IN ('room', 'resource')
        AND coalesce(guest.address, '') NOT LIKE '%@resource.calendar.google.com' AS human
    FROM guests
),
company AS (
    SELECT
        source,
        file,
        key,
        any_value(answer) FILTER (WHERE who IN (FROM own)) AS answer,
        count(DISTINCT who) FILTER (WHERE human AND answer <> 'declined' AND who NOT IN (FROM own)) AS people,
        bool_or(who = organizer) AS organizer_listed
    FROM invited
    GROUP BY source, file, key
),
series AS (
    SELECT DISTINCT source, file, uid FROM raw.events WHERE rrule IS NOT NULL OR recurrence_id IS NOT NULL
),
placed AS (
    SELECT
        i.* EXCLUDE (key),
        i.source || '/' || i.key || CASE WHEN twin.place > 1 THEN '~' || twin.place ELSE '' END AS instance_key
    FROM raw.event_instances AS i
    JOIN (
        SELECT
            source,
            file,
            key,
            row_number() OVER (PARTITION BY source, key ORDER BY file) AS place
        FROM raw.event_instances
    ) AS twin ON twin.source = i.source AND twin.file = i.file AND twin.key = i.key
)
SELECT
    p.instance_key,
    p.event_key,
    p.source,
    p.account,
    e.calendar,
    p.uid,
    p.starts_at,
    p.ends_at,
    p.start_date,
    p.end_date,
    p.all_day,
    p.zone,
    e.summary,
    e.description,
    e.location,
    e.conference_url,
    e.status,
    p.cancelled,
    e.transparent,
    e.organizer_address,
    e.organizer_name,
    e.attendees,
    CASE
        WHEN c.answer = 'declined' THEN 'declined'
        WHEN e.organizer_address IN (FROM own) THEN 'organizer'
        WHEN c.answer IN ('accepted', 'tentative', 'needs-action') THEN c.answer
        ELSE 'none'
    END AS my_status,
    coalesce(c.people, 0) + CASE
        WHEN
            e.organizer_address IS NOT NULL
            AND e.organizer_address NOT IN (FROM own)
            AND e.organizer_address NOT LIKE '%@group.calendar.google.com'
            AND NOT coalesce(c.organizer_listed, false)
            THEN 1
        ELSE 0
    END AS other_people,
    s.uid IS NOT NULL AS is_recurring,
    p.is_exception,
    nullif(
        first_value(p.instance_key) OVER (
            PARTITION BY p.uid, p.starts_at, p.all_day ORDER BY p.cancelled, p.source, p.file, p.instance_key
        ),
        p.instance_key
    ) AS duplicate_of
FROM placed AS p
JOIN raw.events AS e ON e.source = p.source AND e.file = p.file AND e.key = p.event_key
LEFT JOIN company AS c ON c.source = p.source AND c.file = p.file AND c.key = p.event_key
LEFT JOIN series AS s ON s.source = p.source AND s.file = p.file AND s.uid = p.uid
