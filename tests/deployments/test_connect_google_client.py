"""`steward connect google` where the client, the answer or an option is not right; and for service accounts."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors import load
from context.errors import InputError, SourceError
from context.home import Home
from deployments.connect import consent
from deployments.connect import google as connect
from tests.deployments.consenting import Run, sources
from tests.deployments.consenting import at_once as at_once
from tests.deployments.consenting import browser as browser
from tests.deployments.consenting import client as client
from tests.deployments.consenting import run as run
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google
from tests.servers.google.fixture import robot
from tests.servers.google.grants import CLIENT, SECRET

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.row("N1", "N6", "N12", "T3")


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
    monkeypatch.setattr(connect, "graphical", lambda: True)
    monkeypatch.setattr(connect.webbrowser, "open", lambda _address: False)
    with pytest.raises(SourceError, match="no answer came from the browser"):
        run("--client", str(client), "--only", "calendar")


def test_where_there_is_no_screen_no_browser_is_started(
    home: Home, client: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(connect.sys, "platform", "linux")
    monkeypatch.setattr(connect.webbrowser, "open", lambda _address: pytest.fail("a browser was started"))
    with pytest.raises(InputError, match="there is no answer"):
        run("--client", str(client), "--only", "calendar", given="\n")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"what": "html"}, "web page"),
        ({"what": 500, "times": 3}, "answered 500"),
        ({"what": "truncated", "times": 3}, "cut off"),
        ({"what": "reset", "times": 3}, "cannot be reached"),
    ],
)
def test_a_token_that_cannot_be_got_connects_nothing(
    home: Home, google: FakeGoogle, client: Path, browser: list[str], run: Run, fault: dict[str, Any], says: str
) -> None:
    google.fail(method="token", **fault)
    with pytest.raises(SourceError, match=says) as raised:
        run("--client", str(client), "--only", "calendar")
    assert "planted" not in repr(raised.value)
    assert sources(home) == {}


def test_a_service_account_is_connected_for_a_person(home: Home, google: FakeGoogle, tmp_path: Path, run: Run) -> None:
    key, certificate = robot()
    google.grants.certificates["robot"] = certificate
    google.account("ana@work.example")
    path = tmp_path / "key.json"
    path.write_text(json.dumps({**key, "token_uri": f"{google.url}/token"}))
    words = ("--service-account", str(path), "--only", "calendar")
    with pytest.raises(SourceError, match="no longer honours this grant"):
        run(*words, "--subject", "nobody@work.example")
    done = run(*words, "--subject", "ana@work.example", "--name", "work")
    assert "Connected as work-calendar." in done.output
    [result] = load.sync(home)
    assert result.error is None
    assert sources(home)["work-calendar"].account == "ana@work.example"
    assert b"PRIVATE KEY" not in b"".join(one.read_bytes() for one in home.root.rglob("*") if one.is_file())
    path.write_text("{}")
    with pytest.raises(InputError, match="lacks client_email or private_key"):
        run(*words, "--subject", "ana@work.example", "--name", "other")
