"""`steward connect google --calendar`: which calendars are read, chosen at first and changed later."""

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from connectors import load
from connectors.outcome import Result
from context.errors import InputError
from context.home import Home
from deployments.connect import calendars as choice
from tests.connectors.google.agenda import HOUR
from tests.deployments.consenting import Run, sources
from tests.deployments.consenting import at_once as at_once
from tests.deployments.consenting import browser as browser
from tests.deployments.consenting import client as client
from tests.deployments.consenting import run as run
from tests.servers.google.calendar import Calendars
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google

pytestmark = pytest.mark.row("N1")
TEAM, CLUB = "team@group.calendar.google.com", "club@group.calendar.google.com"


@pytest.fixture
def world(google: FakeGoogle) -> Calendars:
    made = google.account().of(Calendars)
    made.put({"id": "mine", "summary": "Mine", **HOUR})
    for id, name in ((TEAM, "Team, north"), (CLUB, "Club")):
        made.add(id, summary=name)
        made.put({"id": f"{name[:4]}1", "summary": name, **HOUR}, id)
    return made


def titles(home: Home) -> list[str]:
    with duckdb.connect(home.build, read_only=True) as con:
        found = con.execute("SELECT summary FROM raw.events WHERE _deleted IS NULL ORDER BY 1").fetchall()
    return [title for (title,) in found]


def sync(home: Home) -> Result:
    [result] = load.sync(home, publish=False)
    assert result.error is None
    return result


def test_a_choice_is_read_and_changed_without_a_new_consent(
    home: Home, world: Calendars, client: Path, browser: list[str], run: Run
) -> None:
    done = run("--client", str(client), "--only", "calendar", "--calendar", "Team, north", "--calendar", "Club")
    assert "will read 2 calendars" in done.output
    sync(home)
    assert titles(home) == ["Club", "Team, north"]
    world.calendars[CLUB].entry["summary"] = "Society"  # renamed: still the one that was chosen
    sync(home)
    assert titles(home) == ["Club", "Team, north"]

    done = run("--name", "google", "--calendar", "Society", "--calendar", "ana@example.org")
    assert "Calendars: ana@example.org, Society." in done.output
    assert "Steward asks Google" not in done.output
    assert len(browser) == 1, "nothing new is asked for, so nobody has to consent"
    result = sync(home)
    assert (result.changed, result.deleted) == (1, 1), "one comes whole, and one goes"
    assert titles(home) == ["Club", "Mine"]
    with duckdb.connect(home.build, read_only=True) as con:
        went = con.execute("SELECT file FROM raw.changes WHERE table_name = 'events' AND change = 'deleted'").fetchall()
    assert went == [(f"{TEAM}/Team1",)], "its history is kept"
    assert sync(home).state == "unchanged"

    run("--name", "google", "--calendar", "*")
    sync(home)
    assert titles(home) == ["Club", "Mine", "Team, north"]
    assert "calendars" not in sources(home)["google-calendar"].settings


def test_a_choice_stays_with_a_new_grant(
    home: Home, world: Calendars, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar,tasks", "--calendar", "Club")
    world.remove(CLUB)
    assert "1 of those that you chose is there no more." in run("--name", "google").output
    run("--name", "google", "--only", "calendar", "--calendar", "Team, north")
    assert len(browser) == 3
    found = sources(home)
    assert found["google-calendar"].settings["calendars"] == [TEAM]
    assert "calendars" not in found["google-tasks"].settings


def test_a_choice_stays_where_the_calendar_cannot_be_tried_now(
    home: Home, google: FakeGoogle, world: Calendars, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar,tasks", "--calendar", "Club")
    google.fail(500, method="calendar", times=9)
    run("--name", "google")
    google.faults.clear()
    assert sources(home)["google-calendar"].settings["calendars"] == [CLUB]


def test_a_calendar_that_is_not_there_is_named(
    home: Home, world: Calendars, client: Path, browser: list[str], run: Run
) -> None:
    with pytest.raises(InputError, match="there is no calendar called Clubb") as raised:
        run("--client", str(client), "--only", "calendar", "--calendar", "Clubb")
    assert raised.value.mend == "choose of those that are there: ana@example.org, Club, Team, north"
    assert sources(home) == {}
    with pytest.raises(InputError, match="--calendar needs the calendar"):
        run("--client", str(client), "--only", "mail", "--calendar", "Club")


def test_the_owner_is_asked_which(
    home: Home, world: Calendars, client: Path, browser: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    done = run("--client", str(client), "--only", "calendar", given="7\n2, 2\n")
    assert "  1  ana@example.org\n  2  Club\n  3  Team, north" in done.output
    assert "numbers from 1 to 3" in done.output
    assert sources(home)["google-calendar"].settings["calendars"] == [CLUB]
    done = run("--name", "google")
    assert "Which calendars" not in done.output, "a choice stays until another one is made"
    assert sources(home)["google-calendar"].settings["calendars"] == [CLUB]


def test_all_is_what_an_owner_gets_who_only_says_yes(
    home: Home, world: Calendars, client: Path, browser: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    run("--client", str(client), "--only", "calendar", given="\n")
    assert "calendars" not in sources(home)["google-calendar"].settings
