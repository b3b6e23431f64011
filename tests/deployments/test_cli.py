"""The command line: quick, one line for a fault, documented exit codes."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from context.errors import BusyError, RefusedError, StewardError
from context.home import Home
from deployments import cli

STEWARD = [sys.executable, "-m", "deployments.cli"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*STEWARD, *arguments], capture_output=True, text=True, timeout=60)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom deployments.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'prefect', 'dlt', 'duckdb', 'openai', 'pydantic', 'pyarrow', 'mcp', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for word, about in cli.COMMANDS.items():
        assert word in done.stdout
        assert about.split(":")[0].split(",")[0] in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (StewardError("broken", "run `steward doctor`"), 1, "steward: broken — run `steward doctor`"),
        (BusyError("busy"), 6, "steward: busy"),
        (RefusedError("no"), 9, "steward: no"),
        (OSError(errno.ENOSPC, "No space left on device"), 8, "steward: the disk is full — free some space"),
        (KeyError("x"), 1, "steward: unexpected KeyError — run `steward --debug …`"),
        (KeyboardInterrupt(), 130, ""),
        (click.UsageError("bad"), 2, "Error: bad"),
    ],
)
def test_a_fault_is_one_line_and_a_code(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["status"])
    assert stopped.value.code == code
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_a_command_that_exits_with_a_code_ends_the_process_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "none"))
    done = run("doctor")
    assert "FAULT" in done.stdout
    assert done.returncode == 1


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(KeyError):
        cli.main(["--debug", "status"])


@pytest.mark.parametrize(
    "command", [["sync"], ["brief"], ["sql", "SELECT 1"], ["status"], ["why", "x"], ["search", "x"]]
)
def test_without_a_home_each_command_names_init(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "none"))
    done = run(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.strip().endswith("run `steward init`")


def test_an_unknown_command_is_a_usage_error() -> None:
    done = run("brieff")
    assert done.returncode == 2
    assert "No such command" in done.stderr


def test_a_closed_pipe_is_no_fault(home: Home) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*STEWARD, "connect"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.row("T10")
def test_what_a_command_makes_is_its_owners_alone(home: Home) -> None:
    """Whatever the shell's own mask is, and also beside the home."""
    made = home.root / "out.json"
    code = f"import os, sys; os.umask(0); sys.argv[1:] = ['sources', 'list']; sys.stdout = open({str(made)!r}, 'w')"
    run_it = f"{code}\nfrom deployments.cli import main\nmain()\nopen({str(made) + '2'!r}, 'w').close()"
    done = subprocess.run([sys.executable, "-c", run_it], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert made.stat().st_mode & 0o777 == 0o666, "opened before, by the shell"
    assert (home.root / "out.json2").stat().st_mode & 0o777 == 0o600
