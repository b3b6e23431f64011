"""What calendars fill: events as they are written, and the instances that recurrences make of them."""

from connectors.shape import Table
from connectors.tasks.tables import TASKS

EVENTS = Table(
    "events",
    "Events as their calendar writes them: masters of series, single events, and exceptions (moved or changed days).",
    {
        "calendar": ("text", "Name of the calendar."),
        "uid": ("text", "UID of the event or series (RFC 5545, 3.8.4.7)."),
        "recurrence_id": ("text", "For an exception: the instance that it replaces, UTC or a date; else null."),
        "starts_at": ("timestamp", "Start, UTC; for all-day events the start of the day in `zone`."),
        "ends_at": ("timestamp", "End, UTC."),
        "start_date": ("date", "First day, for all-day events."),
        "end_date": ("date", "The day after the last, for all-day events (RFC 5545: exclusive)."),
        "all_day": ("bool", "Whether it has days and no times."),
        "zone": ("text", "IANA name of the zone that the start was written in."),
        "summary": ("text", "Title."),
        "description": ("text", "Text of the invitation."),
        "location": ("text", "Where."),
        "url": ("text", "URL property."),
        "status": ("text", "confirmed, tentative or cancelled."),
        "transparent": ("bool", "Whether it leaves the time free (TRANSP)."),
        "visibility": ("text", "public, private or confidential (CLASS), where it says so; else null."),
        "organizer_address": ("text", "Address of the organizer, lower case."),
        "organizer_name": ("text", "Name of the organizer."),
        "attendees": ("json", "List of {address, name, partstat, role, kind}."),
        "rrule": ("text", "Recurrence rule of a series, as written; further rules and dates on lines of their own."),
        "sequence": ("bigint", "Revision (SEQUENCE)."),
        "created_at": ("timestamp", "When it was made."),
        "updated_at": ("timestamp", "When it was last changed (LAST-MODIFIED)."),
        "categories": ("json", "List of categories."),
        "conference_url": ("text", "Where to join by video."),
    },
    history=(
        *("summary", "starts_at", "ends_at", "start_date", "end_date", "location", "status", "rrule"),
        *("recurrence_id", "uid", "organizer_address", "attendees"),
    ),
)

INSTANCES = Table(
    "event_instances",
    "Each time that an event takes place, from 90 days before the week of the sync to 400 days after it.",
    {
        "event_key": ("text", "Key of the event that says what this is: the series, or its exception."),
        "uid": ("text", "UID of the series or event."),
        "starts_at": ("timestamp", "Start, UTC; for all-day events the start of the day in `zone`."),
        "ends_at": ("timestamp", "End, UTC."),
        "start_date": ("date", "First day, for all-day events."),
        "end_date": ("date", "The day after the last, for all-day events."),
        "all_day": ("bool", "Whether it has days and no times."),
        "zone": ("text", "IANA name of the zone of the start."),
        "is_exception": ("bool", "Whether it differs from what its series says."),
        "cancelled": ("bool", "Whether it does not take place."),
    },
)

TABLES = (EVENTS, INSTANCES, TASKS)
