"""The runtime is killed in each phase of a turn: everything ends within a second, nothing leaks."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from copilot_nb.errors import ConnectionClosedError, SessionClosedError
from copilot_nb.protocol.permission import approve_once
from copilot_nb.session.client import Client
from copilot_nb.session.session import Session
from copilot_nb.session.tools import tool
from copilot_nb.testing.model import Reply, ScriptedModel
from tests.behaviour.stage import WAIT, Stage, eventually, next_request, seen, shell

AT_ONCE = 1.0
"""Seconds in which everything that waits must have ended."""
DESCRIPTORS = Path("/dev/fd")
"""What this process has open, where the system tells."""
Scene = Callable[[Stage, Session], Awaitable[Awaitable[object]]]


@tool(permission="none")
async def forever() -> None:
    """Never end."""
    await asyncio.Event().wait()


@pytest.fixture
async def stage(cli_path: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A runtime of our own, to kill."""
    work = tmp_path / "work"
    work.mkdir()
    async with ScriptedModel() as model:
        client = Client(
            cli_path=cli_path,
            copilot_home=tmp_path / "copilot",
            offline=True,
            provider_base_url=model.url,
        )

        def kill() -> None:
            if client.pid is not None:
                os.kill(client.pid, signal.SIGKILL)

        yield Stage(client, model, work, provider_url=model.url, kill=kill)
        assert await client.stop() == []


async def before_the_reply(_stage: Stage, session: Session) -> Awaitable[object]:
    """The prompt is on its way."""
    return asyncio.get_running_loop().create_task(session.ask("Go."))


async def while_it_streams(stage: Stage, session: Session) -> Awaitable[object]:
    """Words come."""
    stage.model.script.append(Reply(chunks=["w "] * 400, delay=0.05))
    turn = await session.start_turn("Go.")
    await seen(turn, "assistant.message_delta")
    return turn.wait()


async def while_a_request_is_open(stage: Stage, session: Session) -> Awaitable[object]:
    """Somebody is asked."""
    stage.model.script.append(shell())
    turn = await session.start_turn("Go.")
    await next_request(session)
    return turn.wait()


async def while_a_command_runs(stage: Stage, session: Session) -> Awaitable[object]:
    """A built-in tool is at work."""
    stage.model.script.append(shell("sleep 20"))
    session.register_permission_handler(lambda _: approve_once())
    turn = await session.start_turn("Go.")
    await seen(turn, "permission.completed")
    return turn.wait()


async def while_our_tool_runs(stage: Stage, session: Session) -> Awaitable[object]:
    """A function of ours is at work."""
    stage.model.script.append(Reply(tools=[("forever", {})]))
    turn = await session.start_turn("Go.")
    await seen(turn, "external_tool.requested")
    return turn.wait()


async def while_a_question_is_open(stage: Stage, session: Session) -> Awaitable[object]:
    """The agent waits for an answer."""
    stage.model.script.append(Reply(tools=[("ask_user", {"question": "Which?"})]))
    turn = await session.start_turn("Go.")
    await next_request(session)
    return turn.wait()


async def while_another_is_created(stage: Stage, _session: Session) -> Awaitable[object]:
    """A call that is not about a turn."""
    return asyncio.get_running_loop().create_task(stage.session())


SCENES: list[Scene] = [
    before_the_reply,
    while_it_streams,
    while_a_request_is_open,
    while_a_command_runs,
    while_our_tool_runs,
    while_a_question_is_open,
    while_another_is_created,
]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_everything_ends_at_once(stage: Stage, scene: Scene) -> None:
    """With one error for all, and nothing left behind; the session comes back."""
    await stage.client.start()
    before = resources()
    session = await stage.session(tools=[forever])
    session.pending.attended = True
    waiting = await scene(stage, session)

    killed = time.monotonic()
    stage.kill()
    with pytest.raises(ConnectionClosedError):
        await waiting
    took = time.monotonic() - killed

    assert took < AT_ONCE
    assert session.pending.open == ()
    await eventually(lambda: not grown(before))
    stage.model.script[:] = [Reply("Back.")]
    await stage.client.resume_all(continue_pending_work=False)
    assert (await session.ask("Again.", timeout=WAIT)).text == "Back."


async def test_death_while_stopping_is_an_ordinary_end(stage: Stage) -> None:
    """Stop never raises, whatever happens meanwhile."""
    session = await stage.session(Reply(chunks=["w "] * 400, delay=0.05))
    turn = await session.start_turn("Go.")
    await seen(turn, "assistant.message_delta")

    stopping = asyncio.get_running_loop().create_task(stage.client.stop())
    await asyncio.sleep(0)
    stage.kill()
    async with asyncio.timeout(WAIT):
        await stopping

    with pytest.raises((ConnectionClosedError, SessionClosedError)):
        await turn.wait(WAIT)


def resources() -> dict[str, int]:
    """How many tasks, threads and open files there are, without the tasks of this test."""
    tasks = [task for task in asyncio.all_tasks() if "copilot_nb" in str(task.get_coro())]
    counts = {"tasks": len(tasks), "threads": threading.active_count()}
    if DESCRIPTORS.is_dir():
        counts["files"] = len(list(DESCRIPTORS.iterdir()))
    return counts


def grown(before: dict[str, int]) -> list[str]:
    """Of what there is more than there was."""
    now = resources()
    return [name for name, count in before.items() if now[name] > count]
