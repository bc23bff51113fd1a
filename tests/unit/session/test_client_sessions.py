"""The sessions of a client: opened, found, shared, forked and forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from copilot_nb.errors import ProtocolError, RpcError, SessionClosedError, SessionNotFoundError
from copilot_nb.protocol.events import ExternalToolRequested, PermissionRequested, SessionEvent
from copilot_nb.protocol.form import AutoModeSwitchResult, ElicitationResult, SessionLimitsResult
from copilot_nb.protocol.session import SessionConfig
from copilot_nb.session.client import Client
from copilot_nb.session.client_options import ClientOptions
from copilot_nb.session.handlers import Handlers
from copilot_nb.session.session import Life
from copilot_nb.testing.connect import connected
from copilot_nb.testing.model import Reply
from copilot_nb.testing.runtime import FakeRuntime
from tests.unit.session.fakes import Runtime


async def test_reply_must_name_the_session_that_was_asked_for() -> None:
    """Otherwise events would go to the wrong one."""
    async with Runtime(session_create={"sessionId": "another"}) as fake:
        client = Client(transport=fake.connect)

        with pytest.raises(ProtocolError, match="'another'"):
            await client.create_session()

        assert client.sessions == ()
        await client.stop()


async def test_create_sends_what_the_handlers_can_answer() -> None:
    """Nothing is asked of us that nobody could answer, except questions."""
    async with connected() as (client, fake):
        await client.create_session()
        handlers = Handlers(
            elicitation=lambda _: ElicitationResult(action="cancel"),
            auto_mode_switch=lambda _: AutoModeSwitchResult(response="no"),
        )
        session = await client.create_session(handlers=handlers)

        plain, rich = (params for method, params in fake.calls if method == "session.create")

        assert "requestElicitation" not in plain
        assert plain["hooks"] is True
        assert plain["requestUserInput"] is True
        assert rich["requestElicitation"] is True
        assert rich["requestAutoModeSwitch"] is True
        assert session.capabilities == {"ui": {"elicitation": True}}


async def test_sessions_are_seen_in_the_whole_runtime() -> None:
    """Lifecycle callbacks, once per change; other notifications are nobody's."""
    async with connected() as (client, fake):
        told: list[str] = []
        stop = client.on(lambda event: told.append(event.type))
        await client.start()
        [link] = fake._links  # noqa: SLF001 - the runtime speaks

        for _ in range(2):
            link.peer.notify("session.lifecycle", {"type": "session.created", "sessionId": "s"})
        link.peer.notify("host.event", {})
        link.peer.notify("session.event", {"sessionId": "unknown", "event": {}})
        await client.ping()
        stop()

        assert told == ["session.created"]


async def test_second_object_for_a_session_takes_its_place() -> None:
    """The first is closed here; the runtime's session goes on."""
    async with connected(Reply("One."), Reply("Two.")) as (client, fake):
        first = await client.create_session()
        await first.ask("1")

        second = await client.resume_session(first.session_id)
        turn = await second.ask("2")

        assert turn.text == "Two."
        assert first.life is Life.CLOSED
        assert client.get_session(second.session_id) is second
        assert "session.destroy" not in [method for method, _ in fake.calls]


async def test_session_not_written_yet_begins_anew() -> None:
    """A new runtime does not know it; callbacks and tools stay all the same."""
    async with connected(Reply("Anew.")) as (client, fake):
        session = await client.create_session(SessionConfig(model="m"))
        fake.kill()
        await asyncio.sleep(0.01)
        fake.sessions.clear()

        back = await client.resume_all()

        assert back == [session]
        assert (await session.ask("Go.")).text == "Anew."


async def test_forked_session_shares_tools_and_handlers() -> None:
    """The runtime makes the copy; it is resumed under its own id."""
    forked = str(uuid4())
    runtime = Runtime(
        sessions_fork={"sessionId": forked},
        session_resume={"sessionId": forked, "workspacePath": "/w"},
    )
    async with runtime as fake, Client(transport=fake.connect) as client:
        session = await client.create_session()

        fork = await client.fork_session(session, name="copy")

        assert fork.session_id == forked
        assert fork.handlers is session.handlers
        assert fork.workspace_path == Path("/w")
        asked = {"sessionId": session.session_id, "name": "copy"}
        assert ("sessions.fork", asked) in fake.calls


async def test_session_that_is_not_ours_any_more_cannot_be_forked(fake: FakeRuntime) -> None:
    """What it was opened with is forgotten with it."""
    async with Client(transport=fake.connect) as client:
        session = await client.create_session()
        await session.destroy()

        with pytest.raises(SessionClosedError):
            await client.fork_session(session)


async def test_rules_of_the_client_hold_in_every_session() -> None:
    """Denials win; what no rule names goes on to others."""
    tool = Reply(tools=[("bash", {"command": "echo hi"})])
    script = (tool, Reply("Ran."), Reply(tools=[("bash", {"command": "rm x"})]), Reply("No."))
    async with FakeRuntime(*script) as fake:
        options = ClientOptions(allow_tools=("shell(echo:*)",), deny_tools=("shell(rm)",))
        async with Client(options, transport=fake.connect) as client:
            session = await client.create_session()

            first, second = await session.ask("1"), await session.ask("2")

    assert [first.tool_calls[0].state, second.tool_calls[0].state] == ["ok", "denied"]
    assert "A rule of the user denies this" in str(fake.requests[-1]["messages"])


async def test_limits_are_answered_by_a_handler_only() -> None:
    """What the runtime offers is not known here: without an answer it stays open."""
    handlers = Handlers(session_limits=lambda _: SessionLimitsResult(action="cancel"))
    async with connected() as (client, fake):
        answering = await client.create_session(handlers=handlers)
        silent = await client.create_session()
        for session in (answering, silent):
            fake.sessions[session.session_id].methods[
                "session.ui.handlePendingSessionLimitsExhausted"
            ] = lambda _: {"success": True}
            data = {"requestId": "r", "usedAiCredits": 30, "maxAiCredits": 30}
            fake.sessions[session.session_id].emit("session_limits_exhausted.requested", data)
        await client.ping()
        await client.ping()

        answers = [p for method, p in fake.calls if "SessionLimits" in method]

        assert [(p["sessionId"], p["response"]) for p in answers] == [
            (answering.session_id, {"action": "cancel"})
        ]


async def test_deleting_an_unknown_session_is_an_error(fake: FakeRuntime) -> None:
    """With the runtime's words."""
    async with Client(transport=fake.connect) as client:
        with pytest.raises(SessionNotFoundError, match="Failed to delete session"):
            await client.delete_session("nobody")


async def test_open_requests_are_announced_under_their_old_ids() -> None:
    """After a resume that continues pending work; the prompt's kind leads back to the request's."""
    items = [
        {"requestId": "1", "request": {"kind": "commands", "fullCommandText": "ls"}},
        {"requestId": "2", "request": {"kind": "path", "accessKind": "write", "paths": ["/x"]}},
        {"requestId": "3", "request": {"kind": "path"}},
        {"requestId": "4", "request": {"kind": "mcp", "serverName": "s"}},
        {"requestId": "5"},
    ]
    tools = [{"requestId": "6", "toolName": "t", "toolCallId": "c", "arguments": {}}]
    heard: list[SessionEvent] = []
    runtime = Runtime(
        session_resume={"sessionId": "s"},
        session_permissions_pendingRequests={"items": items},
        session_tools_listPendingRequests={"items": tools},
    )
    async with runtime as fake, Client(transport=fake.connect) as client:
        config = SessionConfig(continue_pending_work=True)

        await client.resume_session("s", config, on_event=heard.append)

    asked = [one.data for one in heard if isinstance(one.data, PermissionRequested)]
    assert [(data.request_id, data.permission_request.kind) for data in asked] == [
        ("1", "shell"),
        ("2", "write"),
        ("3", "read"),
        ("4", "mcp"),
        ("5", ""),
    ]
    called = [one.data for one in heard if isinstance(one.data, ExternalToolRequested)]
    assert [data.tool_name for data in called] == ["t"]


async def test_created_session_lost_before_its_reply_is_forgotten() -> None:
    """Nothing of it stays behind."""
    async with Runtime(session_create=RpcError("no room")) as fake:
        client = Client(transport=fake.connect)

        with pytest.raises(RpcError, match="no room"):
            await client.create_session()

        assert client.sessions == ()
        await client.stop()
