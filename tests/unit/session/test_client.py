"""A client on the runtime in memory: what it tells, what it hides, what it refuses."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from copilot_nb.errors import (
    AuthenticationError,
    CliVersionError,
    ConnectionClosedError,
    CopilotError,
    MethodNotFoundError,
    ProtocolError,
    RpcError,
    SessionClosedError,
    SessionNotFoundError,
)
from copilot_nb.protocol.events import ExternalToolRequested, PermissionRequested, SessionEvent
from copilot_nb.protocol.form import AutoModeSwitchResult, ElicitationResult, SessionLimitsResult
from copilot_nb.protocol.methods import ModelInfo
from copilot_nb.protocol.session import SessionConfig
from copilot_nb.session.client import Client, ClientState
from copilot_nb.session.client_options import ClientOptions
from copilot_nb.session.connection import Connection
from copilot_nb.session.handlers import Handlers
from copilot_nb.session.session import Life
from copilot_nb.testing.connect import connected
from copilot_nb.testing.model import Reply
from copilot_nb.testing.runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from copilot_nb.rpc.memory import MemoryTransport

Json = dict[str, Any]


class Runtime(FakeRuntime):
    """A fake with some of its answers replaced."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        self.answers = {name.replace("_", "."): answer for name, answer in answers.items()}

    async def answer(self, link: Any, method: str, params: Json) -> Any:
        """The replacement, where there is one."""
        if method not in self.answers:
            return await super().answer(link, method, params)
        self.calls.append((method, params))
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return answer(params) if callable(answer) else answer


@pytest.fixture
async def fake() -> AsyncIterator[FakeRuntime]:
    """A runtime in memory."""
    async with FakeRuntime() as fake:
        yield fake


async def test_version_is_checked() -> None:
    """Three, exactly; otherwise the connection is not used."""
    async with Runtime(connect={"protocolVersion": 2}) as fake:
        client = Client(transport=fake.connect)

        with pytest.raises(CliVersionError, match="version 2"):
            await client.start()

        assert client.state is ClientState.ERROR
        assert repr(client) == "<Client error, 0 sessions>"


async def test_old_runtime_is_greeted_by_ping() -> None:
    """It does not know `connect`; its pong has the version too."""
    refusal = MethodNotFoundError("Unhandled method connect", code=-32601)
    async with Runtime(connect=refusal) as fake, Client(transport=fake.connect) as client:
        assert client.state is ClientState.CONNECTED
        assert client.runtime_version == ""
        assert client.pid is None
    async with Runtime(connect=refusal, ping={"message": "pong"}) as fake:
        with pytest.raises(CliVersionError, match="version 0"):
            await Client(transport=fake.connect).start()


async def test_nothing_starts_by_itself_when_told_so(fake: FakeRuntime) -> None:
    """Calls then say how to start."""
    client = Client(transport=fake.connect, auto_start=False)

    with pytest.raises(ConnectionClosedError, match="not started"):
        await client.ping()
    await client.start()

    assert (await client.ping()).message == "pong"
    await client.stop()


async def test_lost_runtime_is_not_replaced_when_told_so(fake: FakeRuntime) -> None:
    """auto_restart=False leaves it to the application."""
    client = Client(transport=fake.connect, auto_restart=False)
    await client.start()
    fake.kill()
    await asyncio.sleep(0.01)

    with pytest.raises(ConnectionClosedError):
        await client.ping()
    await client.start()

    assert (await client.ping()).message == "pong"
    await client.stop()


async def test_stop_says_what_did_not_go_well() -> None:
    """And goes on: it never raises."""
    async with Runtime(session_destroy=RpcError("the disk is full")) as fake:
        client = Client(transport=fake.connect)
        session = await client.create_session()

        problems = await client.stop()

        assert [(p.source, "disk is full" in p.message) for p in problems] == [
            (session.session_id, True)
        ]
        assert client.state is ClientState.DISCONNECTED
        assert session.life is Life.CLOSED


async def test_force_stop_tells_the_runtime_nothing(fake: FakeRuntime) -> None:
    """Sessions end here at once."""
    client = Client(transport=fake.connect)
    session = await client.create_session()

    await client.force_stop()
    await client.force_stop()

    assert session.life is Life.CLOSED
    assert "session.destroy" not in [method for method, _ in fake.calls]
    assert client.sessions == ()


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
        assert "hooks" not in plain
        assert plain["requestUserInput"] is True
        assert rich["requestElicitation"] is True
        assert rich["requestAutoModeSwitch"] is True
        assert session.capabilities == {"ui": {"elicitation": True}}


async def test_models_are_asked_once() -> None:
    """Two calls at once too; until the cache is cleared, or the client stops."""
    asked: list[int] = []

    async def lister() -> list[ModelInfo]:
        asked.append(1)
        await asyncio.sleep(0)
        return [ModelInfo(id="m")]

    client = Client(on_list_models=lister)

    first, second = await asyncio.gather(client.list_models(), client.list_models())
    client.clear_models_cache()
    await client.list_models()
    await client.stop()
    await client.list_models()

    assert first == second == [ModelInfo(id="m")]
    assert len(asked) == 3


async def test_models_of_the_application_may_be_plain() -> None:
    """A function that gives them at once; and the runtime's own need an account."""
    assert await Client(on_list_models=lambda: [ModelInfo(id="m")]).list_models() == [
        ModelInfo(id="m")
    ]
    async with connected() as (client, _):
        with pytest.raises(AuthenticationError):
            await client.list_models()


async def test_runtime_is_asked_about_itself() -> None:
    """Status, account, quota, foreground, stored sessions."""
    async with (
        Runtime(
            models_list={"models": [{"id": "gpt"}]},
            account_getQuota={"quotaSnapshots": {"chat": {}}},
            session_getForeground={"sessionId": "s"},
            session_setForeground=lambda p: {
                "success": p["sessionId"] == "s",
                "error": "no terminal",
            },
            tools_list=RpcError("not now"),
        ) as fake,
        Client(transport=fake.connect) as client,
    ):
        assert [model.id for model in await client.list_models()] == ["gpt"]
        assert await client.get_quota() == {"quotaSnapshots": {"chat": {}}}
        assert await client.get_foreground_session_id() == "s"
        await client.set_foreground_session_id("s")
        with pytest.raises(CopilotError, match="no terminal"):
            await client.set_foreground_session_id("other")
        assert await client.built_in_names() == frozenset()
        assert (await client.get_status()).protocol_version == 3
        assert not (await client.get_auth_status()).is_authenticated
        assert await client.get_last_session_id() is None
        assert await client.list_sessions() == []
        assert await client.get_session_metadata("none") is None


async def test_calls_for_nobody_are_refused() -> None:
    """The runtime hears that this client does not have the method."""
    async with connected() as (client, fake):
        session = await client.create_session()
        held = fake.sessions[session.session_id]

        assert await held.call("sessionFs.read", {}) is None
        assert await held.call("autoModeSwitch.request", {}) == {"response": "no"}
        client._roster.forget(session)  # noqa: SLF001 - a session that is forgotten
        assert await held.call("userInput.request", {"question": "?"}) is None


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


async def test_transport_may_be_given_ready_made(fake: FakeRuntime) -> None:
    """One connection, made elsewhere."""
    transport: MemoryTransport = fake.connect()

    async with Client(transport=transport) as client:
        assert (await client.ping("x")).message == "pong: x"


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


async def test_failing_end_of_the_runtime_is_one_of_the_problems(
    fake: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop gives it back; it does not raise."""
    client = Client(transport=fake.connect)
    await client.start()

    async def broken(_: Connection) -> None:
        raise OSError("the process will not end")

    monkeypatch.setattr(Connection, "close", broken)

    assert [(p.source, p.message) for p in await client.stop()] == [
        ("runtime", "the process will not end")
    ]


async def test_session_that_is_not_ours_any_more_cannot_be_forked(fake: FakeRuntime) -> None:
    """What it was opened with is forgotten with it."""
    async with Client(transport=fake.connect) as client:
        session = await client.create_session()
        await session.destroy()

        with pytest.raises(SessionClosedError):
            await client.fork_session(session)


async def test_created_session_lost_before_its_reply_is_forgotten() -> None:
    """Nothing of it stays behind."""
    async with Runtime(session_create=RpcError("no room")) as fake:
        client = Client(transport=fake.connect)

        with pytest.raises(RpcError, match="no room"):
            await client.create_session()

        assert client.sessions == ()
        await client.stop()
