"""sleeper: a flow that stays until it is killed."""

import time

from prefect import flow


@flow(name="sleeper")
def sleeper() -> None:
    """Sleep for longer than any test waits."""
    time.sleep(3600)
