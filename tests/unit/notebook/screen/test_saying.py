"""What a person says while a turn runs, and where its answer is drawn."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

import pytest

from copilot_nb.errors import ShownError, UsageError
from copilot_nb.notebook.acts import ACTS
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import NoticeBlock, TextBlock, Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk


def saying(text: str, mode: str, said: Callable[[], object]) -> Callable[[Any, Callbacks], None]:
    """Somebody who says that once, and calls back."""
    done: list[str] = []

    def watch(_transcript: Transcript, callbacks: Callbacks) -> None:
        if not done:
            done.append(text)
            callbacks.act("say", {"text": text, "mode": mode})
            asyncio.get_running_loop().call_later(0.05, said)

    return watch


async def spoken(talk: Talk, mode: Literal["steer", "queue"]) -> Transcript:
    """The last drawing of a turn into which something was said."""
    drawn: list[Transcript] = []
    gate = asyncio.Event()
    say = saying("And two", mode, gate.set)

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        drawn.append(transcript)
        if talk.fake.requests:
            say(transcript, callbacks)

    talk.watcher = watch
    talk.fake.script = [Reply("First.", gate=gate), Reply("Second.")]
    await talk.conversation.run("One")
    return drawn[-1]


def read(transcript: Transcript) -> list[str]:
    """Answers and notices, in order."""
    return [block.text for block in transcript.blocks if isinstance(block, TextBlock | NoticeBlock)]


async def test_steering_is_part_of_the_turn(talk: Talk) -> None:
    """It is said in the turn, and answered there."""
    drawn = await spoken(talk, "steer")

    assert read(drawn) == ["First.", "You added: And two", "Second."]
    (sent,) = [p for p in talk.called("session.send") if p["prompt"] == "And two"]
    assert sent["mode"] == "immediate"
    assert len(talk.conversation.history) == 1


async def test_what_waits_behind_the_turn_is_drawn_below(talk: Talk) -> None:
    """In the same output, as a turn of its own."""
    drawn = await spoken(talk, "queue")

    assert (drawn.prompt, drawn.state) == ("One", "done")
    assert read(drawn) == ["First.", "You said: And two", "Second."]
    assert drawn.usage.requests == 2
    assert talk.conversation.last is not None
    assert talk.conversation.last.text == "Second."
    assert len(talk.conversation.history) == 2


async def test_nothing_runs_behind_a_failure(talk: Talk) -> None:
    """Nobody would see it."""
    gate = asyncio.Event()
    talk.watcher = saying("And two", "queue", gate.set)
    talk.fake.script = [Reply(status=400, gate=gate), Reply("Second.")]

    with pytest.raises(ShownError):
        await talk.conversation.run("One")
    await talk.conversation.run("Three")

    assert "Second." not in talk.told


async def test_nothing_is_said_to_nobody(talk: Talk) -> None:
    """Between turns a prompt is asked with `%%copilot`."""
    with pytest.raises(UsageError, match="No turn runs here"):
        await talk.conversation.say("Hello")


async def test_what_cannot_be_said_is_told_in_the_turn(talk: Talk) -> None:
    """A click has no cell in which an error could be shown."""
    session = await talk.conversation.session()
    said: list[str] = []
    session.on(lambda event: said.append(event.type))

    await ACTS["say"](talk.conversation, None, {"text": "Hello"})  # type: ignore[arg-type]  # unused

    assert said == ["local.notice"]


async def test_what_is_said_is_written_down(talk: Talk, running_shell: Any) -> None:
    """With what it refers to, in the turn into which it is said."""
    running_shell.user_ns["sizes"] = [1, 2]
    gate = asyncio.Event()
    say = saying("And @sizes", "steer", gate.set)

    def watch(drawn: Transcript, callbacks: Callbacks) -> None:
        if talk.fake.requests:
            say(drawn, callbacks)

    talk.watcher = watch
    talk.fake.script = [Reply("First.", gate=gate), Reply("Second.")]

    await talk.conversation.run("One")

    assert talk.conversation.ledger.last is not None
    kinds = [(item.kind, item.name) for item in talk.conversation.ledger.last.items]
    assert kinds[-2:] == [("prompt", "steer"), ("reference", "sizes")]


async def test_nothing_is_said_into_a_turn_that_has_ended(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the gate asked about it: the answer would run where nobody sees it."""
    asked, answered = asyncio.Event(), asyncio.Event()
    gate = asyncio.Event()
    real = talk.conversation.gate.prompt
    spoke: list[asyncio.Task[None]] = []

    async def slow(session: Any, composed: Any) -> Any:
        if composed.prompt == "And two":
            asked.set()
            await answered.wait()
        return await real(session, composed)

    async def speak() -> None:
        with pytest.raises(UsageError, match="has ended"):
            await talk.conversation.say("And two")

    def watch(_transcript: Transcript, _callbacks: Callbacks) -> None:
        if talk.fake.requests and not spoke:
            spoke.append(tasks.create_task(speak()))

    monkeypatch.setattr(talk.conversation.gate, "prompt", slow)
    talk.watcher = watch
    talk.fake.script = [Reply("First.", gate=gate)]
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        turn = tasks.create_task(talk.conversation.run("One"))
        await asked.wait()
        gate.set()
        await turn
        answered.set()

    assert len(talk.fake.requests) == 1
