"""Time limits for code that runs in the kernel's main thread.

Code that awaits is cancelled. Code that computes is broken off by a timer signal, where the system
has one (not on Windows) and the limit is set in the main thread; there only between two steps of
the interpreter, so that one long call into a library written in C ends first. Our own work, which
may run in between, is never broken off.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from copilot_nb.kernel.interrupt import may_break_off, uninterruptible

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import FrameType, TracebackType

AGAIN_SECONDS = 0.05
"""How soon the timer comes again when it came at a bad moment."""
LOOK_SECONDS = 30.0
"""How long a tool that only looks may take."""
GRACE_SECONDS = 0.1
"""How much longer computing code has, so that code that awaits ends in the usual way."""


@contextlib.asynccontextmanager
async def time_limit(seconds: float | None) -> AsyncIterator[None]:
    """Let the code in the block take so long, whether it awaits or computes.

    Limits may be nested. A timer that the user's own code has set is left alone: then only what
    awaits is limited.

    Args:
        seconds: How long; None sets no limit.

    Raises:
        TimeoutError: It took longer; the message says how long, the traceback where it was.
    """
    if seconds is None:
        yield
        return
    try:
        async with asyncio.timeout(seconds):
            with computing_limit(seconds, GRACE_SECONDS):
                yield
    except TimeoutError as error:
        if error.args:
            raise
        raise TimeoutError(_words(seconds)).with_traceback(error.__traceback__) from None


class computing_limit:  # noqa: N801 - used as a function, like contextlib's
    """Let sync code take so long; the part of `time_limit` that breaks off what computes.

    Args:
        seconds: How long.
        grace: How much longer before it is broken off.

    Raises:
        TimeoutError: When the block is left because it took longer.
    """

    def __init__(self, seconds: float, grace: float = 0.0) -> None:
        self.expired = False
        """Whether the code was broken off."""
        self._seconds = seconds
        self._grace = grace
        self._timer: _Timer | None = None

    @uninterruptible
    def __enter__(self) -> None:
        if _can_be_set():
            self._timer = _Timer(time.monotonic() + self._seconds + self._grace)
            self._timer.start()

    @uninterruptible
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is None:
            return
        self._timer.stop()
        if isinstance(error, _Expired) and error.timer is self._timer:
            self.expired = True
            raise TimeoutError(_words(self._seconds)).with_traceback(trace) from None


class _Timer:
    """One deadline; the process's interval timer serves the nearest."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    def start(self) -> None:
        """Begin to run."""
        if not _timers:
            _saved.append(signal.signal(signal.SIGALRM, _on_signal))
        _timers.append(self)
        _set()

    def stop(self) -> None:
        """Run no more."""
        _timers.remove(self)
        _set()
        if not _timers:
            saved = _saved.pop()
            # Code in the block may have set a handler of its own, for later.
            if signal.getsignal(signal.SIGALRM) is _on_signal:
                signal.signal(signal.SIGALRM, signal.SIG_DFL if saved is None else saved)


class _Expired(BaseException):
    """Raised in the code; no Exception, so that it is not caught there by accident."""

    def __init__(self, timer: _Timer) -> None:
        super().__init__()
        self.timer = timer


_timers: list[_Timer] = []
"""Those that run, the innermost last."""
_saved: list[Any] = []
"""The handler that was there before the first of them."""


def _on_signal(_signum: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    expired = next((timer for timer in _timers if timer.deadline <= now), None)
    if expired is not None and may_break_off(frame):
        raise _Expired(expired)


def _set() -> None:
    """Let the system's timer come at the nearest deadline, and again until it was heard."""
    if not _timers:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return
    left = min(timer.deadline for timer in _timers) - time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, max(left, 0.001), AGAIN_SECONDS)


def _can_be_set() -> bool:
    """Whether this thread may set the timer, and nobody else uses it."""
    if threading.current_thread() is not threading.main_thread():
        return False
    if not hasattr(signal, "setitimer"):
        return False
    return bool(_timers) or signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _words(seconds: float) -> str:
    return f"It did not finish within {seconds:g} s."
