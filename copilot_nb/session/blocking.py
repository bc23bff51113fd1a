"""Waiting in sync code for what runs on a loop: in notebooks, terminals, scripts and threads."""

from __future__ import annotations

import asyncio
import contextvars
import pkgutil
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

T = TypeVar("T")

KERNEL_LOOP = "copilot_nb.kernel.loop"
"""Knows how to wait where IPython is; by name, because the kernel stands above us."""


def block_on(work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop | None = None) -> T:
    """Run a coroutine to its end from sync code.

    Args:
        work: The coroutine.
        loop: The loop that it must run on; None for the one that fits: the running one, IPython's,
            or that of a portal thread.
    """
    running = _running_loop()
    if loop is not None and loop is not running and loop.is_running():
        return _wait_for_thread(asyncio.run_coroutine_threadsafe(work, loop))
    if running is not None:
        return _kernel_wait("wait_nested", work)
    if _in_ipython():
        return _kernel_wait("wait", work)
    if loop is None:
        return _wait_for_thread(asyncio.run_coroutine_threadsafe(work, portal()))
    return loop.run_until_complete(work)


def portal() -> asyncio.AbstractEventLoop:
    """The loop of this process's portal thread; started at the first call."""
    return _Portal.loop()


class _Portal:
    """One loop in one daemon thread, for scripts that have no loop of their own."""

    _loop: asyncio.AbstractEventLoop | None = None
    _start = threading.Lock()

    @classmethod
    def loop(cls) -> asyncio.AbstractEventLoop:
        with cls._start:
            if cls._loop is None or cls._loop.is_closed():
                cls._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=contextvars.Context().run,
                    args=(cls._loop.run_forever,),
                    name="copilot-nb-portal",
                    daemon=True,
                ).start()
            return cls._loop


def _wait_for_thread(answer: Future[T]) -> T:
    try:
        return answer.result()
    except BaseException:
        answer.cancel()  # an interrupt of this thread ends the work over there
        raise


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _in_ipython() -> bool:
    if threading.current_thread() is not threading.main_thread() or "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None


def _kernel_wait(name: str, work: Coroutine[Any, Any, T]) -> T:
    result: T = pkgutil.resolve_name(f"{KERNEL_LOOP}:{name}")(work)
    return result
