"""The calendar interface of the fake: calendars, events, series with exceptions, sync tokens.

https://developers.google.com/workspace/calendar/api/guides/sync and …/api/v3/reference/events/list
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers.google.core import Account, Call, GoogleError, Service, on

Event = dict[str, Any]
# What events.list refuses beside a syncToken.
UNFIT = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax")
UNFIT = (*UNFIT, "updatedMin")
LEFT = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")  # all that is sure of a cancelled one


@dataclass
class Calendar:
    """One calendar: its entry in the list, its events by id, and when each last changed."""

    entry: dict[str, Any]
    events: dict[str, Event] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    epoch: int = 1


class Calendars(Service):
    """The calendars of an account; the primary one is there from the start."""

    document = "calendar.v3"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.calendars: dict[str, Calendar] = {}
        self.removed: dict[str, Calendar] = {}
        self.count = 0
        self.listings: dict[str, tuple[list[str], int]] = {}
        self.add(account.address, primary=True, selected=True)

    # What a test does

    def add(self, name: str, **entry: Any) -> Calendar:
        """Put a calendar into the list; one that was there before holds what it held."""
        given = {"summary": name, "timeZone": "Europe/Berlin", "accessRole": "owner", **entry}
        listed = {"kind": "calendar#calendarListEntry", "etag": '"1"', "id": name, **given}
        self.calendars[name] = self.removed.pop(name, Calendar(listed))
        self.calendars[name].entry = listed
        return self.calendars[name]

    def remove(self, name: str) -> None:
        """Take a calendar off the list."""
        self.removed[name] = self.calendars.pop(name)

    def put(self, event: Event, name: str | None = None) -> Event:
        """Write an event (again), whole; a series that is moved loses its exceptions."""
        calendar = self._calendar(name)
        before = calendar.events.get(event["id"], {})
        if "recurrence" in before and any(before.get(part) != event.get(part) for part in ("start", "recurrence")):
            for other in [one for one, its in calendar.events.items() if its.get("recurringEventId") == event["id"]]:
                del calendar.events[other], calendar.changed[other]
        stamp = f"{self.fake.tick():%Y-%m-%dT%H:%M:%S}.000Z"
        made = {"kind": "calendar#event", "status": "confirmed", "created": before.get("created", stamp), **event}
        made |= {"etag": f'"{self.count}"', "updated": stamp, "sequence": int(before.get("sequence", -1)) + 1}
        made.setdefault("iCalUID", f"{event['id']}@google.com")
        calendar.events[event["id"]] = made
        self._touched(calendar, event["id"])
        return made

    def change(self, event: str, name: str | None = None, **fields: Any) -> Event:
        return self.put({**self._calendar(name).events[event], **fields}, name)

    def delete(self, event: str, name: str | None = None) -> None:
        """Delete an event or a series with its exceptions."""
        calendar = self._calendar(name)
        for one, its in calendar.events.items():
            if one == event or its.get("recurringEventId") == event:
                its["status"] = "cancelled"
                self._touched(calendar, one)

    def exception(self, series: str, original: Event, name: str | None = None, **fields: Any) -> Event:
        """Change one day of a series: `original` is its start as the series says ({"dateTime": …} or {"date": …})."""
        calendar = self._calendar(name)
        master = calendar.events[series]
        kept = {part: value for part, value in master.items() if part not in ("recurrence", "etag", "updated")}
        length = _moment(master["end"]) - _moment(master["start"])
        own = {"id": instance_id(series, original), "recurringEventId": series, "originalStartTime": original}
        times = {"start": original, "end": _later(original, length)}
        return self.put({**kept, **times, **fields, **own}, name)

    def cancel(self, series: str, original: Event, name: str | None = None) -> None:
        """Cancel one day of a series."""
        self.exception(series, original, name, status="cancelled")

    def split(self, series: str, original: Event, name: str | None = None, **fields: Any) -> str:
        """Change a series from one of its days on, as “this and following” does; return the id of the new one."""
        calendar = self._calendar(name)
        master = calendar.events[series]
        until = re.sub(r"[-:]", "", (_moment(original).astimezone(UTC)).isoformat()).removesuffix("+0000") + "Z"
        until = original["date"].replace("-", "") if "date" in original else until
        later = f"{series}_R{until.removesuffix('Z')}"
        length = _moment(master["end"]) - _moment(master["start"])
        rules = [rule for rule in master["recurrence"] if rule.startswith("RRULE")]
        times = {"start": original, "end": _later(original, length)}
        self.put(
            {**master, **times, **fields, "id": later, "iCalUID": f"{later}@google.com", "recurrence": rules}, name
        )
        ended = [re.sub(r";(UNTIL|COUNT)=[^;]*", "", rule) + f";UNTIL={_before(original)}" for rule in rules]
        self.change(series, name, recurrence=ended)
        return later

    def move(self, event: str, name: str, other: str) -> None:
        """Move an event or series to another calendar."""
        for one, its in list(self._calendar(name).events.items()):
            if one == event or its.get("recurringEventId") == event:
                self.put(dict(its), other)
        self.delete(event, name)

    def expire(self, name: str | None = None) -> None:
        """Let a calendar's sync tokens run out."""
        self._calendar(name).epoch += 1

    def _calendar(self, name: str | None) -> Calendar:
        name = self.account.address if name in (None, "primary") else name
        if name not in self.calendars:
            raise GoogleError(404, "notFound", "Not Found")
        return self.calendars[name]

    def _touched(self, calendar: Calendar, event: str) -> None:
        self.count += 1
        calendar.changed[event] = self.count

    # What it answers

    @on("calendar.calendarList.list")
    def _list(self, call: Call) -> Event:
        hidden = call.flag("showHidden")
        entries = [one.entry for one in self.calendars.values() if hidden or not one.entry.get("hidden")]
        start = int(call.get("pageToken", "0"))
        size = self.fake.sized(call.get("maxResults"), 250, 100)
        after = start + size
        ending = {"nextPageToken": str(after)} if after < len(entries) else {"nextSyncToken": f"list-{self.count}"}
        return {"kind": "calendar#calendarList", "etag": '"1"', "items": entries[start:after], **ending}

    @on("calendar.events.get")
    def _get(self, call: Call) -> Event:
        found = self._calendar(call.path["calendarId"]).events.get(call.path["eventId"])
        if found is None:
            raise GoogleError(404, "notFound", "Not Found")
        return shown(found)

    @on("calendar.calendars.insert")
    def _insert_calendar(self, call: Call) -> Event:
        made = self.add(f"c{self.count}-{len(self.calendars)}@group.calendar.google.com", **call.body)
        return {"kind": "calendar#calendar", **{part: made.entry[part] for part in ("id", "summary", "timeZone")}}

    @on("calendar.calendars.delete")
    def _delete_calendar(self, call: Call) -> None:
        self._calendar(call.path["calendarId"])
        del self.calendars[call.path["calendarId"]]

    @on("calendar.events.insert")
    def _insert(self, call: Call) -> Event:
        self.count += 1
        return self.put({"id": f"made{self.count}", **call.body}, call.path["calendarId"])

    @on("calendar.events.patch")
    def _patch(self, call: Call) -> Event:
        event, name = self._there(call), call.path["calendarId"]
        return self.change(event["id"], name, **call.body)

    @on("calendar.events.delete")
    def _delete(self, call: Call) -> None:
        event, name = self._there(call), call.path["calendarId"]
        if "recurringEventId" in event:
            self.change(event["id"], name, status="cancelled")
        else:
            self.delete(event["id"], name)

    def _there(self, call: Call) -> Event:
        """Return an event that is not deleted; a day of a series is there before anything is changed of it."""
        name, event = call.path["calendarId"], call.path["eventId"]
        found = self._calendar(name).events.get(event)
        series, _, day = event.rpartition("_")
        if found is None and (master := self._calendar(name).events.get(series)):
            moment = datetime.strptime(day, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).isoformat()
            found = self.exception(series, {**master["start"], "dateTime": moment}, name)
        if found is None:
            raise GoogleError(404, "notFound", "Not Found")
        if found["status"] == "cancelled":
            raise GoogleError(410, "deleted", "Resource has been deleted")
        return found

    @on("calendar.events.list")
    def _events(self, call: Call) -> Event:
        calendar = self._calendar(call.path["calendarId"])
        if call.flag("singleEvents"):
            raise GoogleError(501, "notImplemented", "singleEvents")
        if token := call.get("pageToken"):
            ids, begun = self.listings.pop(token, ([], -1))
            if begun < 0:
                raise GoogleError(400, "invalid", "Invalid page token")
        else:
            ids, begun = self._wanted(call, calendar), self.count
        size = self.fake.sized(call.get("maxResults"), 2500, 250)
        items = [shown(calendar.events[event]) for event in ids[:size] if event in calendar.events]
        entry = calendar.entry
        answer = {"kind": "calendar#events", "etag": '"1"', "items": items, "accessRole": entry["accessRole"]}
        answer |= {"summary": entry["summary"], "timeZone": entry["timeZone"], "defaultReminders": []}
        if ids[size:]:
            following = f"page-{len(self.listings)}-{begun}-{len(ids)}-{call.get('syncToken')}"
            self.listings[following] = (ids[size:], begun)
            return {**answer, "nextPageToken": following}
        # What changed while the pages were read comes again with the next token.
        asked = "".join(
            sorted(set(call.query) - {"syncToken", "pageToken", "maxResults"})
        )  # a token is for one question
        return {**answer, "nextSyncToken": f"sync{asked}:{call.path['calendarId']}:{calendar.epoch}:{begun}"}

    def _wanted(self, call: Call, calendar: Calendar) -> list[str]:
        """Return the ids of what a list holds, the latest change last."""
        uid, order = call.get("iCalUID"), sorted(calendar.events, key=lambda event: calendar.changed[event])
        if token := call.get("syncToken"):
            if unfit := [name for name in UNFIT if name in call.query]:
                raise GoogleError(400, "invalid", f"{unfit[0]} cannot be specified with syncToken")
            since = re.fullmatch(rf"sync:{re.escape(call.path['calendarId'])}:{calendar.epoch}:(\d+)", token)
            if since is None:
                raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
            return [event for event in order if calendar.changed[event] > int(since[1])]
        found = [event for event in order if not uid or calendar.events[event]["iCalUID"] == uid]
        shows = [event for event in found if self._listed(calendar, calendar.events[event], call.flag("showDeleted"))]
        if "timeMin" in call.query:
            shows = [event for event in shows if _instant(calendar.events[event]["end"]) > _parsed(call.get("timeMin"))]
        return shows

    @staticmethod
    def _listed(calendar: Calendar, event: Event, deleted: bool) -> bool:
        """Whether a whole list shows an event: of the cancelled ones only the days of series that go on."""
        series = calendar.events.get(event.get("recurringEventId", ""), {"status": "cancelled"})
        return deleted or event["status"] != "cancelled" or series["status"] != "cancelled"


def shown(event: Event) -> Event:
    """Return an event as the interface gives it: of a cancelled one, what is sure and no more."""
    if event["status"] == "cancelled":
        return {name: event[name] for name in LEFT if name in event}
    return event


def instance_id(series: str, original: Event) -> str:
    """Return the id of one day of a series."""
    if "date" in original:
        return f"{series}_{original['date'].replace('-', '')}"
    return f"{series}_{_moment(original).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _instant(given: Event) -> datetime:
    """Return a time in UTC; a day begins at midnight there."""
    return _moment(given).replace(tzinfo=UTC) if "date" in given else _moment(given).astimezone(UTC)


def _moment(given: Event) -> datetime:
    return datetime.fromisoformat(given.get("dateTime") or given["date"])


def _later(given: Event, length: Any) -> Event:
    until = (_moment(given) + length).isoformat()
    return {**given, "dateTime": until} if "dateTime" in given else {"date": until[:10]}


def _before(given: Event) -> str:
    """Return the last moment before a start, as UNTIL has it."""
    if "date" in given:
        return f"{datetime.fromordinal(_moment(given).toordinal() - 1):%Y%m%d}"
    return f"{datetime.fromtimestamp(_moment(given).timestamp() - 1, UTC):%Y%m%dT%H%M%SZ}"
