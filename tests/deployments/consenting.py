"""A Google on loopback, a client for it, a browser that consents, and `steward connect google`."""

import json
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
from connectors import reach, web
from context.home import Home
from deployments.connect import google as connect
from tests.servers.google.core import FakeGoogle


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

    monkeypatch.setattr(connect, "graphical", lambda: True)
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
