"""Worker processes that read documents side by side, within limits of time and memory, and are replaced on failure."""

import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, BinaryIO, Generic, Self, TypeVar

from connectors.docs.worker import LENGTH

PROGRAM = ["-m", "connectors.docs.worker"]
SECONDS = 60  # for one document; the slowest honest one of the corpora takes 2
MEMORY = 2**30  # bytes of address space for a worker
LASTS = 1_000  # documents, after which a worker is replaced: what libraries leak goes with it
MOST_ANSWER = 128 * 2**20  # bytes; more than the longest text kept, twice, can be in JSON

Tag = TypeVar("Tag")


@dataclass(frozen=True, slots=True)
class Job(Generic[Tag]):
    """A document to read: what the caller knows it by, which reader to use, the open file (closed when handed over).

    Without a file it only keeps its place in the queue: `answer` comes back at once.
    """

    tag: Tag
    reader: str = ""
    file: BinaryIO | None = None
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Worker(Generic[Tag]):
    process: subprocess.Popen[bytes]
    connection: socket.socket
    tag: Tag
    deadline: float
    done: int = 0
    answer: bytearray = field(default_factory=bytearray)

    def late(self) -> bool:
        """Whether its time is over. Once it began to answer it is done: then only the caller may be slow to listen."""
        return not self.answer and self.deadline < time.monotonic()


class Pool(Generic[Tag]):
    """At most `workers` processes, started when there is something to do; a context manager that ends them."""

    def __init__(self, workers: int | None = None, seconds: int = SECONDS, memory: int = MEMORY) -> None:
        self._most = workers or min(4, os.cpu_count() or 1)
        self._seconds = seconds
        self._memory = memory
        self._busy: list[_Worker[Tag]] = []
        self._idle: list[_Worker[Tag]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in (*self._busy, *self._idle):
            _end(worker)

    def run(self, jobs: Iterable[Job[Tag]]) -> Iterator[tuple[Tag, dict[str, Any]]]:
        """Yield (tag, answer) as they are ready, taking jobs one by one; an answer is what `worker.attempt` returns."""
        coming = iter(jobs)
        more = True
        while more or self._busy:
            while more and len(self._busy) < self._most:
                job = next(coming, None)
                if job is None:
                    more = False
                elif job.file is None:
                    yield job.tag, job.answer
                else:
                    self._give(job, job.file)
            if self._busy:
                yield from self._wait()

    def _give(self, job: Job[Tag], file: BinaryIO) -> None:
        worker = self._idle.pop() if self._idle else self._start(job.tag)
        worker.tag = job.tag
        worker.answer = bytearray()
        worker.deadline = time.monotonic() + self._seconds
        try:
            request = json.dumps({"reader": job.reader}).encode() + b"\n"
            socket.send_fds(worker.connection, [request], [file.fileno()])
        except OSError:
            worker.deadline = 0  # it died while idle: the wait sees the closed socket and says "crash"
        finally:
            file.close()
        self._busy.append(worker)

    def _start(self, tag: Tag) -> _Worker[Tag]:
        ours, theirs = socket.socketpair()
        with theirs:
            settings = map(str, (theirs.fileno(), self._seconds, self._memory))
            process = subprocess.Popen(
                [sys.executable, "-I", *PROGRAM, *settings],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # libraries print what they think of a file
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            )
        return _Worker(process, ours, tag, 0)

    def _wait(self) -> Iterator[tuple[Tag, dict[str, Any]]]:
        """Yield the answers of the workers that are done, dead or late; wait until there is one."""
        with selectors.DefaultSelector() as selector:
            for worker in self._busy:
                selector.register(worker.connection, selectors.EVENT_READ, worker)
            left = min(worker.deadline for worker in self._busy) - time.monotonic()
            ready = [key.data for key, _ in selector.select(max(0.0, left))]
        for worker in [late for late in self._busy if late not in ready and late.late()]:
            yield self._finish(worker, {"reason": "timeout", "error": f"not read within {self._seconds} s"})
        for worker in ready:
            if (answer := _receive(worker)) is not None:
                yield self._finish(worker, answer)

    def _finish(self, worker: _Worker[Tag], answer: dict[str, Any]) -> tuple[Tag, dict[str, Any]]:
        self._busy.remove(worker)
        worker.done += 1
        if answer.get("reason") in ("timeout", "crash", "memory") or worker.done >= LASTS:
            _end(worker)
        else:
            self._idle.append(worker)
        return worker.tag, answer


def _receive(worker: _Worker[Any]) -> dict[str, Any] | None:
    """Take what has come; return the answer when it is whole, or what became of the worker."""
    try:
        part = worker.connection.recv(2**20)
    except OSError:
        part = b""
    worker.answer += part
    if not part:
        code = worker.process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return {"reason": "crash", "error": f"the reader ended by {how}"}
    if len(worker.answer) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack_from(worker.answer)
    if length > MOST_ANSWER:
        return {"reason": "memory", "error": f"an answer of {length} bytes"}
    if len(worker.answer) < LENGTH.size + length:
        return None
    answer = json.loads(worker.answer[LENGTH.size :])
    assert isinstance(answer, dict)
    return answer


def _end(worker: _Worker[Any]) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.wait()
