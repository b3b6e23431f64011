"""`steward demo`: the whole product on the quarter, twice in a row, and never in somebody's home."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.demo import quarter
from context.home import Home

MAILS = json.loads((Path(quarter.__file__).parent / "golden.json").read_text("utf-8"))["counts"]["mails_total"]


def steward(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deployments.cli", *arguments],
        env={**os.environ, "STEWARD_HOME": str(root), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=240,
    )


def brief_of(shown: str) -> str:
    found = re.search(r"^Brief for .*?^no model configured.*?$", shown, re.MULTILINE | re.DOTALL)
    assert found, shown
    return found[0]


@pytest.mark.engine
@pytest.mark.row("N9", "P14")
def test_the_demo_runs_twice_with_the_same_brief(tmp_path: Path) -> None:
    root = tmp_path / "a home" / "demo"
    first = steward(root, "demo", "--no-server")
    assert first.returncode == 0, first.stderr
    assert f"{MAILS:,} mails" in first.stdout
    assert "(read)" in first.stdout
    second = steward(root, "demo", "--no-server")
    assert second.returncode == 0, second.stderr
    assert "(nothing new)" in second.stdout
    assert brief_of(first.stdout) == brief_of(second.stdout)
    assert "Traceback" not in first.stderr + second.stderr
    assert {path.stat().st_mode & 0o077 for path in root.rglob("*") if not path.is_symlink()} == {0}
    hint = re.search(r"steward (why \S+ \S+)", second.stdout)
    assert hint
    why = steward(root, *hint[1].split())
    assert why.returncode == 0, why.stderr
    assert "8 meetings" in why.stdout


def test_the_demo_never_touches_a_real_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "real")
    home.create()
    before = sorted(path.relative_to(home.root) for path in home.root.rglob("*"))
    done = steward(home.root, "demo")
    assert done.returncode == 3
    assert done.stderr.startswith("steward: ")
    assert done.stderr.count("\n") == 1
    assert "is a real home" in done.stderr
    assert sorted(path.relative_to(home.root) for path in home.root.rglob("*")) == before
