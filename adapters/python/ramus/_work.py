"""One piece of work in the library, so that Ctrl-C ends it and nothing is torn down under it.

    main thread    starts the worker, waits -- Ctrl-C --> cancels, waits for the worker, raises KeyboardInterrupt
    worker         opens, analyses, writes, closes

Python runs signal handlers in the main thread only, and not while it stands in a C function; so there the C functions
are called from a worker. Any other thread calls them itself.

Why plain locks: KeyboardInterrupt may come between any two calls of Python code, also inside threading.Thread.start and
Event.wait, which would leave a lock of theirs taken, and the worker waiting for it for ever. A lock written in C has no
such place.
"""

from __future__ import annotations

import _thread
import threading
from typing import Any, Callable, List, TypeVar

Result = TypeVar("Result")


class _Job:
    """Runs once, unless it was abandoned before it began."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._lock = _thread.allocate_lock()
        self._begun = self._abandoned = self._finished = False
        self._end = _thread.allocate_lock()
        self._end.acquire()  # until the work is done
        self.results: List[Any] = []
        self.failures: List[BaseException] = []

    def run(self) -> None:
        with self._lock:
            if self._abandoned:
                return
            self._begun = True
        try:
            self.results.append(self._work())
        except BaseException as failure:  # whatever it is, it belongs to the thread that waits
            self.failures.append(failure)
        self._finished = True
        self._end.release()

    def wait(self) -> None:
        """Looks up now and then: a signal just before the lock begins to wait, or in another thread, does not wake it."""
        while not self._end.acquire(timeout=0.1):
            pass

    def abandon(self) -> bool:
        """Whether it had begun, so that its end must be waited for."""
        with self._lock:
            self._abandoned = True
            return self._begun

    def wait_again(self) -> None:
        """After a wait that was interrupted, perhaps with the lock in hand."""
        while not self._finished:
            self._end.acquire(timeout=0.1)


def _end(job: _Job, cancel: Callable[[], None], resume: Callable[[], None]) -> None:
    """However often the user presses Ctrl-C meanwhile: the library ends within a second."""
    while True:
        try:
            if job.abandon():
                cancel()
                job.wait_again()
                resume()
            return
        except KeyboardInterrupt:
            continue


def interruptible(work: Callable[[], Result], cancel: Callable[[], None], resume: Callable[[], None]) -> Result:
    """What `work` returns or raises. KeyboardInterrupt: after `cancel`, the end of `work`, and `resume`."""
    if threading.current_thread() is not threading.main_thread():
        return work()
    job = _Job(work)
    try:
        _thread.start_new_thread(job.run, ())
        job.wait()
    except BaseException:
        _end(job, cancel, resume)
        raise
    if job.failures:
        raise job.failures.pop()
    result: Result = job.results.pop()
    return result
