"""The Prefect server of this home, as a process: `python -m deployments.server PORT`. Started by the supervisor."""

import sys

from blocks import engine
from context.home import Home


def main(port: int) -> None:
    """Serve the API, the user interface and the scheduler on 127.0.0.1 until a signal ends it."""
    engine.configure(Home.open(), port)
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(final=True), host=engine.HOST, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
