"""The one family of errors that the owner sees: a line that says what is wrong, and the command that mends it.

Exit codes are part of the command line's contract and are documented in the README:

==== ==========================================================
code meaning
==== ==========================================================
0    done
1    an unexpected fault (`--debug` shows the traceback)
2    the command was used wrongly, or its input cannot be used
3    STEWARD_HOME cannot be used (missing, not writable, newer)
4    a file of the profile or the configuration is invalid
5    a source could not be read (also: it needs a new grant)
6    another Steward process holds what is needed
7    the server cannot be reached, or its port is taken
8    storage failed (disk full, file damaged)
9    refused by a safety rule (SQL sandbox, cap, policy)
130  stopped by Ctrl-C
==== ==========================================================
"""


class StewardError(Exception):
    """A fault that the owner can act on.

    `what` is one line without private text (Prefect copies exception texts into its events);
    `mend` is the next command or step, without a full stop.
    """

    exit_code = 1

    def __init__(self, what: str, mend: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what} — {self.mend}" if self.mend else self.what


class InputError(StewardError):
    """A path, value or option that cannot be used."""

    exit_code = 2


class HomeError(StewardError):
    """STEWARD_HOME is missing, not writable, or made by a newer version."""

    exit_code = 3


class ConfigError(StewardError):
    """A file of the profile or of the configuration is invalid."""

    exit_code = 4


class SourceError(StewardError):
    """A source could not be read."""

    exit_code = 5


class BusyError(StewardError):
    """Another process holds a lock that this one needs."""

    exit_code = 6


class ServerError(StewardError):
    """The Prefect server cannot be reached, or its port is taken."""

    exit_code = 7


class StorageError(StewardError):
    """The disk is full, or a file of the store is damaged."""

    exit_code = 8


class RefusedError(StewardError):
    """A safety rule said no."""

    exit_code = 9
