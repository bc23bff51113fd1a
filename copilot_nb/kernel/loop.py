"""How a cell waits for a turn on the kernel's own loop.

Three ways, one outcome: `wait_in_cell` where the cell can await, `wait_nested` in plain sync code
while the loop runs, `wait` where no loop may be running (terminal IPython, scripts). In each, comms
are served meanwhile and ■ ends the wait with `TurnInterrupted` within half a second.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from copilot_nb.errors import UsageError
from copilot_nb.kernel.comm import comm_tap
from copilot_nb.kernel.interrupt import CLEANUP_SECONDS, InterruptGuard, boundary

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


async def wait_in_cell(coro: Coroutine[Any, Any, T]) -> T:
    """Await a turn in a cell of its own.

    Raises:
        TurnInterrupted: After ■; the coroutine got CancelledError and time to clean up.
    """
    task = asyncio.get_running_loop().create_task(coro)
    with comm_tap(), InterruptGuard(task) as guard:
        try:
            await guard.finished()
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task}, timeout=CLEANUP_SECONDS)
            raise
    return guard.result()


def wait_nested(coro: Coroutine[Any, Any, T]) -> T:
    """Wait in sync code on the loop that is running in this thread.

    Patches asyncio (nest_asyncio2) at the first call in a process and never before.

    Raises:
        TurnInterrupted: After ■.
        UsageError: This kind of loop cannot be entered twice.
    """
    loop = asyncio.get_running_loop()
    _make_nestable(loop, coro)
    return _run(loop, coro)


def wait(coro: Coroutine[Any, Any, T]) -> T:
    """Wait in sync code, on the running loop if there is one, else on IPython's own.

    IPython's loop is the one that its `await` cells use, so what the coroutine started lives on
    between cells.

    Raises:
        TurnInterrupted: After Ctrl-C or ■.
        UsageError: This kind of loop cannot be entered twice.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(shell_loop(), coro)
    return wait_nested(coro)


def shell_loop() -> asyncio.AbstractEventLoop:
    """The loop on which terminal IPython runs `await` cells."""
    from IPython.core import async_helpers

    find = getattr(async_helpers, "get_asyncio_loop", None)
    # IPython 7 ran cells on the thread's current loop.
    loop: asyncio.AbstractEventLoop = find() if find else asyncio.get_event_loop()
    return loop


@boundary
def _run(loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, T]) -> T:
    task = loop.create_task(coro)
    with comm_tap(), InterruptGuard(task) as guard:
        loop.run_until_complete(guard.finished())
    return guard.result()


def _make_nestable(loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, T]) -> None:
    import nest_asyncio2

    try:
        nest_asyncio2.apply(loop)
    except ValueError:
        coro.close()
        raise UsageError(
            f"A {type(loop).__name__} cannot wait inside itself.",
            hint="Use a `%%copilot` cell of its own, or `await session.ask(...)`.",
        ) from None
