"""The Prefect server of this home, as a process: `python -m deployments.server PORT`. Started by the supervisor."""

import sys
from datetime import timedelta
from functools import partial

from blocks import engine
from context.home import Home


def main(port: int) -> None:
    """Serve the API, the user interface and the scheduler on 127.0.0.1 until a signal ends it."""
    home = Home.open()
    engine.configure(home, port)
    import docket
    import uvicorn
    from prefect.server.api import background_workers
    from prefect.server.api.server import create_app

    # Prefect has no setting for it: its task queue looks four times a second, a third of what an idle server does
    pace = timedelta(seconds=1)
    paced = partial(docket.Worker, minimum_check_interval=pace, scheduling_resolution=pace)
    setattr(background_workers, "Worker", paced)  # noqa: B010 - the name as that module knows it
    app = create_app(final=True)
    for path in home.prefect.rglob("*"):  # the user interface is copied there with the modes of the package
        path.chmod(0o700 if path.is_dir() else 0o600)
    uvicorn.run(app, host=engine.HOST, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
