"""Widgets live while a cell waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kernel.test_loop import both

if TYPE_CHECKING:
    from tests.kernel.driver import Cell, Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

SLIDER = """
import ipywidgets
from IPython.display import display
seen = []
slider = ipywidgets.IntSlider(description="slider")
slider.observe(lambda change: seen.append(change["new"]), "value")
display(slider)
"""


def _waiting(kernel: Kernel, wait: str) -> Cell:
    cell = kernel.send(wait.format("turn()"))
    kernel.until_written(cell, "waiting")
    return cell


@both
def test_every_state_message_is_handled_and_ends_idle(kernel: Kernel, wait: str) -> None:
    """A page sends a widget's next value only after the last one's idle."""
    kernel.check(SLIDER)
    model = kernel.until_shown("slider")
    cell = _waiting(kernel, wait)

    for value in range(1, 6):
        sent = kernel.comm(model, {"method": "update", "state": {"value": value}})
        kernel.until_idle(sent)

    kernel.click("ok")
    kernel.wait(cell)
    assert kernel.check("print(seen)").text.strip() == "[1, 2, 3, 4, 5]"


@both
def test_what_follows_a_click_is_written_into_the_waiting_cell(kernel: Kernel, wait: str) -> None:
    """Output after a comm message has the cell as its parent again."""
    cell = _waiting(kernel, wait)

    kernel.click("ok")
    kernel.wait(cell)

    assert cell.text == "waiting for ok\nclicked ok\n"


@both
def test_comm_handler_that_fails_does_not_end_the_wait(kernel: Kernel, wait: str) -> None:
    """A widget's error is logged; the turn goes on."""
    kernel.check(SLIDER + "slider.observe(lambda change: 1 / 0, 'value')")
    model = kernel.until_shown("slider")
    cell = _waiting(kernel, wait)

    kernel.until_idle(kernel.comm(model, {"method": "update", "state": {"value": 3}}))
    kernel.until_idle(kernel.comm("no-such-model", {"method": "custom", "content": {}}))

    assert not cell.reply
    kernel.click("ok")
    kernel.wait(cell)
    assert cell.status == "ok"


@both
def test_widgets_work_as_before_after_the_wait(kernel: Kernel, wait: str) -> None:
    """The kernel gets its own way of reading messages back."""
    kernel.check(SLIDER)
    model = kernel.until_shown("slider")
    cell = _waiting(kernel, wait)
    kernel.click("ok")
    kernel.wait(cell)

    kernel.until_idle(kernel.comm(model, {"method": "update", "state": {"value": 7}}))

    assert kernel.check("print(seen)").text.strip() == "[7]"


@both
def test_front_end_is_asked_for_a_line_while_the_loop_runs(kernel: Kernel, wait: str) -> None:
    """Asking on stdin does not stop the loop, and its answer comes back."""
    kernel.check(
        "from copilot_nb.kernel.frontend import ask_line, detect\n"
        "async def ask():\n"
        "    ticks = 0\n"
        "    async def tick():\n"
        "        nonlocal ticks\n"
        "        while True:\n"
        "            ticks += 1\n"
        "            await asyncio.sleep(0.005)\n"
        "    ticking = asyncio.get_running_loop().create_task(tick())\n"
        "    answer = await ask_line('name? ')\n"
        "    ticking.cancel()\n"
        "    return detect().kind, answer, ticks > 3"
    )
    kernel.type("Ada")

    cell = kernel.run(wait.format("ask()"), allow_stdin=True)

    assert cell.result == "('notebook', 'Ada', True)", cell.traceback
    assert [m["content"]["prompt"] for m in kernel.replies("input_request")] == ["name? "]


def test_a_text_is_typed_anew_line_by_line(kernel: Kernel) -> None:
    """A front end has one line at a time; a dot alone ends them, or leaves the text as it is."""
    kernel.check("from copilot_nb.kernel.frontend import ask_text")
    ask = "await wait_in_cell(ask_text('Edit:', 'old'))"
    for line in ("one", "", "two", "."):
        kernel.type(line)

    cell = kernel.run(ask, allow_stdin=True)

    assert cell.result == repr("one\n\ntwo"), cell.traceback
    prompts = [m["content"]["prompt"] for m in kernel.replies("input_request")]
    assert prompts == ["Edit: type it anew, line by line; '.' alone ends it\n", "", "", ""]
    kernel.type(".")
    assert kernel.run(ask, allow_stdin=True).result == "'old'"


@both
def test_nobody_is_asked_where_nobody_can_type(kernel: Kernel, wait: str) -> None:
    """A front end without stdin gets no question."""
    kernel.check("from copilot_nb.kernel.frontend import ask_line")

    asked = wait.format("ask_line('name? ')")
    cell = kernel.run(f"print({asked})", allow_stdin=False)

    assert cell.text.strip() == "None", cell.traceback


def test_question_that_was_interrupted_leaves_the_next_one_alone(kernel: Kernel) -> None:
    """■ withdraws the question; a later `input()` gets its own answer."""
    kernel.check("from copilot_nb.kernel.frontend import ask_line")
    kernel.hold_typing()
    cell = kernel.send("await wait_in_cell(ask_line('one? '))", allow_stdin=True)
    kernel.until(lambda: kernel.replies("input_request"), "the question")
    kernel.interrupt()
    kernel.wait(cell)
    assert cell.ename == "KeyboardInterrupt"
    kernel.check("1")

    kernel.type("two")
    again = kernel.run("input('two? ')", allow_stdin=True)

    assert again.result == "'two'"
