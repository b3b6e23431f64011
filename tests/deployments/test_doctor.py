"""`steward doctor`: each check green and red, and no red line without what mends it."""

import json
import os
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from blocks import engine
from blocks.ledger import Ledger
from context.errors import ServerError
from context.home import Home
from deployments import cli, doctor, proof, supervise
from deployments.commands.doctor import command
from deployments.doctor import Finding
from flows import slots

pytestmark = pytest.mark.row("T6")
Patch = pytest.MonkeyPatch
PORT = 4999


def looked(home: Home, about: str) -> list[Finding]:
    """Return what doctor says about one thing. A red line without a command that exists fails the test."""
    found = [finding for finding in doctor.check(home) if finding.about.startswith(about)]
    for finding in found:
        if finding.light == "red":
            assert finding.mend, finding
        for word in re.findall(r"steward (?:--debug )?(\w+)", finding.mend or ""):
            assert word in cli.COMMANDS, finding
    return found


def lights(home: Home, about: str) -> list[str]:
    return [finding.light for finding in looked(home, about)]


def add_source(home: Home, name: str = "work", **failed: str) -> None:
    with Ledger.open(home) as ledger:
        ledger.sources.connect(name, "ics", "calendar", "me", {"path": "/nowhere.ics"})
        if failed:
            ledger.sources.fail(name, home.now(), "failed", **failed)


def is_up(monkeypatch: Patch, answers: bool = True, **state: object) -> None:
    children = {"server": {"pid": 1}, "worker": {"pid": 2}}
    said = {"pid": 3, "port": PORT, "state": "ready", "children": children, **state}
    monkeypatch.setattr(supervise, "running", lambda _home: said)
    monkeypatch.setattr(supervise, "answers", lambda _home, _port: answers)


def test_a_new_home_has_no_fault(home: Home) -> None:
    found = list(doctor.check(home))
    assert [finding for finding in found if finding.light == "red"] == []
    green = {finding.about for finding in found if finding.light == "green"}
    assert green >= {"versions", "home", "privacy", "profile", "disk", "model", "delivery", "guards"}


def test_a_filled_home_is_read_through_the_sandbox(copied: Home) -> None:
    (finding,) = looked(copied, "warehouse")
    assert finding.light == "green"
    assert re.match(r"generation \d+, 2 sources", finding.said)
    assert lights(copied, "sources") == ["green"]


def older(_home: Home, monkeypatch: Patch) -> None:
    real = doctor.version
    monkeypatch.setattr(doctor, "version", lambda name: "3.9.0" if name == "prefect" else real(name))


def newer_home(home: Home, _monkeypatch: Patch) -> None:
    home.manifest.write_text('{"layout": 99}')


def open_folder(home: Home, _monkeypatch: Patch) -> None:
    home.root.chmod(0o755)


def open_file(home: Home, _monkeypatch: Patch) -> None:
    (home.secrets / "api-auth").write_text("x")
    (home.secrets / "api-auth").chmod(0o640)


def bad_profile(home: Home, _monkeypatch: Patch) -> None:
    (home.context / "profile.yaml").write_text("identity:\n  nmae: Ana\n")


def full(_home: Home, monkeypatch: Patch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: SimpleNamespace(free=10_000_000))


def damaged(home: Home, _monkeypatch: Patch) -> None:
    (home.data / "warehouse-1.duckdb").write_bytes(b"no database")
    home.warehouse.symlink_to("warehouse-1.duckdb")


def failing_source(home: Home, _monkeypatch: Patch) -> None:
    add_source(home, error="the file is gone", mend="run `steward connect ics PATH`")


def silent_server(_home: Home, monkeypatch: Patch) -> None:
    is_up(monkeypatch, answers=False)


def no_worker(_home: Home, monkeypatch: Patch) -> None:
    is_up(monkeypatch, children={"server": {"pid": 1}})


def late_sync(home: Home, monkeypatch: Patch) -> None:
    is_up(monkeypatch)
    came_up(home, 3600)
    monkeypatch.setattr(slots, "GRACE", timedelta(seconds=-1))


def came_up(home: Home, seconds: float) -> None:
    """Make the server's mark as old as if it had come up so long ago."""
    (home.run / "server.json").write_text("{}")
    then = time.time() - seconds
    os.utime(home.run / "server.json", (then, then))


def damaged_model(home: Home, _monkeypatch: Patch) -> None:
    (home.data / "model.json").write_text("{")


def undelivered(home: Home, _monkeypatch: Patch) -> None:
    with Ledger.open(home) as ledger:
        given = ledger.deliveries.claim("run-1", "slack", "C0")
        ledger.deliveries.failed(given.id, "no answer", datetime.now(UTC))


def telemetry(_home: Home, monkeypatch: Patch) -> None:
    real = engine.environment
    monkeypatch.setattr(engine, "environment", lambda home: {**real(home), "RUNTIME__DLTHUB_TELEMETRY": "true"})


@pytest.mark.parametrize(
    ("about", "spoil", "said"),
    [
        ("versions", older, "prefect 3.9.0 (needs ==3.8.8)"),
        ("folder", newer_home, "newer"),
        ("privacy", open_folder, "others can look"),
        ("privacy", open_file, "api-auth"),
        ("profile", bad_profile, "nmae"),
        ("disk", full, "0.0 GB free"),
        ("warehouse", damaged, ""),
        ("source work", failing_source, "the file is gone"),
        ("server", silent_server, f"port {PORT} does not answer"),
        ("server", no_worker, "worker is not ready"),
        ("schedules", late_sync, "has not run"),
        ("model", damaged_model, "model.json"),
        ("delivery", undelivered, "run-1 to slack is failed: no answer"),
        ("guards", telemetry, "RUNTIME__DLTHUB_TELEMETRY"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_is_red_and_says_what_mends_it(
    home: Home, monkeypatch: Patch, about: str, spoil: Callable[[Home, Patch], None], said: str
) -> None:
    spoil(home, monkeypatch)
    red = [finding for finding in looked(home, about) if finding.light == "red"]
    assert len(red) == 1
    assert said in red[0].said


def test_a_damaged_ledger_hides_no_other_finding(home: Home) -> None:
    home.ledger.write_bytes(b"no database, but long enough to be taken for a damaged one" * 100)
    found = list(doctor.check(home))
    assert {finding.about for finding in found} >= {"versions", "home", "disk", "guards"}
    assert any(finding.light == "red" and finding.mend for finding in found)


def test_a_check_that_breaks_is_a_fault_of_its_own(home: Home, monkeypatch: Patch) -> None:
    def broken(_home: Home) -> None:
        raise sqlite3.Error("private text")

    monkeypatch.setattr(doctor, "CHECKS", (broken, *doctor.CHECKS))
    first, *rest = doctor.check(home)
    assert (first.about, first.light, first.said) == ("broken", "red", "the check failed (Error)")
    assert len(rest) >= len(doctor.CHECKS) - 2


def test_up_and_in_time_is_green(home: Home, monkeypatch: Patch) -> None:
    is_up(monkeypatch)
    monkeypatch.setattr(slots, "GRACE", timedelta(seconds=-1))
    now = datetime.now(UTC)
    rhythm = slots.rhythm("sync", "UTC")
    with Ledger.open(home) as ledger:
        for moment in (now, now + timedelta(minutes=15)):  # a quarter of an hour may begin while we look
            slot = rhythm.due(moment)
            assert slot is not None
            ledger.slots.finish("sync", slot, "done", None, now)
    assert lights(home, "server") == ["green"]
    assert lights(home, "schedules") == ["green"]


def test_what_was_due_before_a_start_may_wait_a_little(home: Home, monkeypatch: Patch) -> None:
    late_sync(home, monkeypatch)
    came_up(home, 20)
    assert lights(home, "schedules") == ["green"]


def test_yellow_is_worth_knowing_and_no_fault(home: Home) -> None:
    add_source(home)
    assert lights(home, "source work") == ["yellow"]
    assert lights(home, "server") == ["yellow"]
    assert lights(home, "warehouse") == ["yellow"]


def test_the_end_of_a_grant_is_foreseen(home: Home) -> None:
    add_source(home)
    with Ledger.open(home) as ledger:
        ledger.sources.succeed("work", home.now(), 1, 1, 1, 0, 0, None)
        ledger.sources.grant("work", home.now() + timedelta(days=2, hours=1))
    (finding,) = looked(home, "source work")
    assert (finding.light, finding.said) == ("yellow", "foreseen: the leave to read it ends in 2 days")
    assert finding.mend == "run `steward connect ics … --name work`"
    with Ledger.open(home) as ledger:
        ledger.sources.fail("work", home.now(), "needs_reauth", "no leave", "run `steward connect ics`")
    assert lights(home, "source work") == ["red"]


def test_the_command_ends_with_0_without_fault_and_1_with_one(home: Home) -> None:
    done = CliRunner().invoke(command, [])
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "No faults."
    open_folder(home, pytest.MonkeyPatch())
    done = CliRunner().invoke(command, [])
    assert done.exit_code == 1
    assert f"FAULT privacy       others can look into the home — run `chmod 700 {home.root}`" in done.output
    assert done.output.splitlines()[-1] == "1 fault."


def test_json_is_the_same_for_programs(home: Home) -> None:
    open_folder(home, pytest.MonkeyPatch())
    done = CliRunner().invoke(command, ["--json"])
    found = [Finding(**line) for line in json.loads(done.stdout)]
    assert done.exit_code == 1
    assert [finding.about for finding in found if finding.light == "red"] == ["privacy"]


def test_no_home_is_one_red_line(tmp_path: object, monkeypatch: Patch) -> None:
    monkeypatch.setenv("STEWARD_HOME", f"{tmp_path}/none")
    done = CliRunner().invoke(command, ["--deep"])
    assert done.exit_code == 1
    assert "run `steward init`" in done.output


@pytest.mark.parametrize(("fires", "code"), [(True, 0), (False, 1)])
def test_deep_waits_for_a_schedule(home: Home, monkeypatch: Patch, fires: bool, code: int) -> None:
    def watched(_home: Home) -> float:
        if not fires:
            raise ServerError("no schedule fired within three minutes", "run `steward down; steward up`")
        return 61.4

    monkeypatch.setattr(proof, "fires", watched)
    done = CliRunner().invoke(command, ["--deep"])
    assert done.exit_code == code
    assert ("after 61 s" if fires else "no schedule fired") in done.output


def test_deep_without_a_server_says_how_to_start_one(home: Home) -> None:
    with pytest.raises(ServerError, match="Steward is down") as refused:
        proof.fires(home)
    assert "steward up" in (refused.value.mend or "")
