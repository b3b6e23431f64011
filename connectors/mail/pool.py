"""Jobs to worker processes and back, in order. A worker that dies or hangs costs the mail that killed it, nothing
else.

Workers are programs of their own (`python -m connectors.mail.worker`): a fork of a process with threads (Prefect's,
DuckDB's) may deadlock, and multiprocessing's spawn would import the parent's main module again. One starts in about
0.3 s.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, BinaryIO

from connectors.mail import job as work
from connectors.mail.job import Bad, Done, Job

PATIENCE = 120.0  # seconds for one job of about 4 MiB, which takes 0.3
WORTH = 16 << 20  # bytes from which workers pay for their start
MOST = 8
# A worker's memory comes and goes 4 MiB at a time: Arrow's own allocator would keep twice of it, and be slower.
FRUGAL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}


class CrashError(Exception):
    """The worker ended, or was ended, while it had a job."""


class Worker:
    """One process: jobs in by lines of JSON, results out as length-prefixed frames."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, job: Job) -> Done:
        """Have one job done. Raises CrashError where the process dies of it or takes too long."""
        process = self.process = self.process or _start()
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(job.dump()).encode() + b"\n")
            process.stdin.flush()
            return receive(process.stdout)
        except (OSError, EOFError) as error:
            code = self.close()
            raise CrashError(f"ended by signal {-code}" if code < 0 else f"ended with code {code}") from error
        finally:
            timer.cancel()

    def close(self) -> int:
        """End the process; return its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                _quietly_close(stream)
        try:
            return process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _quietly_close(stream: Any) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return  # it has ended already, with a job unread


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "connectors.mail.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **FRUGAL},
    )


def send(stream: BinaryIO, done: Done) -> None:
    """Write a result: the Arrow stream and the bad mails, each behind its length."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, done.table.schema) as writer:
        writer.write_table(done.table)
    bad = json.dumps([each.dump() for each in done.bad]).encode()
    for part in (memoryview(sink.getvalue()), bad):
        stream.write(len(part).to_bytes(8, "big"))
        stream.write(part)
    stream.flush()


def receive(stream: Any) -> Done:
    """Read what `send` wrote. Raises EOFError where the stream ends before."""
    import pyarrow as pa

    parts = []
    for _ in range(2):
        size = _exactly(stream, 8)
        parts.append(_exactly(stream, int.from_bytes(size, "big")))
    table = pa.ipc.open_stream(parts[0]).read_all()
    return Done(table, [Bad.load(each) for each in json.loads(parts[1])])


def _exactly(stream: Any, size: int) -> bytes:
    data: bytes = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def parse(jobs: Iterable[Job], size: int) -> Iterator[Done]:
    """Yield each job's result, in order. `size` is the bytes in all of them: little is done in this process."""
    count = min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if size < WORTH or count < 2:
        yield from map(work.run, jobs)
        return
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    workers = [Worker() for _ in range(count)]
    for worker in workers:
        free.put(worker)
    threads = ThreadPoolExecutor(count, thread_name_prefix="mail")
    waiting: deque[Future[Done]] = deque()
    try:
        for job in jobs:
            waiting.append(threads.submit(_safely, free, job))
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        threads.shutdown(wait=True, cancel_futures=True)
        for worker in workers:
            worker.close()


def _safely(free: "queue.SimpleQueue[Worker]", job: Job) -> Done:
    worker = free.get()
    try:
        return _patiently(worker, job)
    finally:
        free.put(worker)


def _patiently(worker: Worker, job: Job) -> Done:
    """Do a job; after a crash again without the fast reader, then mail by mail, to lose only the one that kills."""
    try:
        return worker.run(job)
    except CrashError:
        job = replace(job, fast=False)
    try:
        return worker.run(job)
    except CrashError as crash:
        pieces = job.pieces()
        if len(pieces) == 1:
            return job.lost(str(crash))
    import pyarrow as pa

    done = [_patiently(worker, piece) for piece in reversed(pieces)]
    return Done(pa.concat_tables([each.table for each in done]), [bad for each in done for bad in each.bad])


def end_with_parent() -> None:
    """In a worker: let Ctrl-C reach the parent alone, which closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
