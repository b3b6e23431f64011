"""The engine room: every setting of Prefect and dlt, the secrets that guard them, and where the server is.

Importing this module imports neither. `configure(home)` must run before anything imports prefect or dlt: both read
the environment once. Where a setting repeats a default of Prefect's, that default is unsafe or noisy elsewhere.
"""

import base64
import contextlib
import json
import logging
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from blocks import process
from context.errors import StorageError
from context.home import Home

PORT = 4200
HOST = "127.0.0.1"
HEARTBEAT = 30  # seconds; a run that is silent three times as long has crashed
DAY = 86_400

# Told why a command takes long; a door that has a terminal sets it.
waiting: ContextVar[Callable[[str], None]] = ContextVar("waiting", default=lambda _why: None)


@dataclass(frozen=True)
class Server:
    """A running Prefect server of this home."""

    pid: int
    port: int
    started: str

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.address}/api"


def server(home: Home) -> Server | None:
    """Return the running server of this home, or None. Looks at the process table; speaks to nobody."""
    try:
        said = json.loads((home.run / "server.json").read_text("utf-8"))
        found = Server(int(said["pid"]), int(said["port"]), str(said["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if process.alive(found.pid, found.started) else None


def secret(home: Home, name: str) -> str:
    """Return the secret called `name`, made at the first call and kept in a file that only its owner reads (0600).

    It is a valid Fernet key: 32 random bytes, base64. Two processes that ask at once get the same one.
    Raises StorageError where it cannot be kept.
    """
    path = home.secrets / name
    with contextlib.suppress(FileNotFoundError):
        return path.read_text("ascii").strip()
    value = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
    try:
        home.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=home.secrets, prefix=f".{name}.")  # 0600 from its first moment
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            Path(path).hardlink_to(temporary)  # unlike a rename, a link never replaces what another process made
        Path(temporary).unlink()
        return path.read_text("ascii").strip()
    except OSError as error:
        raise StorageError(f"cannot keep the secret {name}: {error.strerror}", "run `steward doctor`") from error


def password(home: Home) -> str:
    """Return what the Prefect UI asks for at log-in, and its API as basic authentication (`user:password`)."""
    return f"steward:{secret(home, 'api-auth').rstrip('=')}"


def environment(home: Home, port: int | None = None) -> dict[str, str]:
    """Return every setting of Prefect and dlt for this home, as environment variables.

    `port` is where the server is about to listen (for its own start); without it the running server is named, and
    where none runs Prefect starts a private one on the same database when it is first used (see `session`).
    """
    found = server(home)
    at = port if port is not None else found.port if found else None
    settings = {
        **_safe(home, at if at is not None else PORT),
        **_kept(home),
        **_quiet(),
        **_calm(),
        **_dlt(home),
    }
    if at is not None:
        settings["PREFECT_API_URL"] = f"http://{HOST}:{at}/api"
    return settings


def configure(home: Home, port: int | None = None) -> None:
    """Put `environment(home)` into this process; call it before prefect or dlt is imported.

    Every other PREFECT_ variable is dropped: one left over from elsewhere could name another server or a cloud key.
    Files that this process makes from now on are private to their owner.
    """
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(environment(home, port))
    os.umask(0o077)


@contextlib.contextmanager
def session(home: Home) -> Iterator[str]:
    """Make Prefect's API reachable inside the block, and give its address.

    Where the server runs, that is all; else one is run in a thread of this process, on a free port and the same
    database: twice as quick as Prefect's own temporary server, which is a second process. Configures the process.
    """
    configure(home)
    logging.getLogger("EventsWorker").setLevel(logging.ERROR)  # it remarks on its queue while the process ends
    if found := server(home):
        yield found.api
        return
    if not (home.prefect / "prefect.db").exists():
        waiting.get()("Preparing the home's database, once …")
    from blocks import temporary

    with temporary.serve(HOST) as address:
        yield address


def _safe(home: Home, port: int) -> dict[str, str]:
    """By default any web page may read every secret: no password, CORS `*`, and the key beside what it locks."""
    word = password(home)
    return {
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": word,
        "PREFECT_API_AUTH_STRING": word,
        "PREFECT_SERVER_ENCRYPTION_KEY": secret(home, "encryption-key"),
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",  # the default is pickle, which runs code when it is read
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_WORKER_WEBSERVER_HOST": HOST,  # the default is every network
        "PREFECT_RUNNER_SERVER_ENABLE": "false",
        "PREFECT_RUNNER_SERVER_HOST": HOST,
        "PREFECT_RUNNER_AUTO_INSTALL_DEPENDENCIES": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "DO_NOT_TRACK": "1",
    }


def _kept(home: Home) -> dict[str, str]:
    """Where everything lies, and how long: a run costs about 116 KB of database, so it goes after a month."""
    return {
        "PREFECT_HOME": str(home.prefect),
        "PREFECT_PROFILES_PATH": str(home.prefect / "profiles.toml"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home.prefect / 'prefect.db'}",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home.prefect / "ui"),  # by default inside the installed package
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_API_URL": "/api",  # relative: right for 127.0.0.1 and localhost alike
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * DAY),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P3D",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT),
        "PREFECT_WORKER_QUERY_SECONDS": "3",  # how long a run started from the UI waits; the default is 10
    }


def _quiet() -> dict[str, str]:
    return {
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # client and server are one installation
    }


def _calm() -> dict[str, str]:
    """How often the server looks at what seldom happens here: at its own pace it takes over 3 % of a core idle."""
    services = "PREFECT_SERVER_SERVICES"
    return {
        f"{services}_LATE_RUNS_LOOP_SECONDS": "30",
        f"{services}_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "15",
        f"{services}_PAUSE_EXPIRATIONS_LOOP_SECONDS": "60",
        f"{services}_REPOSSESSOR_LOOP_SECONDS": "30",
        f"{services}_FOREMAN_LOOP_SECONDS": "30",
        f"{services}_CANCELLATION_CLEANUP_LOOP_SECONDS": "60",
        f"{services}_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
        "PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY": "PT15S",
    }


def _dlt(home: Home) -> dict[str, str]:
    return {
        "DLT_DATA_DIR": str(home.dlt),
        "DLT_PROJECT_DIR": str(home.dlt),  # or a `.dlt` in the current folder would be obeyed
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
    }
