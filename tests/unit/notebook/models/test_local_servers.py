"""Model servers on this host are found and offered."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from copilot_nb.notebook.models.local_servers import LocalServer, find

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MODELS = b'{"object": "list", "data": [{"id": "qwen3:8b"}, {"id": "other"}]}'


@asynccontextmanager
async def server(body: bytes, *, silent: bool = False) -> AsyncIterator[int]:
    """Something that listens on this host; its port."""
    answered = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if silent:
            await reader.read()  # until the other side gives up
        else:
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body)
        writer.close()
        answered.set()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        await answered.wait()


async def test_a_server_that_lists_models_is_offered() -> None:
    """With the line to type."""
    async with server(MODELS) as port:
        found = await find((("Ollama", port),))

    url = f"http://127.0.0.1:{port}/v1"
    assert found == (LocalServer("Ollama", url, ("qwen3:8b", "other")),)
    assert found[0].line == f"%copilot provider {url} --model qwen3:8b"


async def test_other_servers_are_not_offered() -> None:
    """A web page, an odd answer, silence and a closed port are no model server."""
    async with server(b"<html>") as page, server(b'{"data": 3}') as odd, server(b"[]") as bare:
        assert await find((("a", page), ("b", odd), ("c", bare), ("d", 9))) == ()


async def test_silence_costs_less_than_half_a_second() -> None:
    """Nothing waits for a port that accepts and says nothing."""
    async with asyncio.timeout(2), server(b"", silent=True) as port:
        assert await find((("vLLM", port),)) == ()
