"""A bound on the CPU time that one page may take: hostile markup must not stop the stage.

CPU time of this process and not wall time: a busy machine must not change what is in a corpus.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class DeadlineError(BaseException):
    """The time is over. Not an Exception, so that no library's `except Exception` swallows it."""


@contextmanager
def deadline(cpu_s: float) -> Iterator[None]:
    """Raise DeadlineError in the body after `cpu_s` seconds of CPU time.

    Signals reach only the main thread: elsewhere the body runs without a bound. A single long call into C is
    interrupted when it returns.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _over)
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _over(number: int, frame: FrameType | None) -> None:
    raise DeadlineError
