-- events: One row per event as its calendar writes it: a single event, a series, or one changed day of a series.
--   When things take place is in `event_instances`.
-- event_key: Key of the event within its source; `source` and `event_key` name a row. UID, with the replaced day if any.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- calendar: Name of the calendar.
-- uid: UID of the event or series; the same in every calendar that holds it.
-- recurrence_id: For a changed day of a series: which one it replaces (UTC, or a date); else null.
-- starts_at: Start; for all-day events the start of the first day in `zone`.
-- ends_at: End.
-- start_date: First day of an all-day event; else null.
-- end_date: The day after the last one of an all-day event; else null.
-- all_day: Whether it has days and no times.
-- zone: IANA name of the zone in which the start was written.
-- summary: Title.
-- description: Text of the invitation, written by whoever sent it.
-- location: Where.
-- url: Link that the event bears.
-- conference_url: Where to join by video.
-- status: confirmed, tentative or cancelled.
-- transparent: Whether it leaves the time free.
-- visibility: public, private or confidential, where the event says so; null where it is as its calendar is.
-- organizer_address: Address of the organizer, lower case.
-- organizer_name: Name of the organizer.
-- attendees: JSON array of {address, name, partstat, role, kind}, in lower case but for names.
-- categories: JSON array of categories.
-- rrule: Rule of a series as written, further rules and dates on lines of their own; null where it happens once.
-- sequence: How often it was revised, as the organizer counts.
-- created_at: When it was made.
-- updated_at: When it was last changed, as the calendar says.
SELECT
    key AS event_key,
    source,
    account,
    calendar,
    uid,
    recurrence_id,
    starts_at,
    ends_at,
    start_date,
    end_date,
    all_day,
    zone,
    summary,
    description,
    location,
    url,
    conference_url,
    status,
    transparent,
    visibility,
    organizer_address,
    organizer_name,
    attendees,
    categories,
    rrule,
    sequence,
    created_at,
    updated_at
FROM raw.events
