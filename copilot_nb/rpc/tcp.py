"""A transport over a TCP connection, for a runtime that somebody else started."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Self

from copilot_nb.errors import ConnectionClosedError
from copilot_nb.rpc.stdio import StdioTransport

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux has it."""
CONNECT_TIMEOUT = 10.0
"""Seconds that the other side may take to accept."""


class TcpTransport(StdioTransport):
    """Messages over a socket, with the same threads as over pipes."""

    @classmethod
    async def connect(
        cls, host: str, port: int, *, explain: Callable[[], Exception | None] = lambda: None
    ) -> Self:
        """Open a connection.

        Args:
            host: Name or address.
            port: Where it listens.
            explain: See `StdioTransport`.

        Raises:
            ConnectionClosedError: Nobody listens there, or not within the time limit.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                connection = await _connect(host, port)
        except OSError as error:  # TimeoutError is one
            raise ConnectionClosedError(
                f"No runtime answers at {host}:{port} ({str(error) or 'time limit'}).",
                hint="Check the address, and that the runtime runs with --headless --port.",
            ) from error
        connection.setblocking(True)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(_Output(connection), _Input(connection), explain=explain)


class _Input:
    """The receiving half of a socket.

    The runtime holds a small message back until the one before is acknowledged, and Linux takes 40
    ms for that unless it is told to, anew after each read.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.close = connection.close

    def read(self, size: int, /) -> bytes:
        """The next bytes, acknowledged at once."""
        data = self._connection.recv(size)
        if data and QUICK_ACK is not None:
            with contextlib.suppress(OSError):
                self._connection.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
        return data


class _Output:
    """The sending half of a socket; closing it ends the receiving half as well."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.write = connection.send

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


async def _connect(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    error: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, address)
        except OSError as problem:
            connection.close()
            error = problem
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise error or OSError("the name has no address")
