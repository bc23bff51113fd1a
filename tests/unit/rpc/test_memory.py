"""The transport of the tests behaves like the real ones."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from copilot_nb.errors import ConnectionClosedError, ProtocolError, UsageError
from copilot_nb.rpc.memory import MemoryTransport, pair
from copilot_nb.rpc.stdio import StdioTransport
from copilot_nb.rpc.tcp import TcpTransport
from copilot_nb.rpc.transport import Transport


async def test_messages_arrive_in_order_and_later() -> None:
    """Sending never calls the other side's code."""
    left, right = pair()
    received: list[dict[str, Any]] = []
    right.start(received.extend, print)

    left.send({"n": 1})
    left.send({"n": 2})

    assert received == []
    await asyncio.sleep(0)
    assert received == [{"n": 1}, {"n": 2}]


async def test_messages_from_before_the_start_are_kept() -> None:
    """The other side may speak first."""
    left, right = pair()
    received: list[dict[str, Any]] = []
    left.send({"n": 1})
    await asyncio.sleep(0)

    right.start(received.extend, print)
    left.send({"n": 2})
    await asyncio.sleep(0)

    assert received == [{"n": 1}, {"n": 2}]


async def test_messages_are_copies_as_json_would_make_them() -> None:
    """What is not JSON does not pass here either."""
    left, right = pair()
    received: list[dict[str, Any]] = []
    right.start(received.extend, print)

    left.send({"n": (1, 2)})
    await asyncio.sleep(0)

    assert received == [{"n": [1, 2]}]
    with pytest.raises(UsageError):
        left.send({"n": object()})


async def test_closing_ends_both_sides_after_what_was_sent() -> None:
    """The last message arrives, then the end, once."""
    left, right = pair()
    seen: list[object] = []
    right.start(seen.append, seen.append)
    left.start(print, print)

    left.send({"n": 1})
    await left.close()
    await right.close()

    assert seen == [[{"n": 1}], None]
    with pytest.raises(ConnectionClosedError):
        right.send({})


async def test_a_failure_tells_both_sides_why() -> None:
    """Tests can break the connection."""
    left, right = pair()
    seen: list[object] = []
    left.start(print, seen.append)
    reason = ProtocolError("broken")

    right.fail(reason)
    await asyncio.sleep(0)

    assert seen == [reason]


async def test_starting_on_a_closed_connection_tells_so() -> None:
    """A late start gets the end that it missed."""
    left, right = pair()
    seen: list[object] = []
    await right.close()

    left.start(print, seen.append)
    await asyncio.sleep(0)

    assert seen == [None]


def test_every_transport_has_the_same_shape() -> None:
    """A peer takes any of them; the type checker compares the signatures."""
    kinds: list[type[Transport]] = [MemoryTransport, StdioTransport, TcpTransport]

    assert all(issubclass(kind, Transport) for kind in kinds)
