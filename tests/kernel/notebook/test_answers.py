"""Answers that go further than yes and no, on the real CLI: rules, plans, words into a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.reply import Reply
from tests.kernel.notebook.conftest import plain

if TYPE_CHECKING:
    from tests.kernel.notebook.conftest import Notebook

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(120)]

COMMAND = Reply(tools=[("bash", {"command": "touch y.txt", "description": "make it"})])
PLAN = Reply(tools=[("exit_plan_mode", {"summary": "I will tidy up."})])
RULES = "from copilot_nb.notebook.current import conversation\nrules = conversation().rules\n"


def test_allowed_here_always_outlives_the_conversation(notebook: Notebook) -> None:
    """The next one is not asked, and its output names the rule; revoked, it is asked again."""
    notebook.script(COMMAND, Reply("One."), COMMAND, Reply("Two."), COMMAND, Reply("Three."))
    first = notebook.ask("%%copilot\nWrite it.")
    notebook.page.answer(notebook.page.until_asked(), choice="allow_always")
    notebook.kernel.wait(first)

    again = notebook.turn("%%copilot --new\nAgain.")
    notebook.kernel.check(RULES + "rules.revoke(1)")
    asked = notebook.ask("%%copilot\nOnce more.")
    notebook.page.answer(notebook.page.until_asked(), choice="deny")
    notebook.kernel.wait(asked)

    assert "Allowed here always by you" in plain(first)
    assert "by rule 1 (allow run `touch y.txt`)" in plain(again)
    assert "Denied by you" in plain(asked)


def test_a_denied_tool_is_stopped_before_it_runs(notebook: Notebook) -> None:
    """Also one that would not ask."""
    notebook.kernel.check(RULES + "_ = rules.add('tool', 'deny', 'list_variables')")
    notebook.script(Reply(tools=[("list_variables", {})]), Reply("Then not."))

    notebook.turn("%%copilot\nLook.")

    assert "use list_variables" in str(notebook.model.requests[-1]["messages"][-1])


def test_an_edited_plan_is_what_the_agent_follows(notebook: Notebook) -> None:
    """It is written down, approved, and told; the turn goes on."""
    notebook.kernel.check("%copilot mode plan")
    notebook.script(PLAN, Reply("Less, then."))
    cell = notebook.ask("%%copilot\nPlan.")

    request = notebook.page.until_asked("plan")
    notebook.page.answer(request, choice="interactive", plan="1. Less.")
    notebook.kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert "Approved, edited (you)" in plain(cell)
    assert "Less, then." in plain(cell)
    told = str(notebook.model.requests[-1]["messages"])
    assert "Follow it as it reads now" in told
    assert "1. Less." in told


def test_words_into_and_behind_a_turn(notebook: Notebook) -> None:
    """The first joins it, the second is answered below, in the same output."""
    notebook.script(COMMAND, Reply("Both."), Reply("And this."))
    cell = notebook.ask("%%copilot\nWrite it.")
    request = notebook.page.until_asked()

    for text, mode in (("Mind the gap", "steer"), ("What next", "queue")):
        notebook.page.say({"k": "act", "a": "say", "v": {"text": text, "mode": mode}})
    notebook.kernel.pause(0.5)
    notebook.page.answer(request, choice="deny")
    notebook.kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    shown = plain(cell)
    assert "You added: Mind the gap" in shown
    assert shown.index("Both.") < shown.index("You said: What next") < shown.index("And this.")
