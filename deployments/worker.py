"""The worker, as a process: registers the deployments, then starts their runs. Started by the supervisor."""

import asyncio
import contextlib
import signal

from blocks import engine
from context.home import Home, write_private

READY = "worker.ready"  # in home.run: written once the deployments are registered
LIMIT = 2  # runs at once: a run is a process of some 250 MB


def main() -> None:
    """Register and work until a signal ends it. Runs that are under way then are ended, too."""
    home = Home.open()
    engine.configure(home)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_work(home))


async def _work(home: Home) -> None:
    from prefect.workers.process import ProcessWorker

    from deployments.register import register
    from deployments.watch import watch
    from flows.manifest import POOL

    names = await register(home)
    write_private(home.run / READY, "\n".join(names) + "\n")
    worker = ProcessWorker(work_pool_name=POOL, name=POOL, limit=LIMIT, create_pool_if_not_found=False)
    working = asyncio.ensure_future(worker.start(printer=lambda *_: None))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, working.cancel)
    watching = asyncio.ensure_future(watch(home))
    try:
        await working
    finally:
        watching.cancel()


if __name__ == "__main__":
    main()
