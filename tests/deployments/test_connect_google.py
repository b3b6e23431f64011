"""`steward connect google` against a Google on loopback, with a scripted browser."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors import load
from context.errors import InputError, SourceError
from context.home import Home
from deployments.connect import consent
from tests.deployments.consenting import Run, sources
from tests.deployments.consenting import at_once as at_once
from tests.deployments.consenting import browser as browser
from tests.deployments.consenting import client as client
from tests.deployments.consenting import run as run
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.row("N1", "N6", "N12", "T3")


def test_consent_in_the_browser_makes_sources_that_can_be_read(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    done = run("--client", str(client), "--only", "calendar")
    shown, _, after = done.output.partition("Your browser opens")
    assert "calendar.events.readonly" in shown, "what is asked for is shown before the consent"
    assert "calendar.calendarlist.readonly" in shown
    assert "google-calendar (calendar) will read 1 calendar." in after
    assert "Connected as google-calendar." in after
    asked = parse_qs(urlsplit(browser[0]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "gmail" not in asked["scope"][0], "no more than what was wished for"
    [source] = sources(home).values()
    assert source.settings["through"] == "google"
    assert source.settings["address"] == "ana@example.org"
    assert source.account == "ana@example.org"
    [result] = load.sync(home)
    assert result.state == "unchanged"
    assert result.error is None


def test_no_secret_is_left_in_the_open(home: Home, client: Path, browser: list[str], run: Run) -> None:
    done = run("--client", str(client), "--only", "calendar")
    load.sync(home)
    assert "planted" not in done.output
    for path in home.root.rglob("*"):
        assert not path.is_file() or b"planted" not in path.read_bytes(), path


@pytest.mark.engine
def test_a_remote_machine_takes_the_pasted_address(home: Home, google: FakeGoogle, client: Path) -> None:
    words = ["connect", "google", "--client", str(client), "--only", "calendar", "--no-browser", "--base", google.url]
    with subprocess.Popen(
        [sys.executable, "-m", "deployments.cli", *words],
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True},
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    ) as program:
        assert program.stdout is not None
        address = next(line.strip() for line in program.stdout if line.startswith("http"))
        back = requests.get(address, timeout=10, allow_redirects=False).headers["Location"]
        assert back.startswith("http://127.0.0.1?"), "where nothing listens"
        said, complaints = program.communicate(back + "\n", timeout=240)
    assert program.returncode == 0, complaints
    assert "Connected as google-calendar" in said
    [result] = load.sync(home)
    assert (result.state, result.error) == ("unchanged", None)


def test_a_refusal_connects_nothing(home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run) -> None:
    google.grants.denies = True
    with pytest.raises(SourceError, match="you did not consent"):
        run("--client", str(client), "--only", "calendar")
    assert sources(home) == {}


def test_what_was_not_ticked_is_not_connected(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    google.grants.leaves_out = {"https://www.googleapis.com/auth/calendar.events.readonly"}
    with pytest.raises(SourceError, match="nothing was granted"):
        run("--client", str(client), "--only", "calendar")
    assert sources(home) == {}


def test_one_consent_connects_all_services_that_were_ticked(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    google.grants.leaves_out = {"https://www.googleapis.com/auth/contacts.readonly"}
    google.fail(403, reason="accessNotConfigured", method="drive", times=99)
    done = run("--client", str(client))
    assert set(sources(home)) == {"google-calendar", "google-mail", "google-tasks"}
    assert "google-contacts: you did not grant contacts.readonly, so it cannot be read." in done.output
    assert "the drive interface is not enabled in your Google project" in done.output
    assert {source.settings["through"] for source in sources(home).values()} == {"google"}
    assert [result.error for result in load.sync(home)] == [None, None, None]


def test_another_service_is_asked_for_beside_what_there_is(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar")
    run("--name", "google", "--only", "tasks")
    assert set(sources(home)) == {"google-calendar", "google-tasks"}
    scope = parse_qs(urlsplit(browser[1]).query)["scope"][0]
    assert "tasks.readonly" in scope
    assert "calendar.events.readonly" in scope, "the new grant takes the place of the old one for both"
    google.grants.refresh.pop(next(iter(google.grants.refresh)))
    assert [result.error for result in load.sync(home)] == [None, None]


def test_a_grant_of_a_consent_screen_in_testing_is_foreseen_to_end(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    google.grants.testing = True
    done = run("--client", str(client), "--only", "calendar")
    assert "This grant ends on" in done.output
    load.sync(home)
    until = sources(home)["google-calendar"].grant_until
    assert until is not None
    left = until - consent.datetime.now(consent.UTC)
    assert 6 <= left.days <= 7


def test_the_owner_may_say_that_it_is_in_testing(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar", "--testing")
    load.sync(home)
    assert sources(home)["google-calendar"].grant_until is not None


def test_a_revoked_grant_is_mended_by_the_command_that_it_names(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar")
    google.grants.revoke()
    [result] = load.sync(home)
    assert result.state == "failed"
    assert sources(home)["google-calendar"].state == "needs_reauth"
    assert result.mend == "run `steward connect google --name google`"
    run("--name", "google")  # no --client, and no --only: as before
    [result] = load.sync(home)
    assert result.error is None
    assert sources(home)["google-calendar"].state == "ok"
    assert len(sources(home)) == 1


def test_two_accounts_stand_side_by_side(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar")
    google.grants.chooses = "ana@work.example"
    google.account("ana@work.example")
    run("--only", "calendar", "--account", "work")
    found = sources(home)
    assert {name: source.account for name, source in found.items()} == {
        "google-calendar": "ana@example.org",
        "google-2-calendar": "work",
    }
    google.grants.revoke("ana@example.org")
    results = {result.name: result for result in load.sync(home)}
    assert results["google-calendar"].error is not None
    assert results["google-2-calendar"].error is None
    with pytest.raises(InputError, match="that is another account than google reads"):
        run("--name", "google", "--only", "calendar")
    with pytest.raises(InputError, match="already connected, as google-2"):
        run("--only", "calendar")


def test_a_new_grant_is_for_all_even_where_one_cannot_be_tried_now(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run
) -> None:
    run("--client", str(client), "--only", "calendar,tasks", "--testing")
    google.fail(500, method="tasks", times=3)
    done = run("--name", "google", "--published")
    assert "google-tasks: 127.0.0.1 answered 500" in done.output
    assert "Connected as google-calendar." in done.output
    assert [result.error for result in load.sync(home, publish=False)] == [None, None]
    assert {source.grant_until for source in sources(home).values()} == {None}
