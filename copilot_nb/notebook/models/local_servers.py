"""Model servers that answer on this host; they are offered, never chosen silently."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass

KNOWN: tuple[tuple[str, int], ...] = (
    ("Ollama", 11434),
    ("LM Studio", 1234),
    ("llama.cpp", 8080),
    ("vLLM", 8000),
)
"""Names and default ports of servers that speak OpenAI's chat completions."""
_PATIENCE = 0.3
_REPLY_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that listed its models."""

    name: str
    base_url: str
    models: tuple[str, ...]

    @property
    def line(self) -> str:
        """The line to type to use it."""
        model = self.models[0] if self.models else "NAME"
        return f"%copilot provider {self.base_url} --model {model}"


async def find(known: tuple[tuple[str, int], ...] = KNOWN) -> tuple[LocalServer, ...]:
    """The servers that answer, asked all at once and for less than half a second."""
    found = await asyncio.gather(*(_ask(name, port) for name, port in known))
    return tuple(server for server in found if server)


async def _ask(name: str, port: int) -> LocalServer | None:
    """The server on that port, if its `/v1/models` answers as one."""
    try:
        async with asyncio.timeout(_PATIENCE):
            body = await _get(port, "/v1/models")
        models = tuple(str(entry["id"]) for entry in json.loads(body)["data"])
    except (OSError, TimeoutError, ValueError, KeyError, TypeError, asyncio.LimitOverrunError):
        return None
    return LocalServer(name, f"http://127.0.0.1:{port}/v1", models)


async def _get(port: int, path: str) -> bytes:
    """The body of a plain HTTP/1.0 answer; no proxy and no redirect takes part."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode())
        await writer.drain()
        reply = await reader.read(_REPLY_LIMIT)
        while (more := await reader.read(_REPLY_LIMIT)) and len(reply) < _REPLY_LIMIT:
            reply += more
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return reply.partition(b"\r\n\r\n")[2]
