"""Taking back what turns changed, from the page and from the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.getipython import get_ipython

from copilot_nb.errors import UsageError
from copilot_nb.magics.commands.promote import promote
from copilot_nb.magics.commands.undo import diff, undo
from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk


def run(code: str) -> Reply:
    """The model wants to run that."""
    return Reply(tools=[("run_code", {"code": code})])


def allow(transcript: Transcript, callbacks: Callbacks) -> None:
    """Say yes to everything."""
    for request in transcript.open_requests:
        callbacks.answer(request.id, {"choice": "allow_once"})


def names() -> dict[str, Any]:
    """The notebook's names."""
    shell: Any = get_ipython()
    found: dict[str, Any] = shell.user_ns
    return found


async def test_a_click_takes_a_call_back(talk: Talk) -> None:
    """While the turn runs; its card says so, and a line tells what came back."""
    names()["xs"] = [1]
    clicked: list[str] = []

    def click(transcript: Transcript, callbacks: Callbacks) -> None:
        allow(transcript, callbacks)
        for block in transcript.tools:
            if block.undo == "offered" and block.id not in clicked:
                clicked.append(block.id)
                callbacks.act("undo", {"tool_call_id": block.id})

    talk.watcher = click
    talk.fake.script = [run("xs.append(2); made = 1"), Reply("Done.")]

    turn = await talk.conversation.run("Change it.")

    assert names()["xs"] == [1]
    assert turn.transcript.tools[0].undo == "done"
    assert "Taken back: `xs` is back: 1 item; `made` is gone again'" in str(turn.transcript.blocks)


async def test_the_line_takes_back_the_last_run_or_the_turn(talk: Talk) -> None:
    """Newest first, each named; what is undone is marked in the difference."""
    names()["n"] = 0
    talk.watcher = allow
    await talk.conversation.run("Hello.")
    talk.fake.script = [run("n = 1"), run("n = 2\nm = 1"), run("n += 1"), Reply("Done.")]
    await talk.conversation.run("Count.")

    told = str(await undo.function(talk.conversation))

    assert told.splitlines() == ["Taking back `n += 1` of turn 2:", "`n` is back."]
    assert (names()["n"], names()["m"]) == (2, 1)
    assert str(await diff.function(talk.conversation)).splitlines() == [
        "`n` changed",
        "`n` changed",
        "new `m` (int)",
        "`n` changed (undone)",
    ]
    assert str(await undo.function(talk.conversation, turn=True)).splitlines() == [
        "Taking back `n = 2 …` of turn 2:",
        "`n` is back.",
        "`m` is gone again.",
        "Taking back `n = 1` of turn 2:",
        "`n` is back.",
    ]
    assert names()["n"] == 0
    assert "m" not in names()


async def test_nothing_to_undo_is_said(talk: Talk) -> None:
    """Before any turn, and after one that only talked."""
    assert str(await undo.function(talk.conversation)) == "There is nothing to undo."
    assert str(await diff.function(talk.conversation)) == (
        "The last turn changed no variables and no files."
    )

    await talk.conversation.run("Hello")

    assert str(await undo.function(talk.conversation, turn=True)) == "There is nothing to undo."


async def test_limits_come_from_the_settings(talk: Talk) -> None:
    """Each turn takes them as they are set then."""
    talk.environ |= {"COPILOT_NB_CODE_TIMEOUT": "7", "COPILOT_NB_UNDO_MEGABYTES": "3"}

    await talk.conversation.run("Hello")

    shell = talk.conversation.link.shell
    assert (shell.code_seconds, shell.journal.megabytes) == (7, 3)


async def test_a_trials_value_is_taken_over_by_name(talk: Talk) -> None:
    """Under its own name or another one; what was not made is refused with what was."""
    names()["n"] = 1
    talk.watcher = allow
    trial = {"code": "n = 2\nmade = n * 2"}
    talk.fake.script = [Reply(tools=[("run_scratch", trial)]), Reply("Done.")]
    await talk.conversation.run("Try it.")

    promote.function(talk.conversation, "made")
    told = promote.function(talk.conversation, "n", to="tried")

    assert (names()["n"], names()["made"], names()["tried"]) == (1, 4, 2)
    assert str(told) == "tried is in the notebook now."
    with pytest.raises(UsageError, match="has not made 'other'"):
        promote.function(talk.conversation, "other")
    with pytest.raises(UsageError, match="cannot be a name"):
        promote.function(talk.conversation, "n", to="1 x")
