"""Stopping a turn, in each of its phases."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from copilot_nb.errors import TurnAbortedError
from copilot_nb.protocol.permission import approve_once
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import WAIT, Stage, seen, shell

SLOW = Reply(chunks=[f"word{number} " for number in range(400)], delay=0.05)


async def test_abort_while_the_answer_streams(stage: Stage) -> None:
    """What had come stays; the session answers the next prompt."""
    session = await stage.session(SLOW, Reply("Next."))

    turn = await session.start_turn("Go.")
    await seen(turn, "assistant.message_delta")
    await session.abort()
    with pytest.raises(TurnAbortedError) as caught:
        await turn.wait(WAIT)

    assert caught.value.partial.startswith("word0 ")
    assert caught.value.reason == "user_initiated"
    assert turn.transcript.state == "stopped"
    assert (await session.ask("Again.", timeout=WAIT)).text == "Next."


async def test_abort_before_the_first_word(stage: Stage) -> None:
    """The model has not answered yet."""
    session = await stage.session(Reply("Never.", gate=asyncio.Event()))

    turn = await session.start_turn("Go.")
    await seen(turn, "assistant.turn_start")
    await session.abort()

    with pytest.raises(TurnAbortedError):
        await turn.wait(WAIT)


async def test_abort_while_a_command_runs(stage: Stage) -> None:
    """A built-in tool is at work."""
    session = await stage.session(shell("sleep 20"), on_permission_request=lambda _: approve_once())

    turn = await session.start_turn("Go.")
    await seen(turn, "permission.completed")
    await session.abort()

    with pytest.raises(TurnAbortedError):
        await turn.wait(WAIT)


async def test_abort_drops_prompts_that_wait(stage: Stage) -> None:
    """Queued prompts are reported as dropped, not left waiting."""
    session = await stage.session(SLOW, Reply("Alive."))

    first = await session.start_turn("1")
    await seen(first, "assistant.message_delta")
    second = await session.start_turn("2")
    await session.abort()
    with pytest.raises(TurnAbortedError):
        await first.wait(WAIT)
    with pytest.raises(TurnAbortedError) as caught:
        await second.wait(WAIT)

    assert caught.value.reason == "dropped from the queue"
    assert [turn.transcript.state for turn in (first, second)] == ["stopped", "stopped"]
    assert (await session.ask("3", timeout=WAIT)).text == "Alive."


async def test_abort_when_idle_does_nothing(stage: Stage) -> None:
    """Nothing to stop, nothing broken."""
    session = await stage.session(Reply("Here."))

    await session.abort()

    assert (await session.ask("Go.", timeout=WAIT)).text == "Here."


async def test_prompt_beside_an_abort_is_answered_or_dropped(stage: Stage) -> None:
    """Whichever comes first at the runtime, the prompt does not wait for ever."""
    session = await stage.session(SLOW, Reply("Mine."))

    first = await session.start_turn("1")
    await seen(first, "assistant.message_delta")
    aborting = asyncio.create_task(session.abort())  # noqa: TID251 - awaited below
    second = await session.start_turn("2")
    await aborting

    with pytest.raises(TurnAbortedError):
        await first.wait(WAIT)
    with contextlib.suppress(TurnAbortedError):
        await second.wait(WAIT)
    reason = getattr(second.error, "reason", "")
    assert (second.text, reason) in {("Mine.", ""), ("", "dropped from the queue")}
