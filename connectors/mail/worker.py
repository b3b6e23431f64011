"""A worker process: reads jobs from its input, writes tables to its output, ends when its input does. Run by `pool`."""

import gc
import json
import os
import sys

from connectors.mail import job, pool


def main() -> None:
    """Serve until the parent closes the pipe or dies."""
    gc.disable()  # rows hold no cycles; collecting among thousands of them takes a third of the time
    pool.end_with_parent()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may reach the pipe
    for line in sys.stdin.buffer:
        values = json.loads(line)
        values["files"] = tuple((path, position, letters) for path, position, letters in values["files"])
        pool.send(out, job.run(job.Job(**values)))


if __name__ == "__main__":
    main()
