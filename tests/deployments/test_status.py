"""`steward status`: what runs, what is due and when on the owner's clock, and what did not get out."""

import json
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from blocks import engine
from blocks.ledger import Ledger
from context.home import Home
from deployments import supervise
from deployments.commands import sources, status

BERLIN = "schema: steward/profile@1\nidentity: {id: p_owner, timezone: Europe/Berlin}\n"


@pytest.fixture
def berlin(home: Home) -> Home:
    (home.context / "profile.yaml").write_text(BERLIN)
    return home


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Set the clock that `status` reads, in UTC."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromisoformat(moment).replace(tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(status, "datetime", Clock)


def said(*words: str) -> str:
    done = CliRunner().invoke(status.command, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def plain() -> dict[str, Any]:
    found = json.loads(said("--json"))
    assert isinstance(found, dict)
    return found


def due(name: str) -> str | None:
    return next(row["next"] for row in plain()["deployments"] if row["name"] == name)


@pytest.mark.row("K1")
@pytest.mark.parametrize(
    ("now", "brief"),
    [
        ("2026-03-27 05:59", "Fri 27 Mar 07:00 CET"),
        ("2026-03-27 06:00", "Mon 30 Mar 07:00 CEST"),  # the clock goes forward between the two
        ("2026-10-23 04:00", "Fri 23 Oct 07:00 CEST"),
        ("2026-10-23 12:00", "Mon 26 Oct 07:00 CET"),  # and back
    ],
)
def test_the_next_brief_is_at_seven_whatever_the_clock_does(
    berlin: Home, monkeypatch: pytest.MonkeyPatch, now: str, brief: str
) -> None:
    at(monkeypatch, now)
    assert due("brief") == brief


@pytest.mark.row("K1")
def test_the_next_sync_in_the_hour_that_comes_twice(berlin: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-10-25 00:50")  # 02:50 CEST; at 03:00 it is 02:00 again
    assert due("sync") in ("Sun 25 Oct 02:00 CET", "Sun 25 Oct 03:00 CET")
    at(monkeypatch, "2026-03-29 00:50")  # 01:50 CET; after 01:59 it is 03:00
    assert due("sync") == "Sun 29 Mar 03:00 CEST"


def test_down_is_said_with_the_way_up(berlin: Home) -> None:
    shown = said()
    assert "Steward is down. Run `steward up`" in shown
    assert "Nothing is connected yet. Run `steward connect`" in shown
    found = plain()
    assert (found["running"], found["address"], found["state"]) == (False, None, "down")


@pytest.mark.parametrize("state", ["ready", "starting"])
def test_up_is_said_with_address_and_processes(berlin: Home, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    children = {"server": {"pid": 11, "failures": 0}, "worker": {"pid": 12, "failures": 2}}
    running = {"pid": 10, "port": 4321, "state": state, "children": children}
    monkeypatch.setattr(supervise, "running", lambda _home: running)
    shown = said()
    assert f"Steward is {'up' if state == 'ready' else 'starting'}: http://127.0.0.1:4321" in shown
    assert "server   process 11\n" in shown
    assert "worker   process 12, restarts: 2\n" in shown
    assert plain()["address"] == "http://127.0.0.1:4321"


def test_a_state_of_another_boot_is_not_taken_for_running(berlin: Home) -> None:
    (berlin.run / "up.json").write_text(
        json.dumps({"pid": 1, "mark": "another-boot:1", "port": 4321, "state": "ready"})
    )
    assert plain()["running"] is False


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": null, "mark": 3}'])
def test_a_damaged_state_file_stops_nothing(berlin: Home, content: str) -> None:
    for name in ("up.json", "server.json"):
        (berlin.run / name).write_text(content)
    assert plain()["running"] is False
    assert engine.server(berlin) is None


@pytest.mark.row("K3")
def test_how_the_last_ones_ended(berlin: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-06-10 12:00")
    slot = datetime(2026, 6, 10, 5, tzinfo=UTC)
    with Ledger.open(berlin) as ledger:
        ledger.slots.finish("brief", slot, "skipped", "7 h late, and of use for 6 h", slot)
        assert ledger.slots.claim("sync", slot, "run-1")
    rows = {row["name"]: (row["last"], row["outcome"]) for row in plain()["deployments"]}
    assert rows["brief"] == ("Wed 10 Jun 07:00 CEST", "skipped: 7 h late, and of use for 6 h")
    assert rows["sync"] == ("Wed 10 Jun 07:00 CEST", "at work")
    assert rows["housekeeping"] == (None, None)
    assert "skipped: 7 h late" in said()


@pytest.mark.row("D4")
def test_what_was_made_and_did_not_get_out(berlin: Home) -> None:
    now = datetime.now(UTC)
    with Ledger.open(berlin) as ledger:
        ledger.outputs.record("run-7", "brief", "2026-06-10", now, "1", "2026/brief", False)
        lost = ledger.deliveries.claim("run-7", "slack", "C0")
        ledger.deliveries.failed(lost.id, "channel_not_found", now)
    shown = said()
    assert "Last brief: 2026-06-10, run run-7" in shown
    assert "Produced, not delivered: run run-7 to slack: channel_not_found" in shown
    assert (plain()["undelivered"], plain()["last_brief"]) == (1, "run-7")


def test_an_invalid_profile_does_not_hide_the_rest(berlin: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (berlin.context / "profile.yaml").write_text("identity: {nmae: x}\n")
    at(monkeypatch, "2026-06-10 06:30")
    assert due("brief") == "Wed 10 Jun 07:00 UTC"


def test_sources_are_shown(berlin: Home, tmp_path: Path) -> None:
    with Ledger.open(berlin) as ledger:
        ledger.sources.connect("work", "ics", "calendar", "me", {"path": str(tmp_path)})
        ledger.sources.connect("home", "ics", "calendar", "me", {"path": str(tmp_path)})
        ledger.sources.succeed("home", berlin.now() - timedelta(minutes=5), 1234, 2, 1, 0, 3, None)
        ledger.sources.grant("home", berlin.now() + timedelta(days=2, hours=1))
    found = plain()["sources"]
    assert {name: row["state"] for name, row in found.items()} == {"home": "ok", "work": "never"}
    assert (found["home"]["grant_days"], found["work"]["grant_days"]) == (2, None)
    assert found["home"]["next_at"] is None, "Steward is down: nothing is due"
    shown = said().splitlines()
    begin = next(n for n, line in enumerate(shown) if line.startswith("source "))
    assert shown[begin].split() == ["source", "kind", "account", "state", "read", "rows", "rejects", "grant", "next"]
    assert shown[begin + 1].split() == [*["home", "ics", "me", "ok", "5", "min", "ago", "1,234", "3", "2", "days", "–"]]
    assert shown[begin + 2].split() == [*["work", "ics", "me", "never", "never", "0", "0", "–", "–"]]
    foreseen = "home: foreseen: the leave to read it ends in 2 days — run `steward connect ics … --name home`"
    assert shown[begin + 3] == foreseen
    assert CliRunner().invoke(sources.command).stdout.splitlines() == shown[begin : begin + 4], "the same table"


def test_the_next_run_of_a_source_is_shown_while_steward_is_up(berlin: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(berlin) as ledger:
        ledger.sources.connect("work", "ics", "calendar", "me", {})
    up = {"pid": 10, "port": 4321, "state": "ready", "children": {}}
    monkeypatch.setattr(supervise, "running", lambda _home: up)
    due = datetime.fromisoformat(plain()["sources"]["work"]["next_at"])
    assert timedelta() <= due - datetime.now(UTC) <= timedelta(minutes=15)


@pytest.mark.row("T10")
def test_the_password_is_one_line_and_shown_nowhere_else(berlin: Home) -> None:
    word = said("--password")
    assert word == engine.password(berlin) + "\n"
    assert word.strip() not in said()
    assert word.strip() not in said("--json")
