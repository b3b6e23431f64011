"""`steward demo`: the whole product on the quarter, twice in a row, and never in somebody's home."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from connectors.demo import quarter
from connectors.outcome import Result
from context.errors import ServerError, SourceError
from context.home import Home
from deployments.commands import demo

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


@pytest.mark.parametrize("failing", ["source", "server"])
def test_neither_a_source_nor_the_server_costs_the_brief(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "demo"))
    error = "cannot be read" if failing == "source" else None
    result = Result("work-inbox", "mail", "mbox", "failed" if error else "loaded", rows=7, error=error, mend="try")

    def taken(home: Home, port: int | None) -> str:
        raise ServerError("port 4200 is taken", "run `steward up --port 4201`")

    monkeypatch.setattr(demo, "connect", lambda home, layout: None)
    monkeypatch.setattr(demo, "_read", lambda home, say: [result])
    monkeypatch.setattr(demo, "_brief", lambda ctx, deliver: click.echo(f"THE BRIEF {deliver}"))
    monkeypatch.setattr(demo, "_serve", taken if failing == "server" else lambda home, port: "http://127.0.0.1:4200")
    with pytest.raises(SourceError if failing == "source" else ServerError):
        demo.command.main([], standalone_mode=False)
    shown = capsys.readouterr().out
    assert f"THE BRIEF {failing == 'source'}" in shown  # without a server nothing is delivered to it
    assert ("Prefect UI:" in shown) == (failing == "source")
