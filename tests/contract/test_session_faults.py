"""Providers that fail, on the real runtime: every failure is an error with a next step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import AuthenticationError, QuotaError, SessionError
from copilot_nb.protocol.session import ProviderConfig, SessionConfig
from copilot_nb.session.client import Client
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from copilot_nb.session.session import Session

PATIENCE = 55.0
"""The runtime tries for up to 24 seconds before it gives up."""


@pytest.fixture
async def client(cli_path: Path, tmp_path: Path) -> AsyncIterator[Client]:
    """A runtime of our own."""
    async with Client(
        cli_path=cli_path,
        copilot_home=tmp_path / "copilot",
        offline=True,
        provider_base_url="http://127.0.0.1:9/v1",
    ) as client:
        yield client


async def session_on(client: Client, url: str) -> Session:
    """A session with that provider."""
    return await client.create_session(
        SessionConfig(model="scripted", provider=ProviderConfig(base_url=url))
    )


async def failure(client: Client, url: str) -> SessionError:
    """What a prompt ends with."""
    session = await session_on(client, url)
    with pytest.raises(SessionError) as caught:
        await session.send_and_wait("Hello.", timeout=PATIENCE)
    return caught.value


def always(status: int, **headers: str) -> ScriptedModel:
    """A server that refuses with that status."""
    return ScriptedModel(default=Reply(status=status, headers=headers))


async def test_each_fault_is_told_apart(client: Client) -> None:
    """500, 401, 429 and a refused connection, all at once in one runtime."""
    limit = {"retry-after": "1"}
    async with always(500) as broken, always(401) as closed, always(429, **limit) as busy:
        urls = [broken.url, closed.url, busy.url, "http://127.0.0.1:9/v1"]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(failure(client, url)) for url in urls]

    server, key, quota, refused = (task.result() for task in tasks)
    assert (server.error_type, server.status_code) == ("query", 500)
    assert isinstance(key, AuthenticationError)
    assert key.status_code == 401
    assert isinstance(quota, QuotaError)
    assert refused.status_code is None
    assert "Could not connect" in refused.message


async def test_empty_answer_is_an_error(client: Client) -> None:
    """A model that says nothing is not taken for an answer."""
    async with ScriptedModel(default=Reply(chunks=[""])) as model:
        error = await failure(client, model.url)

    assert "No response was returned" in error.message


async def test_many_sessions_stream_at_once(client: Client) -> None:
    """Twenty sessions of one client, each with its own answer."""
    async with ScriptedModel(
        default=lambda r: Reply(f"Echo {r['messages'][-1]['content'][-3:]}")
    ) as model:
        sessions = [await session_on(client, model.url) for _ in range(20)]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(session.ask(f"number {index:03}", timeout=PATIENCE))
                for index, session in enumerate(sessions)
            ]

    assert [task.result().text for task in tasks] == [f"Echo {index:03}" for index in range(20)]
