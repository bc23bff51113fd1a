"""Two transports joined in memory, for tests and for a runtime that lives in this process."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConnectionClosedError
from copilot_nb.rpc.framing import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.rpc.transport import OnClosed, OnMessages


class MemoryTransport:
    """One end of a pair: what it sends, the other end receives on a later turn of the loop.

    Messages go through JSON, so both ends see what the wire would carry. All of it happens on one
    loop and one thread.
    """

    def __init__(self) -> None:
        self._other: MemoryTransport = self
        self._early: list[dict[str, Any]] = []  # came in before `start`
        self._on_messages: OnMessages | None = None
        self._on_closed: OnClosed | None = None
        self._closed = False

    def start(self, on_messages: OnMessages, on_closed: OnClosed) -> None:
        """Begin to receive, first what came in before."""
        self._on_messages, self._on_closed = on_messages, on_closed
        early, self._early = self._early, []
        loop = asyncio.get_running_loop()
        if early:
            loop.call_soon(on_messages, early)
        if self._closed:
            loop.call_soon(on_closed, None)

    def send(self, message: Mapping[str, Any]) -> None:
        """Hand a copy to the other end."""
        if self._closed:
            raise ConnectionClosedError("The connection to the runtime is closed.")
        copy = json.loads(encode(message).partition(b"\r\n\r\n")[2])
        asyncio.get_running_loop().call_soon(self._other._receive, copy)  # noqa: SLF001 - its twin

    async def close(self) -> None:
        """End the connection on both sides."""
        self.fail(None)
        await asyncio.sleep(0)

    def fail(self, error: Exception | None) -> None:
        """End the connection on both sides, as if for this reason."""
        for end in (self, self._other):
            if not end._closed:  # noqa: SLF001 - its twin
                asyncio.get_running_loop().call_soon(end._end, error)  # noqa: SLF001 - its twin
            end._closed = True  # noqa: SLF001 - its twin

    def _receive(self, message: dict[str, Any]) -> None:
        if self._on_messages is None:
            self._early.append(message)
        else:
            self._on_messages([message])

    def _end(self, error: Exception | None) -> None:
        if self._on_closed is not None:
            self._on_closed(error)


def pair() -> tuple[MemoryTransport, MemoryTransport]:
    """Two ends of one connection."""
    one, two = MemoryTransport(), MemoryTransport()
    one._other, two._other = two, one  # noqa: SLF001 - made for each other
    return one, two
