"""Waiting and interrupting without a kernel; the kernel tier tests the rest."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

from copilot_nb.errors import ToolError, UsageError
from copilot_nb.kernel.frontend import Frontend, ask_line, detect
from copilot_nb.kernel.interrupt import TurnInterrupted
from copilot_nb.kernel.loop import shell_loop, wait, wait_in_cell
from copilot_nb.session.tools import call_tool_function

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals cannot be raised at oneself there"
)


def press() -> None:
    """Press ■."""
    signal.raise_signal(signal.SIGINT)


def press_soon() -> None:
    """Press ■ when the loop is idle."""
    asyncio.get_running_loop().call_later(0.01, press)


@pytest.fixture
def idle_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """IPython's loop, as a terminal has it between cells."""
    loop = shell_loop()
    yield loop
    loop.close()


async def _turn(events: list[str]) -> None:
    press_soon()
    try:
        await asyncio.Event().wait()
    finally:
        events.append("cleaned up")


async def test_result_of_the_turn_is_returned() -> None:
    """Without a press the wait is just a wait."""
    assert await wait_in_cell(asyncio.sleep(0, "done")) == "done"


async def test_press_while_waiting_raises_in_the_cell() -> None:
    """The turn cleans up, then the cell is told."""
    events: list[str] = []
    before = signal.getsignal(signal.SIGINT)

    with pytest.raises(TurnInterrupted) as stopped:
        await wait_in_cell(_turn(events))

    assert events == ["cleaned up"]
    assert type(stopped.value).__name__ == "KeyboardInterrupt"
    assert stopped.value._render_traceback_() == [
        "KeyboardInterrupt: the turn was stopped; the session goes on."
    ]
    assert signal.getsignal(signal.SIGINT) is before


async def test_turn_that_swallows_the_press_is_interrupted_all_the_same() -> None:
    """The person pressed ■: queued cells must not run."""

    async def stubborn() -> str:
        press_soon()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "went on"
        raise AssertionError("not reached")

    with pytest.raises(TurnInterrupted):
        await wait_in_cell(stubborn())


async def test_cancelled_cell_cancels_the_turn() -> None:
    """A wait that is cancelled from outside takes the turn with it."""
    events: list[str] = []

    async def turn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cleaned up")

    cell = asyncio.get_running_loop().create_task(wait_in_cell(turn()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cell.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cell

    assert events == ["cleaned up"]


async def test_press_in_a_tool_is_its_error() -> None:
    """A computing tool ends where it is, as an ordinary error inside of its task."""

    def compute() -> NoReturn:
        press()
        raise AssertionError("went on after the press")

    async def turn() -> None:
        with pytest.raises(ToolError, match="interrupted"):
            await call_tool_function(compute, {})
        await asyncio.Event().wait()

    with pytest.raises(TurnInterrupted):
        await wait_in_cell(turn())


async def test_press_in_our_own_code_does_not_break_it() -> None:
    """Only the tool is broken off, not what wraps it: a press there waits for the loop."""
    reached: list[str] = []

    async def turn() -> None:
        press()
        reached.append("after the press")
        await asyncio.Event().wait()

    with pytest.raises(TurnInterrupted):
        await wait_in_cell(turn())

    assert reached == ["after the press"]


def test_sync_wait_on_the_shells_loop(idle_loop: asyncio.AbstractEventLoop) -> None:
    """Where no loop runs, IPython's own is used, again and again."""

    async def which() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert wait(which()) is idle_loop
    assert wait(which()) is idle_loop


def test_press_during_a_sync_wait(idle_loop: asyncio.AbstractEventLoop) -> None:
    """Ctrl-C in a terminal ends the turn; the loop stays usable."""
    events: list[str] = []

    with pytest.raises(TurnInterrupted):
        wait(_turn(events))

    assert events == ["cleaned up"]
    assert wait(asyncio.sleep(0, "again")) == "again"
    assert not idle_loop.is_closed()


def test_loop_that_cannot_be_nested_says_what_to_do() -> None:
    """Another kind of loop gets two lines, not a broken wait."""
    script = (
        "import asyncio\n"
        "from copilot_nb.kernel.loop import wait_nested\n"
        "class Other(asyncio.AbstractEventLoop): pass\n"
        "asyncio._set_running_loop(Other())\n"
        "try:\n"
        "    wait_nested(asyncio.sleep(0))\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )

    told = _python(script)

    assert told.splitlines() == [
        f"{UsageError.__name__} A Other cannot wait inside itself.",
        "Use a `%%copilot` cell of its own, or `await session.ask(...)`.",
    ]


def test_asyncio_is_patched_only_by_a_nested_wait() -> None:
    """Cells that await leave asyncio as it is."""
    script = (
        "import asyncio, sys\n"
        "from copilot_nb.kernel.loop import wait_in_cell, wait_nested\n"
        "asyncio.run(wait_in_cell(asyncio.sleep(0)))\n"
        "print('nest_asyncio2' in sys.modules)\n"
        "async def cell(): return wait_nested(asyncio.sleep(0, 5))\n"
        "print(asyncio.run(cell()), 'nest_asyncio2' in sys.modules)\n"
    )

    assert _python(script).splitlines() == ["False", "5 True"]


async def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe is nobody."""
    monkeypatch.setattr("sys.stdin", None)

    assert detect() == Frontend("none", allow_stdin=False)
    assert await ask_line("name? ") is None


def _python(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout
