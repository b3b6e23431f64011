"""The processes of Steward that the mail benchmark measures.

`our_mail.py import HOME KIND PATH`: connect at the first time, then sync, as `steward sync` does.
`our_mail.py warm HOME`: a worker that stays: one sync for each line of input, each answered by its seconds.
`our_mail.py search HOME`: the milliseconds of searches in one process, once the index is open.
"""

import sys
import time
from pathlib import Path

from context.home import Home

WORDS = ("invoice", "kernel patch review", '"block device"', "conference call monday", "inva*", "linus torvalds")


def bring_in(home: Home, kind: str, path: str) -> None:
    from blocks.ledger import Ledger
    from connectors.load import sync

    if not home.exists():
        home.create()
        with Ledger.open(home) as ledger:
            ledger.sources.connect("mail", kind, "mail", "bench", {"path": path})
    for result in sync(home):
        if result.error:
            sys.exit(result.error)
        print(result)


def serve(home: Home) -> None:
    from connectors.load import sync

    for _ in sys.stdin:
        started, used = time.perf_counter(), time.process_time()
        (result,) = sync(home)
        if result.error:
            sys.exit(result.error)
        print(time.perf_counter() - started, time.process_time() - used, result.changed, flush=True)


def search(home: Home) -> None:
    from blocks.search import Index

    index = Index(home)
    for words in WORDS:
        index.search(words)
    for words in WORDS * 10:
        started = time.perf_counter()
        index.search(words, limit=10)
        print((time.perf_counter() - started) * 1000)


if __name__ == "__main__":
    chosen = {"import": bring_in, "warm": serve, "search": search}[sys.argv[1]]
    chosen(Home(Path(sys.argv[2])), *sys.argv[3:])
