"""The service files: systemd and launchd must read them as we mean them, whatever the folders are called."""

import plistlib
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from context.errors import InputError, StewardError
from context.home import Home
from deployments import service
from deployments.commands.service import command
from tests.conftest import absent

pytestmark = pytest.mark.row("K8")
ODD = [
    "plain",
    "with space",
    "100%h",
    "dollar$HOME",
    'quo"te',
    "back\\slash",
    "it's;so",
    "tab\tbed",
    "new\nline",
    "Zoë",
]


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of the test's own, so that no real service is touched."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return tmp_path / "user"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been given to the service manager."""
    made: list[list[str]] = []

    def record(step: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        made.append(list(step))
        return subprocess.CompletedProcess(step, 0, "", "")

    monkeypatch.setattr(service.subprocess, "run", record)
    monkeypatch.setattr(service.shutil, "which", lambda name: f"/usr/bin/{name}")
    return made


def odd_home(tmp_path: Path, name: str) -> Home:
    home = Home(tmp_path / name / "home")
    home.create()
    return home


def systemd_words(line: str) -> list[str]:
    """Split a line as systemd.syntax(7), "Quoting", says for double quotes, then undo the doubled %."""
    words, word, quoted, at = [], "", False, 0
    while at < len(line):
        sign = line[at]
        if sign == "\\":
            at += 1
            word += {"t": "\t", "n": "\n"}.get(line[at], line[at])
        elif sign == '"':
            quoted = not quoted
        elif sign in " \t" and not quoted:
            words, word = [*words, word], ""
        else:
            word += sign
        at += 1
    return [item.replace("%%", "%") for item in (*words, word)]


@pytest.mark.parametrize("name", ODD)
def test_systemd_is_told_the_right_folder(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    home = odd_home(tmp_path, name)
    program = tmp_path / name / "steward"
    monkeypatch.setattr(service, "command", lambda: [str(program)])
    lines = dict(line.split("=", 1) for line in service.service(home, 4300, "linux").text.splitlines() if "=" in line)
    words = [word.replace("$$", "$") for word in systemd_words(lines["ExecStart"])]
    assert words[-5:] == [str(program), "up", "--foreground", "--port", "4300"]
    assert words[:-5] in ([], ["/usr/bin/env"])
    assert systemd_words(lines["Environment"]) == [f"STEWARD_HOME={home.root}"], "a dollar means nothing there"


@pytest.mark.parametrize("name", ODD)
def test_systemd_accepts_the_unit(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("systemd-analyze") is None:
        absent("systemd-analyze")
    home = odd_home(tmp_path, name)
    program = tmp_path / name / "steward"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setattr(service, "command", lambda: [str(program)])
    unit = tmp_path / "steward.service"
    unit.write_text(service.service(home, 4200, "linux").text)
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", unit], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "steward.service" not in done.stderr, "nothing in it is passed over"


@pytest.mark.parametrize("name", ODD)
def test_launchd_is_told_the_same(tmp_path: Path, name: str) -> None:
    home = odd_home(tmp_path, name)
    made = service.service(home, 4300, "darwin")
    said = plistlib.loads(made.text.encode())
    assert said["EnvironmentVariables"] == {"STEWARD_HOME": str(home.root)}
    assert said["ProgramArguments"][-4:] == ["up", "--foreground", "--port", "4300"]
    assert Path(said["ProgramArguments"][0]).is_absolute()
    assert said["KeepAlive"] == {"SuccessfulExit": False}, "`steward down` must be final"
    assert made.path.suffix == ".plist"


def test_elsewhere_is_refused(home: Home) -> None:
    with pytest.raises(InputError, match="neither systemd nor launchd"):
        service.service(home, 4200, "win32")


@pytest.mark.parametrize(("platform", "manager"), [("linux", "systemctl"), ("darwin", "launchctl")])
def test_install_and_uninstall(home: Home, user: Path, calls: list[list[str]], platform: str, manager: str) -> None:
    made = service.service(home, 4200, platform)
    service.install(made)
    assert made.path.is_relative_to(user)
    assert made.path.read_text() == made.text
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    service.install(made)  # again, after an upgrade
    assert {call[0] for call in calls} == {manager}
    assert service.uninstall(made)
    assert not made.path.exists()
    assert not service.uninstall(made)


def test_a_refusal_leaves_no_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(step: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(step, 1, "", "Failed to connect to bus: No medium found\n")

    monkeypatch.setattr(service.subprocess, "run", refuse)
    monkeypatch.setattr(service.shutil, "which", lambda name: f"/usr/bin/{name}")
    made = service.service(home, 4200, "linux")
    with pytest.raises(StewardError, match="No medium found"):
        service.install(made)
    assert not made.path.exists()


def test_no_manager_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.shutil, "which", lambda _name: None)
    with pytest.raises(StewardError, match="systemctl is not on this machine") as refused:
        service.install(service.service(home, 4200, "linux"))
    assert "--print" in (refused.value.mend or "")


def test_print_changes_nothing(home: Home, user: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.sys, "platform", "linux")
    done = CliRunner().invoke(command, ["install", "--print", "--port", "4321"])
    assert done.exit_code == 0
    assert "ExecStart=" in done.stdout
    assert "--port 4321" in done.stdout
    assert calls == []
    assert not user.exists()


def test_the_named_program_starts() -> None:
    """What the service file names is this installation's own command line."""
    done = subprocess.run([*service.command(), "up", "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "--foreground" in done.stdout
