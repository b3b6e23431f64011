"""A Prefect API inside this process, for a command that runs while no server does."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn
from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.server.api.server import create_app
from prefect.settings import PREFECT_API_URL, PREFECT_UI_ENABLED, temporary_settings

from context.errors import ServerError

PATIENCE = 120.0  # seconds; the first start of a home also makes its database


@contextlib.contextmanager
def serve(host: str) -> Iterator[str]:
    """Serve Prefect's API on a free port of `host` (loopback) and point this process's clients at it; give its address.

    It has no user interface and starts no scheduled run; password and key are those of the home.
    Raises ServerError where it does not come up.
    """
    with temporary_settings({PREFECT_UI_ENABLED: False}):
        app = create_app(ephemeral=True, final=True)
    with socket.create_server((host, 0)) as listener:
        address = f"http://{host}:{listener.getsockname()[1]}/api"
        web = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, name="prefect-api", daemon=True)
        thread.start()
        try:
            _await(web, thread)
            EventsWorker.set_client_override(NullEventsClient)  # nobody is there to react to an event
            with temporary_settings({PREFECT_API_URL: address}):
                yield address
        finally:
            web.should_exit = True
            thread.join(timeout=10)


def _await(web: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + PATIENCE
    while not web.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise ServerError("Prefect's database cannot be opened", "run `steward doctor`")
        time.sleep(0.01)
