"""Turns without an agent, to be run inside of a kernel: they wait for a click."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import ipywidgets
from IPython.display import display

from copilot_nb.session.tools import call_tool_function

if TYPE_CHECKING:
    from collections.abc import Callable

log: list[str] = []
"""What happened, in order."""


async def turn(name: str = "ok", *, cleanup: float = 0.0) -> str:
    """Show a button and wait until it is clicked.

    Args:
        name: The button's text.
        cleanup: Seconds that it takes to react to its cancellation.
    """
    loop = asyncio.get_running_loop()
    clicked: asyncio.Future[str] = loop.create_future()

    button = ipywidgets.Button(description=name)
    button.on_click(lambda _: loop.call_soon_threadsafe(clicked.set_result, name))
    display(button)  # type: ignore[no-untyped-call]  # of IPython
    print(f"waiting for {name}", flush=True)  # noqa: T201 - the cell's output is what is tested
    try:
        answer = await clicked
        print(f"clicked {answer}")  # noqa: T201 - likewise
    except asyncio.CancelledError:
        await asyncio.sleep(cleanup)
        log.append(f"{name} cleaned up")
        raise
    else:
        return answer


async def turn_with_tool(tool: Callable[[], Any]) -> Any:
    """Call a tool as a session does: in a task of its own."""
    async with asyncio.TaskGroup() as group:
        call = group.create_task(call_tool_function(tool, {}))
    return call.result()


def compute() -> None:
    """A tool that never gives the loop a chance."""
    try:
        print("computing", flush=True)  # noqa: T201 - the cell's output is what is tested
        end = time.monotonic() + 30
        while time.monotonic() < end:
            sum(range(1000))
    finally:
        log.append("tool ended")


async def turn_with_callback(compute_in: Callable[[], None]) -> None:
    """Wait for ever while a plain callback of the loop computes."""
    asyncio.get_running_loop().call_soon(compute_in)
    await asyncio.Event().wait()
