"""Messages over a local socket."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ConnectionClosedError
from copilot_nb.rpc import tcp
from copilot_nb.rpc.framing import Decoder, encode
from copilot_nb.rpc.tcp import TcpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


def port_of(listener: socket.socket) -> int:
    """Where it listens."""
    port: int = listener.getsockname()[1]
    return port


async def test_messages_go_both_ways_and_closing_is_seen(listener: socket.socket) -> None:
    """What is queued is sent before the end."""
    transport = await TcpTransport.connect("127.0.0.1", port_of(listener))
    other, _ = await asyncio.to_thread(listener.accept)
    received: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()
    closed: asyncio.Queue[Exception | None] = asyncio.Queue()
    transport.start(received.put_nowait, closed.put_nowait)

    other.sendall(encode({"n": 1}))
    assert await asyncio.wait_for(received.get(), 5) == [{"n": 1}]
    transport.send({"n": 2})
    await transport.close()

    with other, other.makefile("rb") as stream:
        assert Decoder().feed(await asyncio.to_thread(stream.read)) == [{"n": 2}]
    assert closed.get_nowait() is None


async def test_the_other_sides_end_is_told(listener: socket.socket) -> None:
    """A runtime that goes away is noticed at once."""
    transport = await TcpTransport.connect("127.0.0.1", port_of(listener))
    other, _ = await asyncio.to_thread(listener.accept)
    closed: asyncio.Queue[Exception | None] = asyncio.Queue()
    transport.start(print, closed.put_nowait)

    other.close()

    assert await asyncio.wait_for(closed.get(), 5) is None
    await transport.close()


async def test_a_name_with_several_addresses_is_tried_through(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`localhost` is often IPv6 first, where no runtime listens."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = port_of(gone)

    async def two_addresses(host: str, port: int, **_: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        return [(*kind, (host, dead)), (*kind, (host, port))]

    monkeypatch.setattr(loop, "getaddrinfo", two_addresses)

    transport = await TcpTransport.connect("127.0.0.1", port_of(listener))

    await transport.close()


async def test_a_port_where_nobody_listens_is_named(listener: socket.socket) -> None:
    """The message says where nobody answered."""
    port = port_of(listener)
    listener.close()

    with pytest.raises(ConnectionClosedError, match=f"127.0.0.1:{port}"):
        await TcpTransport.connect("127.0.0.1", port)


async def test_a_name_without_an_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that finds nothing is not the end of the program."""

    async def nothing(*_: Any, **__: Any) -> list[Any]:
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nothing)

    with pytest.raises(ConnectionClosedError, match="no address"):
        await TcpTransport.connect("example.invalid", 1)


async def test_connecting_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that never answers costs the time limit, and the socket is closed."""
    monkeypatch.setattr(tcp, "CONNECT_TIMEOUT", 0.01)
    tried: list[socket.socket] = []

    async def silence(connection: socket.socket, _: object) -> None:
        tried.append(connection)
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", silence)

    with pytest.raises(ConnectionClosedError, match="time limit"):
        await TcpTransport.connect("127.0.0.1", 1)

    assert [connection.fileno() for connection in tried] == [-1]
