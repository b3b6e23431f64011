"""What the connectors rely on of Google's calendar interface, as questions to an account: the fake's, or a real one.

The probe makes a calendar of its own, and deletes it in the end; nothing else of the account is read or changed. For a
real account it needs the scope calendar.app.created, which allows exactly that:

    STEWARD_GOOGLE_PROBE=FILE .venv/bin/pytest -s tests/contract/test_google_probe.py

FILE holds what `google.oauth2.credentials.Credentials.to_json()` writes: client_id, client_secret, refresh_token.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import requests
from pydantic import SecretStr

from blocks.google import TOKEN_URI
from connectors.google.api import ROOTS
from connectors.google.auth import Auth

Event = dict[str, Any]
SERIES = {
    "summary": "series",
    "start": {"dateTime": "2026-03-23T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-03-23T09:30:00+01:00", "timeZone": "Europe/Berlin"},
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"],
}
SECOND, THIRD = "20260330T070000Z", "20260406T070000Z"


def handle_of(text: str) -> Any:
    """Return a handle on a real account, of a credentials file's text."""
    given = json.loads(text)
    return SimpleNamespace(
        client_id=given["client_id"],
        client_secret=SecretStr(given["client_secret"]),
        refresh_token=SecretStr(given["refresh_token"]),
        service_account=SecretStr(""),
        token_uri=given.get("token_uri", TOKEN_URI),
        bases={},
    )


@dataclass
class Probe:
    """A calendar made for the probe. Reading methods return what the interface answers."""

    session: requests.Session
    base: str
    id: str = ""

    def send(self, method: str, path: str, want: int | tuple[int, ...] = 200, **how: Any) -> Any:
        answer = self.session.request(method, f"{self.base}/{path}", timeout=60, **how)
        allowed = (want,) if isinstance(want, int) else want
        assert answer.status_code in allowed, f"{method} {path.partition('/')[0]}: {answer.status_code}"
        return answer.json() if answer.content else {}

    def page(self, want: int | tuple[int, ...] = 200, **params: Any) -> Event:
        found: Event = self.send("GET", f"calendars/{self.id}/events", want, params=params)
        return found

    def whole(self, **params: Any) -> tuple[list[Event], str]:
        """Return all events of a list, and its token."""
        page = self.page(**params)
        events = list(page.get("items", ()))
        while token := page.get("nextPageToken"):
            page = self.page(**params, pageToken=token)
            events += page.get("items", ())
        return events, page["nextSyncToken"]

    def make(self, **event: Any) -> Event:
        found: Event = self.send("POST", f"calendars/{self.id}/events", json=event)
        return found

    def change(self, event: str, **fields: Any) -> Event:
        found: Event = self.send("PATCH", f"calendars/{self.id}/events/{event}", json=fields)
        return found

    def delete(self, event: str) -> None:
        self.send("DELETE", f"calendars/{self.id}/events/{event}", (200, 204))


@contextmanager
def probing(handle: Any, now: Any) -> Iterator[Probe]:
    """Make the calendar, and delete it whatever happens."""
    root, path = ROOTS["calendar"]
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(Auth(handle, now).headers())
        probe = Probe(session, f"{(handle.bases.get('calendar') or root).rstrip('/')}/{path}")
        made = probe.send("POST", "calendars", json={"summary": "Steward's probe", "timeZone": "Europe/Berlin"})
        probe.id = made["id"]
        try:
            yield probe
        finally:
            probe.send("DELETE", f"calendars/{probe.id}", (200, 204))


def the_token_comes_with_the_last_page_alone(probe: Probe) -> None:
    for n in range(3):
        probe.make(summary=f"event {n}", start=SERIES["start"], end=SERIES["end"])
    page = probe.page(maxResults=2)
    assert "nextPageToken" in page
    assert "nextSyncToken" not in page
    page = probe.page(maxResults=2, pageToken=page["nextPageToken"])
    while "nextPageToken" in page:
        page = probe.page(maxResults=2, pageToken=page["nextPageToken"])
    assert "nextSyncToken" in page


def a_token_tells_what_changed_since(probe: Probe) -> None:
    made = probe.make(summary="one", start=SERIES["start"], end=SERIES["end"])
    _, token = probe.whole()
    probe.change(made["id"], summary="two")
    changed, token = probe.whole(syncToken=token)
    assert [event["summary"] for event in changed] == ["two"]
    assert probe.whole(syncToken=token)[0] == []


def a_wrong_token_is_refused(probe: Probe) -> None:
    probe.page(want=(400, 410), syncToken="CAAQ-not-a-token")


def a_token_and_a_question_do_not_go_together(probe: Probe) -> None:
    _, token = probe.whole()
    probe.page(want=400, syncToken=token, q="one")


def a_deleted_event_is_told_as_cancelled(probe: Probe) -> None:
    made = probe.make(summary="one", start=SERIES["start"], end=SERIES["end"])
    _, token = probe.whole()
    probe.delete(made["id"])
    [told], _ = probe.whole(syncToken=token)
    assert (told["id"], told["status"]) == (made["id"], "cancelled")
    assert "recurringEventId" not in told
    assert made["id"] not in {event["id"] for event in probe.whole()[0]}


def a_cancelled_day_of_a_series_is_an_exception_in_every_list(probe: Probe) -> None:
    made = probe.make(**SERIES)
    _, token = probe.whole()
    probe.delete(f"{made['id']}_{SECOND}")
    for events in (probe.whole(syncToken=token)[0], probe.whole()[0], probe.whole(iCalUID=made["iCalUID"])[0]):
        [told] = [event for event in events if event.get("recurringEventId") == made["id"]]
        assert told["status"] == "cancelled"
        assert "originalStartTime" in told


def the_uid_of_a_series_finds_all_its_parts(probe: Probe) -> None:
    made = probe.make(**SERIES)
    probe.delete(f"{made['id']}_{SECOND}")
    moved = {
        name: {**SERIES[name], "dateTime": f"2026-04-07T1{n}:00:00+02:00"} for n, name in enumerate(("start", "end"))
    }
    probe.change(f"{made['id']}_{THIRD}", **moved)
    found, _ = probe.whole(iCalUID=made["iCalUID"])
    assert {event["id"] for event in found} == {made["id"], f"{made['id']}_{SECOND}", f"{made['id']}_{THIRD}"}
    [told] = [event for event in found if event["id"].endswith(THIRD)]
    assert told["originalStartTime"]["dateTime"].startswith("2026-04-06T"), "where it was, not where it is"


def a_deleted_series_takes_its_days_along(probe: Probe) -> None:
    made = probe.make(**SERIES)
    probe.delete(f"{made['id']}_{SECOND}")
    _, token = probe.whole()
    probe.delete(made["id"])
    told = {event["id"]: event["status"] for event in probe.whole(syncToken=token)[0]}
    assert told[made["id"]] == "cancelled"
    assert set(told.values()) == {"cancelled"}
    assert probe.whole(iCalUID=made["iCalUID"])[0] == []


def the_end_of_an_all_day_event_is_the_day_after(probe: Probe) -> None:
    made = probe.make(summary="day", start={"date": "2026-04-01"}, end={"date": "2026-04-02"})
    assert made["end"]["date"] == "2026-04-02"
    later = probe.whole(timeMin="2026-04-02T12:00:00Z")[0]
    assert made["id"] not in {event["id"] for event in later}


def the_zone_of_a_series_is_told(probe: Probe) -> None:
    made = probe.make(**SERIES)
    assert made["start"]["timeZone"] == "Europe/Berlin"
    assert made["recurrence"] == SERIES["recurrence"]


FACTS = (
    the_token_comes_with_the_last_page_alone,
    a_token_tells_what_changed_since,
    a_wrong_token_is_refused,
    a_token_and_a_question_do_not_go_together,
    a_deleted_event_is_told_as_cancelled,
    a_cancelled_day_of_a_series_is_an_exception_in_every_list,
    the_uid_of_a_series_finds_all_its_parts,
    a_deleted_series_takes_its_days_along,
    the_end_of_an_all_day_event_is_the_day_after,
    the_zone_of_a_series_is_told,
)
