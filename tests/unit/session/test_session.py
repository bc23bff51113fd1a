"""A session by itself, on a function in place of a runtime: prompts, events, and its life."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from copilot_nb.errors import (
    ConnectionClosedError,
    ProtocolError,
    SessionClosedError,
    TurnTimeoutError,
)
from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.protocol.session import Attachment, MessageOptions
from copilot_nb.session.session import Life
from tests.unit.session.invoked import ANSWER, Invoke, event, play, session_on, settle


async def test_answer_before_the_reply_to_the_prompt_is_kept() -> None:
    """A provider that answers within a millisecond: nothing hangs."""
    session = session_on()

    class Fast(Invoke):
        async def __call__(self, method: str, params: Any, *, timeout: float | None) -> Any:
            if method == "session.send":
                play(session, *ANSWER)
            return await super().__call__(method, params, timeout=timeout)

    session.calls.invoke = Fast()

    message = await session.send_and_wait("?", timeout=1)

    assert message is not None
    assert message.content() == "Hi."


async def test_prompt_is_sent_with_its_session() -> None:
    """Unset fields are not sent; the id of the message comes back."""
    invoke = Invoke()
    session = session_on(invoke)
    image = Attachment(type="blob", data="QUJD", mime_type="image/png")

    first = await session.send("Hello.")
    await session.send(MessageOptions(attachments=[image], display_prompt="A picture"))

    assert first == "p"
    assert invoke.sent("session.send") == [
        {"sessionId": "s", "prompt": "Hello."},
        {
            "sessionId": "s",
            "prompt": "",
            "displayPrompt": "A picture",
            "attachments": [{"type": "blob", "data": "QUJD", "mimeType": "image/png"}],
        },
    ]


async def test_refused_prompt_leaves_nothing_waiting() -> None:
    """The error comes through; no turn stays behind."""
    session = session_on(Invoke(session_send=ConnectionClosedError("gone")))

    with pytest.raises(ConnectionClosedError):
        await session.send("Hello.")

    assert session.turns == ()


async def test_timeout_can_stop_the_turn() -> None:
    """Only when asked for; the runtime then says how it ended."""
    invoke = Invoke()
    session = session_on(invoke)

    with pytest.raises(TurnTimeoutError):
        await session.send_and_wait("?", timeout=0.01, abort_on_timeout=True)
    with pytest.raises(TurnTimeoutError):
        await session.send_and_collect("?", timeout=0.01)

    assert len(invoke.sent("session.abort")) == 1
    assert len(session.turns) == 2


async def test_events_are_told_one_after_another() -> None:
    """An event made during another is told after it, to everybody."""
    session = session_on()
    heard: list[str] = []

    def first(one: SessionEvent) -> None:
        heard.append(f"1 {one.type}")
        if one.type == "session.info":
            session.dispatch_event(event("session.warning"))

    session.on(first)
    session.on(lambda one: heard.append(f"2 {one.type}"))

    play(session, event("session.info"))

    assert heard == ["1 session.info", "2 session.info", "1 session.warning", "2 session.warning"]


async def test_noise_is_left_out_unless_asked_for() -> None:
    """The runtime's internal records repeat the conversation."""
    session = session_on()
    heard: list[str] = []
    registration = session.on(lambda one: heard.append(one.type))

    play(session, event("model.response", kind="response"))
    session.keep_noise = True
    play(session, event("model.response", kind="response"))
    session.off(registration)
    play(session, event("session.info"))

    assert heard == ["model.response"]


@pytest.mark.parametrize("key", ["events", "messages"])
async def test_history_keeps_events_that_we_do_not_know(key: str) -> None:
    """Older servers name the list otherwise."""
    raw = [{"type": "brand.new", "id": "1", "data": 5}, {"type": "session.idle", "id": "2"}]
    session = session_on(Invoke(session_getMessages={key: raw}))

    history = await session.get_messages()

    assert [one.type for one in history] == ["brand.new", "session.idle"]


async def test_history_without_events_is_an_error() -> None:
    """A reply of another shape does not pass for an empty history."""
    with pytest.raises(ProtocolError):
        await session_on(Invoke(session_getMessages={})).get_messages()


async def test_wait_for_idle_raises_what_went_wrong() -> None:
    """After the idle that follows; notices are no failures, sub-agents are not asked."""
    session = session_on(Invoke(session_metadata_activity={"hasActiveWork": True}))
    waiting = asyncio.get_running_loop().create_task(session.wait_for_idle(5))
    await settle()

    play(
        session,
        event("session.error", errorType="notification", message="a notice"),
        parse({"type": "session.idle", "agentId": "a", "data": {}}),
        event("session.error", errorType="query", message="broken"),
    )
    await settle()
    rested = waiting.done()
    play(session, event("session.idle"))

    assert not rested
    with pytest.raises(Exception, match="broken"):
        await waiting


async def test_wait_for_idle_has_a_limit() -> None:
    """The session goes on."""
    session = session_on(Invoke(session_metadata_activity={"hasActiveWork": True}))

    with pytest.raises(TurnTimeoutError, match=r"not idle within 0\.01 s"):
        await session.wait_for_idle(0.01)


async def test_ended_session_says_so() -> None:
    """Every call, after destroy and after the loss of the runtime."""
    destroyed, lost = session_on(), session_on()
    await destroyed.destroy()
    lost.lose(ConnectionClosedError("gone"))
    lost.lose(ConnectionClosedError("again"))

    for call in (destroyed.send("x"), destroyed.abort(), destroyed.get_messages()):
        with pytest.raises(SessionClosedError):
            await call
    with pytest.raises(ConnectionClosedError):
        lost.subscribe()
    assert (destroyed.life, lost.life) == (Life.CLOSED, Life.LOST)
    assert repr(lost) == "<Session s lost>"
    await lost.destroy()
    assert lost.life is Life.CLOSED


async def test_session_is_a_context_manager() -> None:
    """It is destroyed at the end of the block."""
    lives: list[Life] = []
    async with session_on() as session:
        lives.append(session.life)
    lives.append(session.life)

    assert lives == [Life.OPEN, Life.CLOSED]


async def test_error_without_idle_ends_the_turn_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The idle that follows every error may be lost."""
    monkeypatch.setattr("copilot_nb.session.turn.IDLE_AFTER_ERROR", 0.01)
    session = session_on()
    turn = await session.start_turn("Go.")

    play(session, ANSWER[0], event("session.error", errorType="query", message="broken"))

    with pytest.raises(Exception, match="broken"):
        await turn.wait(5)
    assert turn.error is not None
    assert not turn.aborted


async def test_turn_shows_itself() -> None:
    """Short in a console, safe HTML in a notebook."""
    session = session_on()
    turn = await session.start_turn("Say <hi>.")
    waiting = repr(turn)
    changes: list[str] = []
    stop = turn.on_change(lambda transcript: changes.append(transcript.state))

    def broken(_: Any) -> None:
        raise RuntimeError("a view")

    turn.on_change(broken)
    play(session, ANSWER[0])
    running = repr(turn)
    play(session, *ANSWER[1:])
    stop()
    stop()

    assert (waiting, running) == (
        "<Turn 'Say <hi>.' waiting, 0 characters>",
        "<Turn 'Say <hi>.' running, 0 characters>",
    )
    assert repr(turn) == "<Turn 'Say <hi>.' done, 3 characters>"
    assert changes[-1] == "done"
    assert "<hi>" not in turn._repr_html_()
    assert turn.final_text == "Hi."
    assert [one.type async for one in turn.stream()] == [one.type for one in turn.events]


async def test_steering_is_sent_as_such() -> None:
    """Into the turn that runs; the order of the queue is not touched."""
    invoke = Invoke()
    session = session_on(invoke)
    first = await session.start_turn("Go.")

    await session.steer("Smaller.")

    assert [params.get("mode") for params in invoke.sent("session.send")] == [None, "immediate"]
    assert not first.ended


async def test_turn_knows_its_usage() -> None:
    """As the runtime said it."""
    session = session_on()
    turn = await session.start_turn("Go.")
    play(session, ANSWER[0], event("assistant.usage", model="m", inputTokens=7, outputTokens=3))

    assert (turn.usage.input_tokens, turn.usage.output_tokens) == (7, 3)


async def test_prompt_passed_over_while_work_goes_on_is_kept() -> None:
    """It waits in the queue: an idle of another turn is not its end."""
    busy = session_on(Invoke(session_metadata_activity={"hasActiveWork": True}))
    queued = session_on(
        Invoke(session_queue_pendingItems={"items": [{"id": "1", "messageId": "p"}]})
    )
    gone = session_on(Invoke(session_metadata_activity=ConnectionClosedError("gone")))
    turns = [await session.start_turn("Go.") for session in (busy, queued, gone)]

    for session in (busy, queued, gone):
        play(session, event("session.idle"))
    await settle()

    assert [turn.ended for turn in turns] == [False, False, False]
