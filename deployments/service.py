"""Starting with the machine: a systemd user unit on Linux, a launchd agent on macOS, for `steward up --foreground`."""

import plistlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from context.errors import InputError, StewardError
from context.home import Home, write_private

UNIT = "steward.service"
LABEL = "com.steward.up"
ODD = "\"'\\$\n\t"  # systemd takes no program whose path holds one of these; `env` does


@dataclass(frozen=True)
class Service:
    """A service file: where it belongs, what it says, and the commands that switch it on and off."""

    path: Path
    text: str
    on: tuple[tuple[str, ...], ...]
    off: tuple[tuple[str, ...], ...]


def service(home: Home, port: int, platform: str = sys.platform) -> Service:
    """Return this platform's service file. Raises InputError where neither systemd nor launchd is."""
    if platform.startswith("linux"):
        return _systemd(home, port)
    if platform == "darwin":
        return _launchd(home, port)
    raise InputError(f"{platform} has neither systemd nor launchd", "start `steward up` by your own means")


def command() -> list[str]:
    """Return how this installation's `steward` is started, whatever the PATH is."""
    beside = Path(sys.executable).with_name("steward")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "deployments.cli"]


def install(service: Service) -> None:
    """Write the file and switch it on. Raises StewardError where the service manager refuses."""
    service.path.parent.mkdir(parents=True, exist_ok=True)
    write_private(service.path, service.text)
    try:
        for step in service.on:
            _run(step)
    except StewardError:
        service.path.unlink()
        raise


def uninstall(service: Service) -> bool:
    """Switch it off and remove the file; False where there was none."""
    if not service.path.exists():
        return False
    for step in service.off:
        _run(step)
    service.path.unlink()
    return True


def _run(step: tuple[str, ...]) -> None:
    if shutil.which(step[0]) is None:
        raise StewardError(f"{step[0]} is not on this machine", "print the file with `steward service install --print`")
    done = subprocess.run(step, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise StewardError(f"`{' '.join(step)}` failed: {said[-1] if said else done.returncode}", "run it to see more")


def _systemd(home: Home, port: int) -> Service:
    """A user unit (systemd.unit(5), systemd.exec(5)). %h and the like are escaped: a path is taken as it is.

    What needs a mount namespace (ProtectSystem, PrivateTmp) is left out: many machines refuse that to users.
    """
    started = [*command(), "up", "--foreground", "--port", str(port)]
    if any(sign in started[0] for sign in ODD):
        started.insert(0, "/usr/bin/env")
    words = " ".join(_quoted(word.replace("$", "$$")) for word in started)
    text = f"""[Unit]
Description=Steward, a personal AI operating system
After=network.target

[Service]
Type=exec
Environment={_quoted(f"STEWARD_HOME={home.root}")}
ExecStart={words}
Restart=on-failure
RestartSec=5
TimeoutStopSec=60
KillMode=mixed
UMask=0077
NoNewPrivileges=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=default.target
"""
    path = Path.home() / ".config" / "systemd" / "user" / UNIT
    return Service(
        path,
        text,
        on=(("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", UNIT)),
        off=(("systemctl", "--user", "disable", "--now", UNIT),),
    )


def _quoted(word: str) -> str:
    """Quote as systemd.syntax(7) has it. A dollar is doubled by the caller: it means something in commands only."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("\n", "\\n")
    return f'"{escaped}"' if any(sign in word for sign in " \t\n\"'\\;") else escaped


def _launchd(home: Home, port: int) -> Service:
    """A launch agent (launchd.plist(5))."""
    text = plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": [*command(), "up", "--foreground", "--port", str(port)],
            "EnvironmentVariables": {"STEWARD_HOME": str(home.root)},
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ExitTimeOut": 60,
            "Umask": 0o077,
            "ProcessType": "Background",
            "StandardOutPath": str(home.logs / "up.log"),
            "StandardErrorPath": str(home.logs / "up.log"),
        }
    ).decode()
    path = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    return Service(path, text, on=(("launchctl", "load", "-w", str(path)),), off=(("launchctl", "unload", str(path)),))
