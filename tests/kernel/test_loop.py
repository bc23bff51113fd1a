"""A cell waits for a turn while its buttons work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.driver import Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

WAITS = ["await wait_in_cell({})", "wait_nested({})"]
both = pytest.mark.parametrize("wait", WAITS, ids=["await", "nested"])


@both
def test_click_ends_the_wait_while_the_cell_runs(kernel: Kernel, wait: str) -> None:
    """A click on the main shell reaches the turn at once, and the cell has its result."""
    cell = kernel.send(wait.format("turn('go')"))
    kernel.until_written(cell, "waiting for go")

    clicked = kernel.click("go")
    kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert cell.result == "'go'"
    assert "clicked go" in cell.text
    assert cell.replied_at - clicked < 1.0


@both
def test_queued_cells_run_afterwards_in_order(kernel: Kernel, wait: str) -> None:
    """Cells sent while a turn waits keep their order."""
    first = kernel.send(f"{wait.format('turn()')}; log.append('first')")
    others = [kernel.send(f"log.append('{n}'); print(log)") for n in ("second", "third")]
    kernel.until_written(first, "waiting")

    kernel.click("ok")
    kernel.wait(first, *others)

    assert others[-1].text.strip() == "['first', 'second', 'third']"


@both
def test_kernel_info_is_answered_during_the_wait(kernel: Kernel, wait: str) -> None:
    """A page that reloads in the middle of a turn gets what it asks for."""
    cell = kernel.send(wait.format("turn()"))
    kernel.until_written(cell, "waiting")

    asked = kernel.request("kernel_info_request", {})
    kernel.until(
        lambda: any(
            r["parent_header"]["msg_id"] == asked for r in kernel.replies("kernel_info_reply")
        ),
        "the kernel's info",
    )

    assert not cell.reply
    kernel.click("ok")
    kernel.wait(cell)
    assert cell.status == "ok"


def test_nested_waits_in_a_for_loop(kernel: Kernel) -> None:
    """Plain sync code may ask again and again."""
    cell = kernel.send("for n in range(3):\n    print('got', wait_nested(turn(f'button {n}')))")

    for number in range(3):
        kernel.click(f"button {number}")
    kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert [line for line in cell.text.splitlines() if line.startswith("got")] == [
        "got button 0",
        "got button 1",
        "got button 2",
    ]


def test_time_magic_on_top(kernel: Kernel) -> None:
    """`%%time` over a nested wait works."""
    cell = kernel.send("%%time\nwait_nested(turn())")
    kernel.until_written(cell, "waiting")

    kernel.click("ok")
    kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert "Wall time" in cell.text


def test_wait_inside_a_turn(kernel: Kernel) -> None:
    """A tool may itself wait for a turn; the inner one ends first."""
    kernel.check("async def outer():\n    return [wait(turn('inner')), await turn('outer')]")
    cell = kernel.send("await wait_in_cell(outer())")

    kernel.click("inner")
    kernel.click("outer")
    kernel.wait(cell)

    assert cell.result == "['inner', 'outer']", cell.traceback


def test_an_error_of_the_turn_is_the_cells(kernel: Kernel) -> None:
    """What the coroutine raises is raised in the cell, and queued cells do not run."""
    kernel.check("async def fails():\n    raise LookupError('nothing there')")
    cell = kernel.send("await wait_in_cell(fails())")
    queued = kernel.send("log.append('ran')")
    kernel.wait(cell, queued)

    assert (cell.status, cell.ename) == ("error", "LookupError")
    assert queued.status == "aborted"
