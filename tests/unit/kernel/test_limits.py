"""Time limits of code in the main thread."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from copilot_nb.kernel.limits import computing_limit, time_limit
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.session.tools import call_tool_function, tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal"),
    pytest.mark.timeout(20, method="thread"),  # the other method uses the timer itself
]


def forever() -> None:
    """Compute until broken off."""
    while True:
        pass


async def limited(function: Callable[[], object], seconds: float | None = 0.05) -> object:
    """Call it as a tool is called, within the limit."""
    async with time_limit(seconds):
        return await call_tool_function(function, {})


async def test_code_that_computes_is_broken_off() -> None:
    """The message says after how long."""
    with pytest.raises(TimeoutError, match=r"^It did not finish within 0\.05 s\.$"):
        await limited(forever)

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


async def test_code_that_awaits_is_cancelled() -> None:
    """In the same words."""
    with pytest.raises(TimeoutError, match=r"^It did not finish within 0\.05 s\.$"):
        await limited(lambda: asyncio.Event().wait())


async def test_code_cannot_catch_it_by_accident() -> None:
    """`except Exception` in a loop does not go on for ever."""

    def stubborn() -> None:
        while True:
            with contextlib.suppress(Exception):
                forever()

    with pytest.raises(TimeoutError):
        await limited(stubborn)


async def test_sleeping_code_is_woken() -> None:
    """A signal ends the sleep."""
    started = time.monotonic()

    with pytest.raises(TimeoutError):
        await limited(lambda: time.sleep(10))

    assert time.monotonic() - started < 5


async def test_code_within_its_limit() -> None:
    """Or without one gives what it gives; its own errors come through."""
    assert await limited(lambda: 42) == 42
    assert await limited(lambda: 42, None) == 42
    with pytest.raises(TimeoutError, match="its own"):
        await limited(lambda: (_ for _ in ()).throw(TimeoutError("its own")))


async def test_our_own_work_is_not_broken_off() -> None:
    """What runs in between, outside of a tool, is left alone."""
    async with time_limit(0.01):
        pass
    with computing_limit(0.01):
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass


async def test_inner_limit_ends_the_inner_code_only() -> None:
    """Limits may be nested: a tool may run a turn that runs a tool."""

    async def outer() -> str:
        with pytest.raises(TimeoutError, match=r"0\.05 s"):
            await limited(forever)
        return "went on"

    assert await limited(outer, 20) == "went on"


async def test_outer_limit_ends_both() -> None:
    """The inner one does not take its error for its own."""
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        await limited(lambda: limited(forever, 20))

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


async def test_timer_of_the_user_is_left_alone() -> None:
    """Whoever uses it keeps it."""
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    signal.setitimer(signal.ITIMER_REAL, 60)

    await limited(lambda: None)
    left = signal.getitimer(signal.ITIMER_REAL)[0]
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)

    assert left > 0
    assert heard == []


def test_other_threads_have_no_timer() -> None:
    """There only what awaits is limited."""
    results: list[object] = []

    def work() -> None:
        results.append(asyncio.run(limited(lambda: 1)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)

    assert results == [1]


async def test_code_of_the_agent(shell: Shell) -> None:
    """Running too long is an error of the code, which says where it was."""
    result = await call_tool_function(
        shell.run,
        {"code": "x = 1\nwhile True: pass", "on_output": lambda _: None, "timeout": 0.05},
    )

    assert result.error.ename == "TimeoutError"
    assert result.error.evalue == "It did not finish within 0.05 s."
    assert "copilot_nb" not in result.error.traceback  # its last line is the code's own
    assert "line 2" in result.error.traceback
    assert shell.user_ns["x"] == 1


async def test_tool_that_only_looks(session: RecordingSession, shell: Shell) -> None:
    """One that computes for too long is a result that the model can read."""

    @tool(permission="read", timeout=0.05)
    def slow() -> None:
        forever()

    result = await session.call(slow, shell)

    assert (result.result_type, result.text_result_for_llm) == (
        "timeout",
        "slow did not finish within 0.05 s.",
    )


def test_every_tool_that_looks_has_a_limit() -> None:
    """What asks first waits for a person, as long as that takes."""
    assert {t.name for t in KERNEL_TOOLS if t.permission == "read" and not t.timeout} <= {
        "last_error"
    }
