"""A client on the runtime in memory: how it starts, what it asks, how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import (
    AuthenticationError,
    CliVersionError,
    ConnectionClosedError,
    CopilotError,
    MethodNotFoundError,
    RpcError,
)
from copilot_nb.protocol.methods import ModelInfo
from copilot_nb.session.client import Client, ClientState
from copilot_nb.session.connection import Connection
from copilot_nb.session.session import Life
from copilot_nb.testing.connect import connected
from tests.unit.session.fakes import Runtime

if TYPE_CHECKING:
    from copilot_nb.rpc.memory import MemoryTransport
    from copilot_nb.testing.runtime import FakeRuntime


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


async def test_transport_may_be_given_ready_made(fake: FakeRuntime) -> None:
    """One connection, made elsewhere."""
    transport: MemoryTransport = fake.connect()

    async with Client(transport=transport) as client:
        assert (await client.ping("x")).message == "pong: x"


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
