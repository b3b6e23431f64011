"""A planted secret of each kind of source is found nowhere: not in the home, not in what is printed, logged or kept.

Each kind is connected to servers that throw back what they are told, to a port where nobody listens, and, where the
server runs here, to a real account; then all is synced by hand and by the flow, and shown by the commands.
"""

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pytest

from blocks.ledger import Ledger
from connectors.kinds import KINDS
from context.home import Home
from tests.kill.plays import PLAYS
from tests.kill.stage import Connected
from tests.servers.mirror import Mirror, mirror

pytestmark = [pytest.mark.engine, pytest.mark.row("T10"), pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
SECRET_KINDS = sorted(name for name, kind in KINDS.items() if kind.secrets)
Given = Callable[[str, int, str], tuple[dict[str, Any], dict[str, str]]]


def _google(url: str, _port: int, word: str) -> tuple[dict[str, Any], dict[str, str]]:
    settings = {
        **{"address": "ana@example.org", "client_id": "client", "subject": "", "scopes": [], "testing": False},
        **{"auth_uri": f"{url}/auth", "token_uri": f"{url}/token", "granted_at": "2026-03-02T07:00:00+00:00"},
        "bases": dict.fromkeys(("calendar", "gmail", "drive", "tasks", "people"), url),
    }
    return settings, {"client_secret": f"{word}-client", "refresh_token": f"{word}-refresh", "service_account": ""}


def _dav(url: str, _port: int, word: str) -> tuple[dict[str, Any], dict[str, str]]:
    return {"url": f"{url}/dav/", "user": "ana"}, {"password": word}


# Kind → its settings and secrets, from an HTTP origin, an IMAP port on loopback, and the word to plant.
GIVEN: dict[str, Given] = {
    "ics-url": lambda url, _port, word: ({}, {"url": f"{url}/{word}/basic.ics"}),
    "imap": lambda _url, port, word: (
        {"host": "127.0.0.1", "port": port, "user": "ana", "security": "none"},
        {"password": word},
    ),
    "caldav": _dav,
    "carddav": _dav,
    "github": lambda url, _port, word: ({"login": "octocat", "api": url}, {"token": word}),
    **dict.fromkeys((name for name in KINDS if KINDS[name].word == "google"), _google),
}

SCRIPT = """
import json, sys, traceback
from connectors import connections, web
from connectors.connections import Connection
from connectors.shape import Preview
from context.errors import StewardError
from context.home import Home
web.PAUSES = (0.0, 0.0)
home = Home.open()
made = []
for one in json.loads(sys.stdin.read()):
    settings, through = dict(one["settings"]), one["settings"].get("through", "")
    settings.pop("through", None)
    settings |= one["secrets"]
    if "ana-" not in one["name"]:
        try:
            connections.offer(home, one["kind"], settings, hint=one["name"], same={}, name=one["name"])
        except StewardError as error:
            print("offered:", error)
    made.append(Connection(one["name"], one["kind"], "me", settings, Preview({}), False, {}, through))
    print(made[-1])
connections.save(home, *made)
from deployments.cli import main
def command(*words):
    try:
        main(list(words))
    except SystemExit as end:
        print(words, "ends with", end.code, flush=True)
    except Exception:
        traceback.print_exc()
command("sync")
command("--debug", "sync", "--full")
from blocks.engine import session
with session(home):
    from flows.sync import flow
    flow.read.retry_delay_seconds = [0.0, 0.0]
    print(flow.sync(return_state=True))
for words in (["sources"], ["sources", "list", "--json"], ["status"], ["doctor"], ["rejects"],
              ["sql", "FROM source_health"], ["sql", "FROM ledger_sources"], ["brief", "--dry-run"]):
    command(*words)
"""


@dataclass
class Played:
    """What was connected, what the commands printed, and every place where a secret may have been left."""

    sources: list[Connected]
    heard: bytes
    states: dict[str, str]
    absent: dict[str, str]
    places: dict[str, bytes] = field(repr=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("planted")
    home = Home(folder / "home")
    home.create()
    absent: dict[str, str] = {}
    with ExitStack() as stack, mirror() as mirrored:
        sources = [one for kind in SECRET_KINDS for one in _refused(kind, mirrored)]
        for play in PLAYS:
            if missing := play.missing():
                absent |= dict.fromkeys(play.kinds, missing)
                continue
            (folder / play.name).mkdir()
            stage = stack.enter_context(play.open(folder / play.name))
            sources += [one for one in stage.sources() if KINDS[one.kind].secrets]
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=json.dumps([asdict(one) for one in sources]),
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "STEWARD_HOME": str(home.root)},
        )
        assert done.returncode == 0, done.stderr[-3000:]
        with Ledger.open(home) as ledger:
            states = {row.name: row.state for row in ledger.sources.all()}
        places = {"what was printed": (done.stdout + done.stderr).encode(), **_rows(home)}
        places |= {str(path): path.read_bytes() for path in folder.joinpath("home").rglob("*") if path.is_file()}
        yield Played(sources, mirrored.heard, states, absent, places)


def _refused(kind: str, mirrored: Mirror) -> list[Connected]:
    if kind not in GIVEN:
        return []
    places = {"mirror": (mirrored.url, mirrored.imap_port), "nobody": (f"http://127.0.0.1:{_closed()}", _closed())}
    places |= {"forbidden": (f"{mirrored.url}/forbidden", mirrored.imap_port)}
    return [
        Connected(f"{kind}-{name}", kind, *GIVEN[kind](url, port, f"Zq7planted{kind.replace('-', '')}{name}"))
        for name, (url, port) in places.items()
    ]


def _closed() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _rows(home: Home) -> dict[str, bytes]:
    """Return the text of every table: in the files themselves it may be compressed."""
    found = {}
    for path in (home.build, home.warehouse.resolve()):
        with duckdb.connect(path, read_only=True) as con:
            for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                rows = con.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall()
                found[f"{path.name}: {schema}.{name}"] = repr(rows).encode()
    return found


def forms(secret: str) -> set[bytes]:
    """Return how a secret may look: plain, escaped, or within something that base64 wraps."""
    plain = secret.encode()
    wrapped = {base64.b64encode(b"x" * n + plain)[4 * (n > 0) :].rstrip(b"=")[:-2] for n in range(3)}
    return {plain, quote(secret, safe="").encode(), plain.hex().encode(), *(part for part in wrapped if len(part) > 8)}


def words(one: Connected) -> set[str]:
    """Return what must not be found: the secrets; of a secret address only what is secret in it."""
    if one.kind == "ics-url":
        return {part for part in one.secrets["url"].split("/") if "planted" in part}
    return {value for value in one.secrets.values() if value}


@pytest.mark.parametrize("kind", SECRET_KINDS)
def test_a_planted_secret_is_found_nowhere(played: Played, kind: str) -> None:
    assert kind in GIVEN, f"say in GIVEN how {kind} is connected"
    mine = [one for one in played.sources if one.kind == kind]
    hits = {
        f"{one.name} in {place}"
        for one in mine
        for secret in words(one)
        for form in forms(secret)
        for place, text in played.places.items()
        if form in text
    }
    assert not hits


@pytest.mark.parametrize("kind", SECRET_KINDS)
def test_it_was_really_told_and_refused(played: Played, kind: str) -> None:
    """Else finding nothing would say nothing."""
    mine = [one for one in played.sources if one.kind == kind and one.name == f"{kind}-mirror"]
    assert [one.name for one in mine] == [f"{kind}-mirror"]
    assert any(form in played.heard for one in mine for secret in words(one) for form in forms(secret))
    assert played.states[f"{kind}-mirror"] == "needs_reauth"
    assert played.states[f"{kind}-nobody"] == "failed"
    assert f"{kind}-mirror".encode() in played.places["what was printed"]


@pytest.mark.parametrize("kind", SECRET_KINDS)
def test_a_real_account_is_read(played: Played, kind: str) -> None:
    if kind in played.absent:
        from tests.conftest import absent

        absent(played.absent[kind])
    real = [one for one in played.sources if one.kind == kind and not one.name.startswith(f"{kind}-")]
    assert real
    assert {played.states[one.name] for one in real} == {"ok"}


def test_a_secret_would_be_found(played: Played) -> None:
    assert forms("hunter2-hunter2") & forms("hunter2-hunter2")
    told = base64.b64encode(b"ana:Zq7plantedcaldavmirror")
    assert any(form in told for form in forms("Zq7plantedcaldavmirror"))
    assert any(path.endswith("prefect.db") for path in played.places)
    assert any(b"caldav-mirror" in text for place, text in played.places.items() if place.endswith("prefect.db"))
