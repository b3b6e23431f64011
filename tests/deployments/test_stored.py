"""A source's block in Prefect's database: noticed where it is damaged, and mended by connecting again."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from connectors import stored
from context.home import Home
from deployments import doctor
from tests.deployments.test_connect import CALENDAR, ROOT, SECRET, steward

pytestmark = [pytest.mark.engine, pytest.mark.row("T6", "T10")]
DAMAGES = ["garbage", "null", '"gAAAAA"', '{"url": 1}', ""]


def at_terminal(home: Home, *words: str, given: str) -> str:
    """Run a command whose standard error is a terminal, with the most open mask; return what was shown there."""
    master, slave = os.openpty()
    code = "import os, runpy; os.umask(0); runpy.run_module('deployments.cli', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        input=given,
        stdout=subprocess.PIPE,
        stderr=slave,
        text=True,
        cwd=home.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # EIO is a terminal's end of file
        while part := os.read(master, 4096):
            shown += part
    os.close(master)
    assert done.returncode == 0, shown
    return shown.decode()


def damage(home: Home, data: str) -> None:
    with contextlib.closing(sqlite3.connect(home.prefect / "prefect.db")) as database:
        assert database.execute("UPDATE block_document SET data = ?", (data,)).rowcount == 1
        database.commit()


def found(home: Home) -> list[doctor.Finding]:
    return list(doctor.blocks(home))


def test_a_damaged_block_is_noticed_and_mended_by_connecting_again(home: Home, httpserver: HTTPServer) -> None:
    httpserver.expect_request(f"/{SECRET}/basic.ics").respond_with_data(CALENDAR)
    connect = ("connect", "ics", "-", "--name", "shared")
    address = httpserver.url_for(f"/{SECRET}/basic.ics") + "\n"

    assert found(home) == []
    assert stored.fault(home, "shared", ("url",)) == "its block is gone"
    shown = at_terminal(home, *connect, given=address)
    assert "Preparing the home's database, once …" in shown
    assert [path for path in home.root.rglob("*") if _open(path)] == []
    assert [finding.light for finding in found(home)] == ["green"]

    for data in DAMAGES:
        damage(home, data)
        (finding,) = found(home)
        assert (finding.about, finding.light) == ("source shared", "red"), data
        assert finding.said == "its block is damaged: no schedule can read it"
        assert finding.mend == "run `steward connect ics … --name shared`"
    assert steward("sync").stdout, "the copy of the secret beside the key still serves"
    (home.secrets / "source-shared").unlink()
    failed = steward("sync", code=5).stderr.splitlines()[-1]
    assert failed == "steward: shared: shared cannot be read: its block is damaged — " + str(finding.mend)

    assert "Preparing" not in at_terminal(home, *connect, given=address)
    assert [finding.light for finding in found(home)] == ["green"]
    assert steward("sync").stdout
    damage(home, DAMAGES[0])
    steward("sources", "remove", "shared", "--yes")
    assert stored.fault(home, "shared", ("url",)) == "its block is gone"


def _open(path: Path) -> bool:
    if path.is_symlink() or (path.name.startswith("warehouse-") and path.suffix == ".duckdb"):
        return False
    return bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)
