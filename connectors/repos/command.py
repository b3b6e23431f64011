"""Run git on a repository that somebody else may have prepared: nothing in it is executed, nothing is fetched.

A repository's own configuration can name programs (core.fsmonitor, core.hooksPath, gpg.program with log.showSignature,
diff drivers, textconv, credential helpers, ssh commands). Each is switched off on the command line, which wins over
every file; the system's and the user's configuration are not read at all, and no protocol may be spoken.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from context.errors import SourceError

SECONDS = 120  # for one call; a partial list of commits is asked for in chunks that take far less

_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.askPass=",
    "core.alternateRefsCommand=true",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "gc.auto=0",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "maintenance.auto=false",
    "protocol.allow=never",
    "safe.directory=*",  # the owner named this folder; whoever owns its files, nothing of theirs is executed
    "submodule.recurse=false",
)


@dataclass(frozen=True)
class Git:
    """A repository, by the folder that git is to work in."""

    folder: Path

    def run(self, *arguments: str, given: bytes | None = None, seconds: int = SECONDS) -> bytes:
        """Return what git prints. Raises GitError where it fails or does not end, SourceError where it is missing."""
        command = ["git", "--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"]
        command += [part for setting in _SETTINGS for part in ("-c", setting)]
        try:
            done = subprocess.run(
                [*command, *arguments],
                cwd=self.folder,
                env=_environment(),
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise SourceError(f"there is no folder {self.folder}", "check the path, then `steward sync`") from None
            raise SourceError("git is not installed", "install git, then `steward sync`") from None
        except NotADirectoryError:
            raise SourceError(f"{self.folder} is no folder", "check the path, then `steward sync`") from None
        except PermissionError as error:
            raise SourceError(f"{self.folder} cannot be entered", f"run `chmod u+rx {self.folder}`") from error
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} took longer than {seconds} s") from error
        if done.returncode:
            raise GitError(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout

    def lines(self, *arguments: str, given: bytes | None = None, seconds: int = SECONDS) -> Sequence[str]:
        """Return the lines that git prints, where they hold hashes and names; a name's bytes survive os.fsencode."""
        return os.fsdecode(self.run(*arguments, given=given, seconds=seconds)).split("\n")[:-1]


class GitError(Exception):
    """What git said when it failed. Never shown as it is: it may hold names from the repository."""


def _environment() -> dict[str, str]:
    """Return a bare environment: no GIT_* of the caller, no configuration but the repository's, no question asked."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "false",
        "SSH_ASKPASS": "false",
        "GIT_SSH_COMMAND": "false",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",  # git 2.45 and later; before, protocol.allow refuses the fetch
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "false",
    }
