"""What a person does in a turn's view besides answering, as the conversation takes it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.acts import ACTS
from copilot_nb.notebook.screen.screen import Screen
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.whole import whole_output
from copilot_nb.views.view import Callbacks

if TYPE_CHECKING:
    import pytest

    from copilot_nb.transcript.blocks import Transcript
    from tests.unit.notebook.conftest import Talk


async def test_an_act_runs_while_the_turn_does(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from any thread; after the turn, or unknown, it is passed over."""
    done = asyncio.Event()
    seen: list[Any] = []
    callbacks: list[Callbacks] = []

    async def note(_conversation: object, _screen: object, value: object) -> None:
        seen.append(value)
        done.set()

    def answer(_request: dict[str, Any]) -> Reply:
        callbacks[0].act("unknown", {})
        threading.Thread(target=callbacks[0].act, args=("note", {"x": 1})).start()
        return Reply("Done.", gate=done)

    monkeypatch.setitem(ACTS, "note", note)
    talk.watcher = lambda _transcript, given: callbacks.append(given)
    talk.fake.script = [answer]

    await talk.conversation.run("Go")
    callbacks[0].act("note", {"x": 2})
    await asyncio.sleep(0)

    assert seen == [{"x": 1}]


async def test_more_is_for_every_turn_of_the_notebook(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was queued stands below the first, in the same output; both have buttons."""
    sent: list[str] = []
    monkeypatch.setattr(Screen, "whole", lambda _self, name, _text: sent.append(name))
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [Reply(tools=[("list_variables", {})]), Reply("Done.")]
    first = await talk.conversation.run("Go")
    await talk.conversation.run("Go on")

    screen = talk.conversation.new_screen(Callbacks(lambda *_: None, lambda: None))
    await ACTS["more"](talk.conversation, screen, {"id": first.tool_calls[0].id})

    assert sent == [first.tool_calls[0].id]
    assert first.output_of("nobody") == ""


async def test_more_sends_the_whole_output(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a call of the turn; anything else has no output."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(Screen, "whole", lambda _self, name, text: sent.append((name, text)))
    asked: list[str] = []

    def look(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.tools:
            if block.output and block.id not in asked:
                asked.append(block.id)
                callbacks.act("more", {"id": block.id})
                callbacks.act("more", {"id": "nobody"})

    talk.watcher = look
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [Reply(tools=[("list_variables", {})]), Reply("Done.")]

    turn = await talk.conversation.run("Go")

    assert asked == [turn.tool_calls[0].id]
    assert sent == [(asked[0], whole_output(turn.events, asked[0]))]
