"""A limit on the time of pure Python work: recurrence rules can be written that take for ever to work out."""

import ctypes
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
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


def limited(work: Callable[[], Value], seconds: float) -> Value:
    """Return what `work` returns. Raises OutOfTimeError after `seconds`, or what it raises.

    A signal would do only in the main thread, and a sync also runs in the threads of an orchestrator. So the work has
    a thread, in which the exception is raised from outside: that reaches Python code between any two bytecodes.
    """
    thread = _Work(work)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(OutOfTimeError))
        thread.join(GRACE)
        raise OutOfTimeError(f"not done after {seconds} s")
    if thread.error is not None:
        raise thread.error
    return thread.value  # type: ignore[return-value]  # without an error there is a value
