"""Sessions and clients: made, ended, lost and brought back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from copilot_nb.errors import (
    ConfigError,
    ConnectionClosedError,
    RpcError,
    SessionClosedError,
    SessionNotFoundError,
)
from copilot_nb.protocol.events import SessionEvent
from copilot_nb.protocol.local import LocalRuntimeLost
from copilot_nb.protocol.permission import approve_once
from copilot_nb.session.client import ClientState
from copilot_nb.session.pending import Answer
from copilot_nb.session.session import Life
from copilot_nb.testing.model import Reply
from tests.behaviour.stage import WAIT, Stage, eventually, next_request, seen, shell
from tests.behaviour.test_abort import SLOW

if TYPE_CHECKING:
    from copilot_nb.session.subscription import EventSubscription


async def drain(events: EventSubscription, received: list[SessionEvent]) -> None:
    """Read until the end, or until it raises."""
    async for event in events:
        assert isinstance(event, SessionEvent)
        received.append(event)


async def test_existing_id_is_refused(stage: Stage) -> None:
    """The runtime would begin an empty conversation in the same log."""
    session = await stage.session(Reply("Hi."))
    await session.ask("Hello.", timeout=WAIT)

    with pytest.raises(ConfigError, match="exists"):
        await stage.session(config={"session_id": session.session_id})


async def test_destroyed_session_ends_what_waits(stage: Stage) -> None:
    """Waits raise, subscriptions end, and a second destroy does nothing."""
    session = await stage.session(SLOW)
    events = session.subscribe()
    turn = await session.start_turn("Go.")

    await session.destroy()
    await session.destroy()

    with pytest.raises(SessionClosedError):
        await turn.wait(WAIT)
    assert turn.transcript.ended
    with pytest.raises(SessionClosedError):
        await session.send("More.")
    async with asyncio.timeout(WAIT):
        assert [event async for event in events][-1:] != []
    assert stage.client.get_session(session.session_id) is None


async def test_destroyed_session_can_be_resumed(stage: Stage) -> None:
    """Its history stays."""
    session = await stage.session(Reply("Remember me."))
    await session.ask("Hello.", timeout=WAIT)
    await session.destroy()

    again = await stage.client.resume_session(session.session_id, stage.config())
    stage.model.script.append(Reply("I do."))
    turn = await again.ask("Still there?", timeout=WAIT)

    assert turn.text == "I do."
    assert "Remember me." in str(stage.model.requests[-1]["messages"])


async def test_unknown_session_is_not_found(stage: Stage) -> None:
    """Resume, and delete, of an id that nobody has."""
    with pytest.raises(SessionNotFoundError):
        await stage.client.resume_session(str(uuid4()), stage.config())
    with pytest.raises(SessionNotFoundError):
        await stage.client.delete_session(str(uuid4()))


async def test_failed_resume_leaves_the_living_session(stage: Stage) -> None:
    """One of ours with that id goes on as it was."""
    session = await stage.session(Reply("Still here."))
    await session.ask("Hello.", timeout=WAIT)

    with pytest.raises(RpcError):
        await stage.client.resume_session(
            session.session_id, stage.config(working_directory=stage.directory / "missing")
        )

    assert stage.client.get_session(session.session_id) is session
    stage.model.script.append(Reply("Yes."))
    assert (await session.ask("Alive?", timeout=WAIT)).text == "Yes."


async def test_session_is_listed_until_it_is_deleted(stage: Stage) -> None:
    """A session with a turn, a moment after it."""
    session = await stage.session(Reply("Hi."))
    await session.ask("Hello.", timeout=WAIT)
    client = stage.client

    await asyncio.sleep(stage.settle)
    listed = [one.session_id for one in await client.list_sessions()]
    last = await client.get_last_session_id()
    await client.delete_session(session.session_id)
    after = [one.session_id for one in await client.list_sessions()]

    assert session.session_id in listed
    assert last == session.session_id
    assert session.session_id not in after
    assert session.life is Life.CLOSED


async def test_concurrent_first_calls_start_one_runtime(stage: Stage) -> None:
    """Start is serialised, and repeated starts do nothing."""
    first, second = await asyncio.gather(stage.client.ping("a"), stage.client.ping("b"))
    await stage.client.start()

    assert (first.message, second.message) == ("pong: a", "pong: b")
    assert stage.client.state is ClientState.CONNECTED


async def test_stop_ends_everything_and_can_be_repeated(stage: Stage) -> None:
    """No errors, no sessions, and a later call starts again."""
    session = await stage.session(SLOW)
    await session.send("Go.")

    assert await stage.client.stop() == []
    assert await stage.client.stop() == []

    assert stage.client.state is ClientState.DISCONNECTED
    assert stage.client.sessions == ()
    assert session.life is Life.CLOSED


async def test_lost_runtime_is_known_at_once(mortal_stage: Stage) -> None:
    """Everything that waits ends within a second, and the stream says why."""
    stage = mortal_stage
    session = await stage.session(SLOW)
    events = session.subscribe()
    turn = await session.start_turn("Go.")
    waiting = asyncio.create_task(session.wait_for_idle(30))  # noqa: TID251 - awaited below
    await seen(turn, "assistant.message_delta")

    killed = time.monotonic()
    stage.kill()
    with pytest.raises(ConnectionClosedError):
        await turn.wait(WAIT)
    with pytest.raises(ConnectionClosedError):
        await waiting

    assert time.monotonic() - killed < 1
    assert stage.client.state is ClientState.ERROR
    received: list[SessionEvent] = []
    with pytest.raises(ConnectionClosedError):
        await drain(events, received)
    assert isinstance(received[-1].data, LocalRuntimeLost)
    assert turn.transcript.ended
    with pytest.raises(ConnectionClosedError):
        await session.send("More.")


async def test_resume_all_brings_the_conversation_back(mortal_stage: Stage) -> None:
    """The same Session object goes on in a new runtime, callbacks included."""
    stage = mortal_stage
    session = await stage.session(Reply("I am Ada."))
    await session.ask("Who are you?", timeout=WAIT)
    heard: list[str] = []
    session.on(lambda event: heard.append(event.type))
    await session.rpc.metadata.activity()  # what it wrote is on disk by now
    await asyncio.sleep(stage.settle)
    stage.kill()
    await eventually(lambda: session.life is Life.LOST)

    stage.model.script.append(Reply("Ada."))
    back = await stage.client.resume_all()
    turn = await session.ask("And now?", timeout=WAIT)

    assert back == [session]
    assert turn.text == "Ada."
    assert "I am Ada." in str(stage.model.requests[-1]["messages"])
    assert "local.runtime_lost" in heard
    assert "assistant.message" in heard


async def test_open_permission_request_survives_the_runtime(mortal_stage: Stage) -> None:
    """With pending work continued it is asked again, and its answer goes on with the turn."""
    stage = mortal_stage
    session = await stage.session(shell("echo back"), Reply("Done."))
    session.pending.attended = True
    await session.start_turn("Run it.")
    request = await next_request(session)
    await asyncio.sleep(stage.settle)
    stage.kill()
    await eventually(lambda: session.life is Life.LOST)

    assert session.pending.open == ()
    await stage.client.resume_all()
    again = await next_request(session)
    idle = asyncio.create_task(session.wait_for_idle(WAIT))  # noqa: TID251 - awaited below
    session.pending.answer(again.id, Answer.decision(approve_once()))
    message = await idle

    assert again.id == request.id
    assert message is not None
    assert message.content() == "Done."
