"""What ■ (Ctrl-C, SIGINT) does while a turn is waited for.

The first press cancels the turn's task; a tool that is computing is stopped where it is. A second
press cuts the task's clean-up short. A third one breaks into whatever callback keeps the loop busy.
KeyboardInterrupt itself never leaves a task: ipykernel would take that as the end of the kernel.
"""

from __future__ import annotations

import asyncio
import inspect
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from copilot_nb.kernel.comm import running_kernel

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")

CLEANUP_SECONDS = 0.35
"""How long an interrupted task may clean up before the cell ends without it."""
SAME_PRESS_SECONDS = 0.15
"""Signals this close together are one press: front ends and terminals send bursts."""
DEAF_SECONDS = 0.5
"""A signal that lands while IPython renders the error would lose the cell's reply."""
BEAT_SECONDS = 0.1
"""A signal that comes just before the loop falls asleep is seen when it wakes up."""
LAST_RESORT = 3
"""The press that breaks into any callback."""


class TurnInterrupted(KeyboardInterrupt):
    """The turn was stopped by the person; raised in the cell, so that queued cells do not run."""

    def _render_traceback_(self) -> list[str]:
        """One line instead of a traceback; IPython asks for this by name."""
        return [f"KeyboardInterrupt: {self}"]


# The reply names the class: front ends know this one as an interrupt.
TurnInterrupted.__name__ = TurnInterrupted.__qualname__ = "KeyboardInterrupt"


class BrokenOff(BaseException):
    """Raised by the third press in the callback that keeps the loop busy.

    No KeyboardInterrupt and no Exception: asyncio contains it, and `except Exception` does not.
    """


def uninterruptible(function: Callable[P, R]) -> Callable[P, R]:
    """Mark code of ours that is never broken off in the middle, such as giving stdout back.

    A press that comes in it is kept for `raise_postponed`.
    """
    _shielded.add(inspect.unwrap(function).__code__)
    return function


def boundary(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a wait: the frames above it belong to another turn, no press is raised through it."""
    _boundaries.add(inspect.unwrap(function).__code__)
    return function


def raise_postponed() -> None:
    """Where a tool may be broken off again: raise for a press that came at a bad moment."""
    if _postponed and threading.current_thread() is threading.main_thread():
        _postponed.clear()
        if _place(inspect.currentframe()) == "tool":
            raise KeyboardInterrupt


_MACHINERY = tuple(f"copilot_nb.{room}" for room in ("rpc", "transcript", "views", "session"))
"""Rooms whose work is short and must not stop half-way."""

_shielded: set[CodeType] = set()
_boundaries: set[CodeType] = set()
_postponed: list[bool] = []
_lingering: set[asyncio.Task[Any]] = set()
_guards: list[InterruptGuard[Any]] = []


class InterruptGuard(Generic[T]):
    """Turns SIGINT into the end of `task` for the length of a `with` block.

    Nested guards stand in line: one press ends the turns of all of them. Outside of the main
    thread, where signals never arrive, it only waits.

    Args:
        task: The turn; it gets CancelledError and `CLEANUP_SECONDS` to clean up.
    """

    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.interrupted = False
        self._loop = task.get_loop()
        self._pressed: asyncio.Future[None] = self._loop.create_future()
        self._presses = 0
        self._last_press = -1.0
        self._saved: Any = None

    def __enter__(self) -> InterruptGuard[T]:
        if threading.current_thread() is threading.main_thread():
            self._saved = signal.signal(signal.SIGINT, self._on_signal)
            _guards.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self in _guards:
            _guards.remove(self)
            _postponed.clear()
            deaf = self.interrupted and not _guards and running_kernel() is not None
            saved = signal.SIG_DFL if self._saved is None else self._saved
            signal.signal(signal.SIGINT, _deaf_for_a_moment(saved) if deaf else saved)

    async def finished(self) -> None:
        """Wait until the task is done, or was interrupted and has had its time."""
        either: set[asyncio.Future[Any]] = {self.task, self._pressed}
        done: set[asyncio.Future[Any]] = set()
        while not done:
            done, _ = await asyncio.wait(
                either, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        if not self.task.done():
            await asyncio.wait({self.task}, timeout=CLEANUP_SECONDS)

    def result(self) -> T:
        """The task's result or exception.

        Raises:
            TurnInterrupted: There was a press, however the task took it.
        """
        if not self.interrupted:
            return self.task.result()
        if not self.task.done():
            _lingering.add(self.task)
        self.task.add_done_callback(_forget)
        raise TurnInterrupted("the turn was stopped; the session goes on.")

    def cancel_soon(self) -> None:
        """Cancel the task from a signal handler."""
        # Only the thread-safe call wakes a loop that sleeps in select().
        self._loop.call_soon_threadsafe(self._cancel)

    def _on_signal(self, _signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._presses and now - self._last_press < SAME_PRESS_SECONDS:
            return
        self._presses += 1
        self._last_press = now
        for guard in _guards:
            guard.cancel_soon()
        place = _place(frame)
        if place == "tool":
            raise KeyboardInterrupt
        if place == "later":
            _postponed.append(True)
        if place == "callback" and self._presses >= LAST_RESORT:
            raise BrokenOff

    def _cancel(self) -> None:
        self.interrupted = True
        self.task.cancel()
        if not self._pressed.done():
            self._pressed.set_result(None)


def may_break_off(frame: FrameType | None) -> bool:
    """Whether a tool computes there, and not our own work in between."""
    return _place(frame) == "tool"


def _place(frame: FrameType | None) -> str:
    """What the signal interrupted.

    Returns:
        "tool" or "callback" (of the loop) where it may be broken off, "later" in the middle of our
        own work for a tool, "" where there is nothing to break.
    """
    tools = sys.modules.get("copilot_nb.session.tools")
    tool_code = getattr(getattr(tools, "call_tool_function", None), "__code__", None)
    handle_code = asyncio.Handle._run.__code__  # noqa: SLF001 - the frame of every callback
    innermost, ours = frame, False
    while frame is not None and frame.f_code not in _boundaries:
        code = frame.f_code
        if code is tool_code:
            # In its own frame it may stand outside of the `try` that catches us.
            return "" if frame is innermost else "later" if ours else "tool"
        if code is handle_code:
            return "" if ours else "callback"
        ours = ours or code in _shielded or _is_machinery(frame)
        frame = frame.f_back
    return ""


def _is_machinery(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(_MACHINERY)


def _deaf_for_a_moment(saved: Any) -> Callable[[int, FrameType | None], None]:
    until = time.monotonic() + DEAF_SECONDS

    def late(signum: int, frame: FrameType | None) -> None:
        if time.monotonic() > until and callable(saved):
            saved(signum, frame)

    return late


def _forget(task: asyncio.Task[Any]) -> None:
    _lingering.discard(task)
    if not task.cancelled():
        task.exception()
