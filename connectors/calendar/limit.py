"""A limit on the time of pure Python work: recurrence rules can be written that take for ever to work out."""

import ctypes
import math
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
WALL = 15.0
GRACE = 5.0  # seconds for the interrupt to be seen; it is, at the next bytecode


class OutOfTimeError(Exception):
    """The work took longer than it may."""


class _Work(threading.Thread, Generic[Value]):
    def __init__(self, work: Callable[[], Value]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.value: Value | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self.work()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
            self.error = error


def _used(thread: threading.Thread) -> float:
    """Return the processor seconds of a thread; infinite where the platform does not count them (pthread(7))."""
    clock = getattr(time, "pthread_getcpuclockid", None)
    if clock is None or thread.ident is None:
        return math.inf
    try:
        return time.clock_gettime(clock(thread.ident))
    except OSError:
        return 0.0  # it has just ended


def limited(work: Callable[[], Value], seconds: float) -> Value:
    """Return what `work` returns. Raises OutOfTimeError after `seconds` of the work's own, or what it raises.

    The seconds are the processor's, where the platform counts them by thread: on a busy machine the same file must
    not lose a series that it keeps on an idle one. By the clock on the wall the work may take WALL times as long.

    A signal would do only in the main thread, and a sync also runs in the threads of an orchestrator. So the work has
    a thread, in which the exception is raised from outside: that reaches Python code between any two bytecodes.
    """
    thread = _Work(work)
    thread.start()
    until = time.monotonic() + seconds * WALL
    thread.join(seconds)
    while thread.is_alive() and time.monotonic() < until and _used(thread) < seconds:
        thread.join(0.1)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(OutOfTimeError))
        thread.join(GRACE)
        raise OutOfTimeError(f"not done after {seconds} s")
    if thread.error is not None:
        raise thread.error
    return thread.value  # type: ignore[return-value]  # without an error there is a value
