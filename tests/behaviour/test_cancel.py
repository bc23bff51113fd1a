"""A cancelled `ask` stops what it began, and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import TurnAbortedError
from copilot_nb.protocol.permission import approve_once
from copilot_nb.protocol.session import MessageOptions
from copilot_nb.session.pending import Answer
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import WAIT, Stage, eventually, next_request, seen, shell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from typing import Any

    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn

SLOW = Reply(chunks=[f"word{number} " for number in range(400)], delay=0.05)


@asynccontextmanager
async def task_of(work: Coroutine[Any, Any, Any]) -> AsyncIterator[asyncio.Task[Any]]:
    """It runs beside the block; cancelled at its end."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=WAIT)


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel it, and see that it is."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(WAIT):
            await task


async def turn_that(session: Session, prompt: str) -> Turn:
    """The turn of that prompt, once the runtime has it."""
    await eventually(lambda: [t for t in session.turns if t.prompt == prompt and t.message_id])
    return next(turn for turn in session.turns if turn.prompt == prompt)


async def rests(session: Session) -> bool:
    """Whether nothing runs or waits, here and in the runtime."""
    activity = await session.rpc.metadata.activity()
    return session.turns == () and not activity["hasActiveWork"]


async def test_what_streams_is_stopped(stage: Stage) -> None:
    """The turn has ended when the task has; the session answers the next prompt."""
    session = await stage.session(SLOW, Reply("Next."))

    async with task_of(session.ask("Go.")) as asking:
        turn = await turn_that(session, "Go.")
        await seen(turn, "assistant.message_delta")
        await cancelled(asking)

    assert turn.aborted
    assert turn.text.startswith("word0 ")
    assert await rests(session)
    assert (await session.ask("Again.", timeout=WAIT)).text == "Next."


async def test_a_limit_around_it_stops_it(stage: Stage) -> None:
    """`asyncio.timeout` cancels; its error is what comes out."""
    session = await stage.session(Reply("Never.", gate=asyncio.Event()), Reply("Next."))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await session.ask("Go.")

    assert await rests(session)
    assert (await session.ask("Again.", timeout=WAIT)).text == "Next."


async def test_a_command_is_stopped(stage: Stage) -> None:
    """A built-in tool is at work."""
    session = await stage.session(shell("sleep 20"), on_permission_request=lambda _: approve_once())

    async with task_of(session.ask("Go.")) as asking:
        turn = await turn_that(session, "Go.")
        await seen(turn, "permission.completed")
        await cancelled(asking)

    assert turn.aborted
    assert await rests(session)


async def test_an_open_request_is_withdrawn(stage: Stage) -> None:
    """Nobody needs to answer it any more."""
    session = await stage.session(shell())
    session.pending.attended = True

    async with task_of(session.ask("Go.")) as asking:
        await next_request(session)
        await cancelled(asking)
    await eventually(lambda: not session.pending.open)

    assert await rests(session)


async def test_a_prompt_on_its_way_is_stopped(stage: Stage) -> None:
    """Cancelled before the runtime has given it an id."""
    session = await stage.session(default := Reply("Never.", gate=asyncio.Event()))
    stage.model.default = default

    async with task_of(session.ask("Go.")) as asking:
        await eventually(lambda: session.turns)
        await cancelled(asking)

    assert await rests(session)


async def test_a_stream_is_stopped(stage: Stage) -> None:
    """`ask_stream` as `ask`, while it waits for an event."""
    session = await stage.session(SLOW)
    pieces = asyncio.Event()

    async def listen() -> None:
        async for event in session.ask_stream("Go."):
            if event.type == "assistant.message_delta":
                pieces.set()

    async with task_of(listen()) as listening, asyncio.timeout(WAIT):
        await pieces.wait()
        await cancelled(listening)

    assert await rests(session)


async def test_prompts_behind_it_go_on(stage: Stage) -> None:
    """The runtime goes on with its queue, also with what is sent in the same moment."""
    session = await stage.session(SLOW)
    stage.model.default = Reply("Fine.")

    async with task_of(session.ask("1")) as first:
        await seen(await turn_that(session, "1"), "assistant.message_delta")
        second = await session.start_turn("2")
        first.cancel()
        third = await session.start_turn("3")
        await cancelled(first)

    assert (await second.wait(WAIT)).text == "Fine."
    assert (await third.wait(WAIT)).text == "Fine."


async def test_a_prompt_sent_beside_the_stop_is_answered(stage: Stage) -> None:
    """Nothing waits when the stop begins: what comes then is not dropped with it."""
    session = await stage.session(SLOW)
    stage.model.default = Reply("Mine.")

    async with task_of(session.ask("1")) as first:
        await seen(await turn_that(session, "1"), "assistant.message_delta")
        first.cancel()
        await asyncio.sleep(0)
        second = await session.start_turn("2")
        await cancelled(first)

    assert (await second.wait(WAIT)).text == "Mine."


async def test_a_prompt_that_waits_is_taken_out(stage: Stage) -> None:
    """What runs goes on; the model never hears of the other one."""
    gate = asyncio.Event()
    session = await stage.session(Reply("One.", gate=gate))
    first = await session.start_turn("1")
    await seen(first, "assistant.turn_start")

    async with task_of(session.ask("2, in vain")) as second:
        waiting = await turn_that(session, "2, in vain")
        await cancelled(second)
    gate.set()
    await first.wait(WAIT)
    await session.wait_for_idle(WAIT)

    assert first.text == "One."
    assert isinstance(waiting.error, TurnAbortedError)
    assert "2, in vain" not in str(stage.model.requests)


async def test_a_prompt_that_was_edited_is_taken_out_too(stage: Stage) -> None:
    """It is found by its id, whatever it says by now."""
    gate = asyncio.Event()
    session = await stage.session(Reply("One.", gate=gate))
    first = await session.start_turn("1")
    await seen(first, "assistant.turn_start")

    async with task_of(session.ask("2")) as second:
        await turn_that(session, "2")
        (item,) = await session.queue.items()
        await session.queue.edit(item.id, "two")
        await cancelled(second)
    left = await session.queue.items()
    gate.set()
    await first.wait(WAIT)

    assert left == []


async def test_a_turn_that_somebody_steers_goes_on(stage: Stage) -> None:
    """It is theirs too; without them it is stopped."""
    gate = asyncio.Event()
    session = await stage.session(shell(), Reply("Adjusted.", gate=gate))
    session.pending.attended = True

    async with task_of(session.ask("Go.")) as asking:
        request = await next_request(session)
        steered = await session.steer("The small one.")
        session.pending.answer(request.id, Answer.decision(approve_once()))
        await seen(steered, "user.message")
        await cancelled(asking)
    gate.set()

    assert (await steered.wait(WAIT)).text.startswith("Adjusted.")


async def test_a_turn_that_all_have_left_is_stopped(stage: Stage) -> None:
    """Who asked, and who steered."""
    session = await stage.session(shell(), Reply("Never.", gate=asyncio.Event()))
    session.pending.attended = True
    remark = MessageOptions(prompt="The small one.", mode="immediate")

    async with task_of(session.ask("Go.")) as asking, task_of(session.ask(remark)) as steering:
        request = await next_request(session)
        steered = await turn_that(session, remark.prompt)
        session.pending.answer(request.id, Answer.decision(approve_once()))
        await seen(steered, "user.message")
        await cancelled(asking)
        await cancelled(steering)

    assert steered.aborted
    assert await rests(session)


async def test_steering_that_was_not_heard_yet_is_taken_back(stage: Stage) -> None:
    """The turn goes on as if nothing had been said."""
    gate = asyncio.Event()
    session = await stage.session(Reply("One.", gate=gate))
    turn = await session.start_turn("1")
    await eventually(lambda: stage.model.requests)  # before that it would go along
    remark = MessageOptions(prompt="Never mind.", mode="immediate")

    async with task_of(session.ask(remark)) as steering:
        await turn_that(session, remark.prompt)
        await cancelled(steering)
    gate.set()

    assert (await turn.wait(WAIT)).text == "One."
    assert "Never mind." not in str(stage.model.requests)
