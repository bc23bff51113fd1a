"""■ ends the turn, never the session and never the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kernel.test_loop import both

if TYPE_CHECKING:
    from tests.kernel.driver import Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

ENDS_WITHIN = 0.5
"""Seconds from ■ to the cell's reply; what is promised."""
SLACK = 0.5
"""What a busy test machine may add."""


@both
def test_interrupt_ends_the_waiting_cell(kernel: Kernel, wait: str) -> None:
    """■ cancels the turn; the cell ends as interrupted, with one line."""
    cell = kernel.send(wait.format("turn()"))
    kernel.until_written(cell, "waiting")

    pressed = kernel.interrupt()
    kernel.wait(cell)

    assert (cell.status, cell.ename) == ("error", "KeyboardInterrupt")
    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK
    assert cell.traceback == "KeyboardInterrupt: the turn was stopped; the session goes on."
    assert kernel.check("print(log)").text.strip() == "['ok cleaned up']"


@both
def test_cells_queued_behind_an_interrupted_one_are_aborted(kernel: Kernel, wait: str) -> None:
    """■ on the first of several cells stops Run All."""
    cell = kernel.send(wait.format("turn()"))
    queued = kernel.send("log.append('ran')")
    kernel.until_written(cell, "waiting")

    kernel.interrupt()
    kernel.wait(cell, queued)

    assert queued.status == "aborted"


@both
def test_next_turn_works_after_an_interrupt(kernel: Kernel, wait: str) -> None:
    """The kernel and its loop are as good as before."""
    cell = kernel.send(wait.format("turn('one')"))
    kernel.until_written(cell, "waiting")
    kernel.interrupt()
    kernel.wait(cell)
    kernel.widgets.clear()
    kernel.check("1")

    again = kernel.send(wait.format("turn('two')"))
    kernel.click("two")
    kernel.wait(again)

    assert again.result == "'two'", again.traceback


@both
def test_clean_up_of_the_turn_is_waited_for(kernel: Kernel, wait: str) -> None:
    """The session has time to tell the runtime to stop before the cell ends."""
    cell = kernel.send(wait.format("turn(cleanup=0.2)"))
    kernel.until_written(cell, "waiting")

    pressed = kernel.interrupt()
    kernel.wait(cell)

    assert kernel.check("print(log)").text.strip() == "['ok cleaned up']"
    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK


@both
def test_clean_up_that_hangs_does_not_hold_the_cell(kernel: Kernel, wait: str) -> None:
    """After its time the clean-up goes on without the cell."""
    cell = kernel.send(wait.format("turn(cleanup=1.5)"))
    kernel.until_written(cell, "waiting")

    pressed = kernel.interrupt()
    kernel.wait(cell)

    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK
    late = "while not log:\n    await asyncio.sleep(0.02)\nprint(log)"
    assert kernel.check(late).text.strip() == "['ok cleaned up']"


@both
def test_computing_tool_is_stopped_where_it_is(kernel: Kernel, wait: str) -> None:
    """A sync tool that never yields gets KeyboardInterrupt; its task does not pass it on."""
    cell = kernel.send(wait.format("turn_with_tool(compute)"))
    kernel.until_written(cell, "computing")

    pressed = kernel.interrupt()
    kernel.wait(cell)

    assert (cell.status, cell.ename) == ("error", "KeyboardInterrupt")
    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK
    assert kernel.check("print(log)").text.strip() == "['tool ended']"


@both
def test_burst_of_signals_is_one_press(kernel: Kernel, wait: str) -> None:
    """Five SIGINTs in 50 ms end the turn once, clean-up included, and lose no reply."""
    cell = kernel.send(wait.format("turn(cleanup=0.2)"))
    kernel.until_written(cell, "waiting")
    pid = kernel.pid

    for _ in range(5):
        kernel.interrupt()
        kernel.pause(0.01)
    kernel.wait(cell)

    assert (cell.status, cell.ename) == ("error", "KeyboardInterrupt")
    assert kernel.check("print(log)").text.strip() == "['ok cleaned up']"
    assert kernel.pid == pid


def test_third_press_breaks_into_a_busy_callback(kernel: Kernel) -> None:
    """Code that keeps the loop busy outside of any tool is broken off at last."""
    cell = kernel.send("await wait_in_cell(turn_with_callback(compute))")
    kernel.until_written(cell, "computing")

    for _ in range(3):
        assert not cell.reply
        kernel.interrupt()
        kernel.pause(0.25)
    kernel.wait(cell)

    assert (cell.status, cell.ename) == ("error", "KeyboardInterrupt")
    assert kernel.alive
    assert kernel.check("print(log)").text.strip() == "['tool ended']"


def test_press_during_an_inner_wait_ends_the_outer_one_too(kernel: Kernel) -> None:
    """One ■ stops everything that the cell waits for."""
    kernel.check(
        "async def outer():\n"
        "    try:\n"
        "        return await turn_with_tool(lambda: wait(turn('inner')))\n"
        "    finally:\n"
        "        log.append('outer ended')"
    )
    cell = kernel.send("await wait_in_cell(outer())")
    kernel.until_written(cell, "waiting for inner")

    pressed = kernel.interrupt()
    kernel.wait(cell)

    assert (cell.status, cell.ename) == ("error", "KeyboardInterrupt")
    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK
    assert kernel.check("print(log)").text.strip() == "['inner cleaned up', 'outer ended']"


def test_plain_cells_are_interrupted_as_before(kernel: Kernel) -> None:
    """After a turn SIGINT means what it meant: it ends a sync cell, and does nothing when idle."""
    cell = kernel.send("await wait_in_cell(turn())")
    kernel.click("ok")
    kernel.wait(cell)
    kernel.interrupt()

    busy = kernel.send("print('busy', flush=True)\ntime.sleep(20)")
    kernel.until_written(busy, "busy")
    kernel.interrupt()
    kernel.wait(busy)

    assert (busy.status, busy.ename) == ("error", "KeyboardInterrupt")
    assert kernel.alive
