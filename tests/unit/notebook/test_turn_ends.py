"""How a turn of a cell ends before its answer does, and what is left of it then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from IPython.core.getipython import get_ipython

from copilot_nb.errors import ShownError, TurnTimeoutError
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.toolbox import ToolSwitches
from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from tests.unit.notebook.conftest import Talk


@pytest.mark.parametrize("begun", [True, False])
async def test_cancelling_stops_the_turn_in_the_runtime(talk: Talk, *, begun: bool) -> None:
    """■ cancels the task, even when the prompt is only on its way; the session goes on."""
    asked = talk.never_answers()
    running = asyncio.get_running_loop().create_task(talk.conversation.run("Wait"))
    if begun:
        await asked.wait()
    else:
        while not talk.called("session.send"):  # noqa: ASYNC110 - one step of the loop each
            await asyncio.sleep(0)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert len(talk.called("session.abort")) == 1
    talk.fake.script = []  # the model may not have been asked yet
    assert (await talk.conversation.run("Go on")).text == "Hello from the scripted model."


async def test_a_time_limit_stops_the_turn(talk: Talk) -> None:
    """The runtime hears of it; the error says how long was waited."""
    talk.never_answers()

    with pytest.raises(TurnTimeoutError, match=r"0\.05 s"):
        await talk.conversation.run("Wait", AskOptions(timeout=0.05))

    assert len(talk.called("session.abort")) == 1
    assert talk.conversation.last is not None
    assert talk.conversation.last.transcript.state == "stopped"


async def test_out_binds_the_turn_of_a_failure_too(talk: Talk) -> None:
    """What came until then can be looked at."""
    talk.fake.script = [Reply(status=400, body={"error": {"message": "context too long"}})]
    shell = get_ipython()
    assert shell is not None

    with pytest.raises(ShownError) as caught:
        await talk.conversation.run("Fail", AskOptions(out="answer"))

    assert shell.user_ns["answer"] is talk.conversation.last
    (line,) = caught.value._render_traceback_()
    assert line.startswith("The turn failed: ")
    assert "context too long" in line


async def test_a_fault_of_ours_leaves_no_view_open(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its traceback is the cell's; the drawing above it has ended, and the next turn can begin."""
    monkeypatch.setattr(talk.conversation.toolbox, "apply", None)

    with pytest.raises(TypeError):
        await talk.conversation.run("Hi.")

    assert "(an empty turn)" in capsys.readouterr().out  # the first one said that it still runs
    monkeypatch.setattr(talk.conversation, "toolbox", ToolSwitches(talk.conversation))
    assert (await talk.conversation.run("Go on")).error is None
