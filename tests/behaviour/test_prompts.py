"""Prompts and their answers: each gets its own, however many wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import SessionError, TurnTimeoutError, UsageError
from copilot_nb.protocol.events import AssistantMessage, SessionEvent, UserMessage
from copilot_nb.session.subscription import Lagged
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import WAIT, Stage, types

if TYPE_CHECKING:
    from copilot_nb.session.subscription import EventSubscription


def content(event: SessionEvent | None) -> str | None:
    """The text of an answer's event."""
    return None if event is None else event.content()


async def until_idle(events: EventSubscription) -> list[SessionEvent]:
    """All events up to the next rest."""
    found: list[SessionEvent] = []
    async for event in events:
        assert isinstance(event, SessionEvent)
        found.append(event)
        if event.is_session_idle:
            break
    return found


async def test_seed_example_prints_the_answer(stage: Stage) -> None:
    """Create, subscribe, send, loop until idle, stop: the seed's first example."""
    session = await stage.session(Reply("Four."))
    events = session.subscribe()

    await session.send("What is 2 + 2?")
    printed = [e.content() for e in await until_idle(events) if e.is_assistant_message]

    assert printed == ["Four."]
    assert await stage.client.stop() == []


async def test_answer_comes_in_pieces_in_order(stage: Stage) -> None:
    """Deltas join to the message, between the prompt and the rest."""
    session = await stage.session(Reply("One two three four."))

    turn = await session.ask("Count.", timeout=WAIT)

    pieces = [e.content() for e in turn.events if e.is_assistant_message_delta]
    assert "".join(filter(None, pieces)) == "One two three four."
    assert len(pieces) == 4
    kinds = types(turn.events)
    assert kinds[0] == "user.message"
    assert kinds[-1] == "assistant.idle"
    assert turn.text == "One two three four."
    assert turn.transcript.text == turn.text
    assert turn.transcript.state == "done"


async def test_fast_answer_is_not_missed(stage: Stage) -> None:
    """`send_and_wait` returns although the turn ends at once."""
    session = await stage.session()

    for number in range(5):
        stage.model.script.append(Reply(f"Answer {number}."))
        message = await session.send_and_wait("Quick.", timeout=WAIT)
        assert content(message) == f"Answer {number}."


async def test_concurrent_prompts_get_their_own_answers(stage: Stage) -> None:
    """Two waits at once: the first returns before the second's turn ends."""
    gate = asyncio.Event()
    session = await stage.session(Reply("First."), Reply("Second.", gate=gate))

    first, second = await session.start_turn("1"), await session.start_turn("2")
    await first.wait(WAIT)
    second_was_done = second.ended
    gate.set()
    await second.wait(WAIT)

    assert (first.text, second_was_done, second.text) == ("First.", False, "Second.")
    assert [turn.transcript.state for turn in (first, second)] == ["done", "done"]


async def test_concurrent_waits_get_their_own_answers(stage: Stage) -> None:
    """The seed's method, twice at once, in the order of the calls."""
    session = await stage.session(Reply("First."), Reply("Second."))

    messages = await asyncio.gather(
        session.send_and_wait("1", timeout=WAIT), session.send_and_wait("2", timeout=WAIT)
    )

    assert [content(message) for message in messages] == ["First.", "Second."]


async def test_collected_text_is_not_doubled(stage: Stage) -> None:
    """Pieces and the whole message are one text; messages around tools are joined."""
    session = await stage.session(
        Reply("Let me look.", tools=[("nothing_like_this", {})]), Reply("Done.")
    )

    text = await session.send_and_collect("Go.", timeout=WAIT)
    stage.model.script.append(Reply("Only this."))
    final = await session.send_and_collect("Again.", timeout=WAIT, final_only=True)

    assert text == "Let me look.\n\nDone."
    assert final == "Only this."


async def test_broken_stream_leaves_no_half(stage: Stage) -> None:
    """A stream that breaks off is tried again; what it had sent is void."""
    session = await stage.session(
        Reply(chunks=["Half ", "of ", "it "], drop_after=2), Reply("The whole.")
    )

    assert await session.send_and_collect("Go.", timeout=WAIT) == "The whole."


async def test_length_limit_keeps_the_first_half(stage: Stage) -> None:
    """An answer cut by the length limit stands; the continuation follows."""
    session = await stage.session(Reply("First half", finish="length"), Reply("second half."))

    assert await session.send_and_collect("Go.", timeout=WAIT) == "First half\n\nsecond half."


async def test_error_belongs_to_its_prompt_alone(stage: Stage) -> None:
    """After a failed prompt the next one, sent at once, gets its own answer."""
    session = await stage.session(
        Reply(status=400, body={"error": {"message": "context too long"}}), Reply("Fine.")
    )

    with pytest.raises(SessionError) as caught:
        await session.send_and_wait("Too long.", timeout=WAIT)
    message = await session.send_and_wait("Short.", timeout=WAIT)

    assert "context too long" in caught.value.message
    assert caught.value.status_code == 400
    assert content(message) == "Fine."


async def test_timeout_leaves_the_turn_running(stage: Stage) -> None:
    """Running out of time ends the wait, not the turn."""
    gate = asyncio.Event()
    session = await stage.session(Reply("Late.", gate=gate))

    with pytest.raises(TurnTimeoutError):
        await session.send_and_wait("Go.", timeout=0.3)
    gate.set()

    assert content(await session.wait_for_idle(WAIT)) == "Late."


async def test_wait_for_idle_returns_at_once_when_nothing_runs(stage: Stage) -> None:
    """The last answer, without waiting for another idle."""
    session = await stage.session(Reply("Here."))
    await session.send_and_wait("Go.", timeout=WAIT)

    async with asyncio.timeout(2):
        message = await session.wait_for_idle()

    assert content(message) == "Here."


async def test_logged_error_does_not_fail_a_turn(stage: Stage) -> None:
    """`session.log` writes an error event that is only a notice."""
    gate = asyncio.Event()
    session = await stage.session(Reply("Fine.", gate=gate))

    turn = await session.start_turn("Go.")
    await session.rpc.log(message="look here", level="error")
    gate.set()

    assert (await turn.wait(WAIT)).text == "Fine."


async def test_stream_ends_with_the_turn(stage: Stage) -> None:
    """`ask_stream` gives the turn's events and then ends."""
    session = await stage.session(Reply("Hi there."))

    kinds = [event.type async for event in session.ask_stream("Hello.")]

    assert kinds[0] == "user.message"
    assert kinds[-1] == "assistant.idle"
    assert "assistant.message" in kinds


async def test_history_has_the_ids_of_the_live_events(stage: Stage) -> None:
    """Durable events are stored with the ids they came with."""
    session = await stage.session(Reply("Stored."))
    turn = await session.ask("Go.", timeout=WAIT)

    history = await session.get_messages()

    wanted = {"user.message", "assistant.message", "assistant.turn_end"}
    live = [event.id for event in turn.events if event.type in wanted]
    assert [event.id for event in history if event.type in wanted] == live
    told = [type(event.data) for event in history if event.type.endswith(".message")]
    assert UserMessage in told
    assert AssistantMessage in told


async def test_blank_prompt_is_refused_here(stage: Stage) -> None:
    """The runtime would take it; it cannot mean anything."""
    session = await stage.session()

    with pytest.raises(UsageError):
        await session.send("  \n")

    assert stage.model.requests == []


async def test_code_blocks_of_the_answer(stage: Stage) -> None:
    """Fenced code is found with its language."""
    session = await stage.session(
        Reply("See:\n\n```python\nx = 1\n```\n\nand\n\n~~~\nplain\n~~~\n")
    )

    turn = await session.ask("Code?", timeout=WAIT)

    assert [(block.language, block.code) for block in turn.code_blocks] == [
        ("python", "x = 1"),
        ("", "plain"),
    ]


async def test_slow_subscriber_holds_nobody_up(stage: Stage) -> None:
    """Three thousand pieces: the reader goes on, memory is bounded, and the end arrives."""
    session = await stage.session(Reply(chunks=[f"{number} " for number in range(3000)]))
    slow = session.subscribe(capacity=100)

    turn = await session.ask("Count.", timeout=30)
    message = await session.wait_for_idle(WAIT)
    await session.destroy()
    received = [item async for item in slow]

    lost = sum(item.count for item in received if isinstance(item, Lagged))
    kinds = [item.type for item in received if isinstance(item, SessionEvent)]
    assert len(received) <= 101
    assert lost > 2000
    assert {"user.message", "assistant.message", "session.idle"} <= set(kinds)
    assert turn.text.endswith("2999 ")
    assert content(message) == turn.text
