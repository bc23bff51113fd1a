"""A provider of one's own is asked which models it has."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.models.provider_models import listed
from copilot_nb.notebook.models.providers import Source
from copilot_nb.testing.model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from copilot_nb.notebook.models.providers import Kind

LIST = "HTTP/1.0 200 OK\r\n\r\n" + '{"data": [{"id": "one"}]}'


@asynccontextmanager
async def server(reply: str) -> AsyncIterator[tuple[str, list[str]]]:
    """Something that answers every request so; its URL, and what it was sent."""
    seen: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(reply.encode())
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", seen


async def test_a_provider_lists_its_models() -> None:
    """Whatever they are called."""
    async with ScriptedModel(models=("small", "large")) as model:
        assert await listed(Source("openai", "", base_url=model.url), {}) == ("small", "large")


@pytest.mark.parametrize(
    ("kind", "path", "header"),
    [("openai", "/models", "Authorization: Bearer k"), ("anthropic", "/v1/models", "X-Api-Key: k")],
)
async def test_the_key_goes_along_as_the_provider_wants_it(
    kind: Kind, path: str, header: str
) -> None:
    """It comes from its variable."""
    async with server(LIST) as (url, seen):
        source = Source(kind, "", base_url=url, key_variable="KEY")
        assert await listed(source, {"KEY": "k"}) == ("one",)

    assert seen[0].startswith(f"GET {path} ")
    assert header in seen[0]


async def test_the_key_is_sent_nowhere_else() -> None:
    """A redirect is not followed."""
    async with (
        server(LIST) as (elsewhere, seen),
        server(f"HTTP/1.0 302 Found\r\nLocation: {elsewhere}/models\r\n\r\n") as (url, _),
    ):
        source = Source("openai", "", base_url=url, key_variable="KEY")
        assert await listed(source, {"KEY": "k"}) == ()

    assert seen == []


@pytest.mark.parametrize(
    "reply", ["HTTP/1.0 401 No\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n<html>", "nonsense", ""]
)
async def test_a_provider_may_not_say(reply: str) -> None:
    """Then there is nothing to list."""
    async with server(reply) as (url, _):
        assert await listed(Source("openai", "", base_url=url), {}) == ()
    assert await listed(Source("azure", "", base_url=url), {}) == ()
    assert await listed(Source("demo", ""), {}) == ()


async def test_a_missing_key_is_named() -> None:
    """It is the same error that a turn would end with."""
    source = Source("openai", "", base_url="https://api.example.org/v1", key_variable="NO_KEY")

    with pytest.raises(ConfigError, match="NO_KEY is not set"):
        await listed(source, {})
