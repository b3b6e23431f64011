"""The server speaks to its owner alone: one machine, one password, one origin; and what is secret stays so on disk."""

import json
import sqlite3
import stat
import uuid
from pathlib import Path

import pytest
import requests

from blocks import engine
from tests.engine.conftest import Engine, processes

pytestmark = [pytest.mark.engine, pytest.mark.row("T10")]
PLANTED = "xoxb-1234-planted-" + "secret-9876"


@pytest.fixture
def web() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


# /health and /ready say `true` to anybody, by Prefect's design, and nothing else.
@pytest.mark.parametrize("path", ["/admin/version", "/admin/settings", "/block_types/slug/secret", "/me"])
def test_nothing_is_told_without_the_password(up: Engine, web: requests.Session, path: str) -> None:
    assert web.get(up.address + path, timeout=30).status_code == 401
    wrong = {"Authorization": "Basic c3Rld2FyZDp3cm9uZw=="}
    assert web.get(up.address + path, headers=wrong, timeout=30).status_code == 401


def test_the_password_opens(up: Engine, web: requests.Session) -> None:
    assert web.get(up.address + "/admin/version", headers=up.login(), timeout=30).status_code == 200
    assert up.steward("status", "--password").stdout.strip() == engine.password(up.home)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:9999"])
def test_a_foreign_page_is_not_allowed_to_read(up: Engine, web: requests.Session, origin: str) -> None:
    asked = web.get(up.address + "/admin/version", headers={**up.login(), "Origin": origin}, timeout=30)
    assert "access-control-allow-origin" not in asked.headers
    before = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked = web.options(up.address + "/flow_runs/filter", headers=before, timeout=30)
    assert asked.headers.get("access-control-allow-origin") not in (origin, "*")


def test_its_own_page_is(up: Engine, web: requests.Session) -> None:
    own = f"http://127.0.0.1:{up.port}"
    asked = web.get(up.address + "/admin/version", headers={**up.login(), "Origin": own}, timeout=30)
    assert asked.headers["access-control-allow-origin"] == own


def test_a_change_without_a_token_is_taken_for_forged(up: Engine, web: requests.Session) -> None:
    path, body = "/variables/", {"name": "forged", "value": "x"}
    assert web.post(up.address + path, headers=up.login(), json=body, timeout=30).status_code == 403
    forged = {"Prefect-Csrf-Token": "guessed", "Prefect-Csrf-Client": str(uuid.uuid4())}
    assert web.post(up.address + path, headers={**up.login(), **forged}, json=body, timeout=30).status_code == 403
    assert up.call("POST", "/variables/filter", {}) == []


def test_it_listens_on_loopback_alone(up: Engine) -> None:
    """Every listening socket of every process of this home, from /proc/net/tcp (state 0A) and its IPv6 sister."""
    held = set()
    for pid in processes(up.home):
        for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                held.add(str(descriptor.readlink()))
            except OSError:
                continue
    listening = []  # the server, and while a run is under way the worker's line to it
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in held:
                listening.append(fields[1])
    assert f"0100007F:{up.port:04X}" in listening
    assert {address.partition(":")[0] for address in listening} == {"0100007F"}


def test_a_secret_is_nowhere_in_clear(up: Engine) -> None:
    up.python(
        "from blocks.slack import Slack\n"
        f"Slack(token={PLANTED!r}, channel='C0PLANTED').save('planted', overwrite=True)\n"
        f"assert Slack.get('planted').token.get_secret_value() == {PLANTED!r}\n"
    )
    up.complete("housekeeping")
    found = [path for path in up.home.root.rglob("*") if path.is_file() and PLANTED.encode() in path.read_bytes()]
    assert found == []
    with sqlite3.connect(f"file:{up.home.prefect / 'prefect.db'}?mode=ro", uri=True) as database:
        kept = database.execute("SELECT data FROM block_document WHERE name = 'planted'").fetchall()
    assert len(kept) == 1, "it was saved"
    assert "C0PLANTED" not in kept[0][0], "all of it is locked, not the secret alone"


def test_no_secret_goes_with_a_run(up: Engine) -> None:
    """Parameters and job variables are shown to whoever may look, and kept in clear."""
    keys = [path.read_text("ascii").strip() for path in up.home.secrets.iterdir() if path.is_file()]
    assert len(keys) >= 2
    shown = [
        up.call("POST", "/deployments/filter", {}),
        up.call("POST", "/flow_runs/filter", {}),
        up.call("POST", "/work_pools/filter", {}),
        up.call("POST", "/variables/filter", {}),
        up.call("POST", "/artifacts/filter", {}),
    ]
    text = json.dumps(shown)
    assert "housekeeping" in text
    assert [key for key in keys if key in text or key.rstrip("=") in text] == []
    assert all(not found["job_variables"] and not found["parameters"] for found in shown[0])


def test_keys_stand_in_no_log_and_no_command_line(up: Engine) -> None:
    keys = [path.read_text("ascii").strip().rstrip("=") for path in up.home.secrets.iterdir() if path.is_file()]
    for path in [*up.home.logs.iterdir(), *up.home.prefect.rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert [key for key in keys if key.encode() in content] == [], path
    for line in processes(up.home).values():
        assert [key for key in keys if key in line] == []


def test_every_file_is_its_owners_alone(up: Engine) -> None:
    up.complete("sync")  # it publishes a warehouse
    wrong = []
    for path in [up.home.root, *up.home.root.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        wanted = {0o700} if path.is_dir() else {0o600}
        if path.suffix == ".duckdb" and path.name.startswith("warehouse-"):
            wanted = {0o400, 0o444}  # published: nobody writes it any more
        if not path.is_symlink() and mode not in wanted:
            wrong.append(f"{mode:o} {path.relative_to(up.home.root)}")
    assert wrong == []
    assert up.home.warehouse.exists()
