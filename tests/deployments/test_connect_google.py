"""`steward connect google` against a Google on loopback, with a scripted browser."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from click.testing import CliRunner, Result

from blocks import engine
from blocks.google import GoogleAccount
from blocks.ledger import Ledger, SourceRow
from connectors import load, reach, web
from context.errors import InputError, SourceError
from context.home import Home
from deployments.connect import consent
from deployments.connect import google as connect
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google
from tests.servers.google.grants import CLIENT, SECRET

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.row("N1", "N6", "N12", "T3")


@pytest.fixture(autouse=True)
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting, and no Prefect server but where a test is about it: blocks are kept as every sync finds them."""
    monkeypatch.setattr(web.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(reach, "sys", SimpleNamespace(modules={}))  # as in a process that did not import Prefect
    if "engine" not in request.keywords:
        monkeypatch.setattr(engine, "session", lambda _home: nullcontext())
        monkeypatch.setattr(GoogleAccount, "save", lambda *_given, **_more: None)


@pytest.fixture
def client(google: FakeGoogle, tmp_path: Path) -> Path:
    path = tmp_path / "client_secret.json"
    path.write_text(json.dumps(google.grants.client_file()))
    return path


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A browser that opens what it is given, consents, and follows Google back; it asks for its icon first."""
    opened: list[str] = []

    def visit(address: str) -> None:
        where = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        assert requests.get(f"{where}/favicon.ico", timeout=10).status_code == 404
        assert requests.get(f"{where}/?state=forged&code=4/forged", timeout=10).status_code == 404
        requests.get(address, timeout=10)

    def opens(address: str) -> bool:
        opened.append(address)
        threading.Thread(target=visit, args=(address,), daemon=True).start()
        return True

    monkeypatch.setattr(connect.webbrowser, "open", opens)
    return opened


Run = Callable[..., Result]


@pytest.fixture
def run(home: Home, google: FakeGoogle) -> Run:
    def ran(*words: str, given: str | None = None) -> Result:
        done = CliRunner().invoke(connect.command, [*words, "--base", google.url], input=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return ran


def sources(home: Home) -> dict[str, SourceRow]:
    with Ledger.open(home) as ledger:
        return {source.name: source for source in ledger.sources.all()}


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


def test_an_answer_to_another_request_is_not_taken(google: FakeGoogle) -> None:
    request = consent.Request(consent.Client(CLIENT, "s", f"{google.url}/auth", f"{google.url}/token"), ["openid"])
    with pytest.raises(InputError, match="another request"):
        request.code("http://127.0.0.1/?code=4/x&state=forged")
    with pytest.raises(InputError, match="another request"):
        request.code("http://127.0.0.1/?code=4/x")
    assert request.code("4%2F0Abc") == "4/0Abc", "the code alone will do, as the address writes it"


def test_a_stolen_code_is_worth_nothing_without_the_verifier(google: FakeGoogle) -> None:
    places = (f"{google.url}/auth", f"{google.url}/token")
    mine, other = (consent.Request(consent.Client(CLIENT, SECRET, *places), ["openid"]) for _ in range(2))
    back = requests.get(mine.address("http://127.0.0.1"), timeout=10, allow_redirects=False).headers["Location"]
    with pytest.raises(SourceError, match="no longer takes this answer"):
        other.granted(mine.code(back), "http://127.0.0.1", consent.datetime.now(consent.UTC))


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
    assert "google-contacts: you did not grant contacts.readonly, so it is not connected." in done.output
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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ('{"web": {}}', "of type “Desktop app”"),
        ('{"installed": {"client_id": "x"}}', "lacks client_secret"),
    ],
)
def test_a_client_of_another_kind_is_explained(home: Home, tmp_path: Path, run: Run, text: str, says: str) -> None:
    path = tmp_path / "client.json"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        run("--client", str(path))


def test_bad_options_name_the_next_step(home: Home, run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="OAuth client of your own"):
        run()
    with pytest.raises(InputError, match="there is no fax to connect"):
        run("--only", "fax")
    with pytest.raises(InputError, match="cannot be a name"):
        run("--name", "No Good")
    with pytest.raises(InputError, match="needs the person to read for"):
        run("--service-account", str(tmp_path / "key.json"))


def test_nobody_answers(home: Home, client: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "SECONDS", 0.0)
    monkeypatch.setattr(consent.Listener.wait, "__defaults__", (0.0,))
    monkeypatch.setattr(connect.webbrowser, "open", lambda _address: False)
    with pytest.raises(SourceError, match="no answer came from the browser"):
        run("--client", str(client), "--only", "calendar")
