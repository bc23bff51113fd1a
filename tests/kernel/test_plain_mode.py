"""Plain mode: buttons of ordinary widgets where the page has them, the keyboard where not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.kernel.driver import Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(120)]

IMPORT = """
from tests.kernel import plain_turn
from copilot_nb.notebook.asking import forget_buttons
forget_buttons()
"""


def opened(kernel: Kernel, model: str) -> list[dict[str, Any]]:
    """The widgets of that model that were made: id and state."""
    opens = [m["content"] for m in kernel.messages if m["msg_type"] == "comm_open"]
    states = [(c["comm_id"], c["data"].get("state", {})) for c in opens]
    return [{"id": name, **state} for name, state in states if state.get("_model_name") == model]


def follow_link(kernel: Kernel) -> None:
    """Do what a page does that runs ordinary widgets: set what a link between two of them says."""
    kernel.until(lambda: opened(kernel, "DirectionalLinkModel"), "the link")
    target = opened(kernel, "DirectionalLinkModel")[-1]["target"][0].removeprefix("IPY_MODEL_")
    fill(kernel, target, "ready")


def fill(kernel: Kernel, model: str, value: object) -> None:
    """Set a widget's value, as its page does."""
    kernel.until_idle(kernel.comm(model, {"method": "update", "state": {"value": value}}))


def press(kernel: Kernel, words: str) -> None:
    """Press a button as a person does: not as soon as it appears."""
    model = kernel.until_shown(words)
    kernel.pause(0.4)
    kernel.comm(model, {"method": "custom", "content": {"event": "click"}})


def test_a_button_answers(kernel: Kernel) -> None:
    """The page shows that it can; nothing is asked on the keyboard, and no widget stays."""
    kernel.check(IMPORT)
    cell = kernel.send("await wait_in_cell(plain_turn.command())", allow_stdin=True)

    follow_link(kernel)
    press(kernel, "Allow once")
    kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert cell.text == "Allowed once by you\n"
    assert not kernel.replies("input_request")
    shown = [content["data"] for content in cell.contents("display_data")]
    assert any("application/vnd.jupyter.widget-view+json" in data for data in shown)
    closed = {m["content"]["comm_id"] for m in kernel.messages if m["msg_type"] == "comm_close"}
    assert {button["id"] for button in opened(kernel, "ButtonModel")} <= closed
    last = cell.contents("update_display_data")[-1]
    assert "application/vnd.jupyter.widget-view+json" not in last["data"]


def test_fields_are_filled_in_while_more_is_asked(kernel: Kernel) -> None:
    """Each request has its panel; what does not fit is said and not sent."""
    kernel.check(IMPORT)
    cell = kernel.send("await wait_in_cell(plain_turn.form())", allow_stdin=True)
    follow_link(kernel)
    name, age = kernel.until_shown("Name *"), kernel.until_shown("Age")
    fill(kernel, age, "old")
    send = kernel.until_shown("Send")
    kernel.pause(0.4)

    kernel.comm(send, {"method": "custom", "content": {"event": "click"}})
    fill(kernel, name, "Ada")
    kernel.comm(send, {"method": "custom", "content": {"event": "click"}})
    fill(kernel, age, "36")
    kernel.comm(send, {"method": "custom", "content": {"event": "click"}})
    kernel.until_written(cell, "accept")
    press(kernel, "Deny")
    kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert "{'name': 'Ada', 'age': 36, 'news': False}" in cell.text
    assert "Denied by you" in cell.text
    updates = [m["content"]["data"].get("state", {}) for m in kernel.replies("comm_msg")]
    problems = [str(state["value"]) for state in updates if ": " in str(state.get("value"))]
    assert problems == ["Name: a value is needed", "Age: a number is needed"]


def test_the_keyboard_answers_where_there_are_no_widgets(kernel: Kernel) -> None:
    """The page is given a moment; what it cannot is remembered for the next turn."""
    kernel.check(IMPORT)
    for _ in range(2):
        kernel.type("y")

        cell = kernel.run("await wait_in_cell(plain_turn.command())", allow_stdin=True)

        assert cell.status == "ok", cell.traceback
        assert cell.text == "Allowed once by you\n"
    assert len(opened(kernel, "DirectionalLinkModel")) == 1
