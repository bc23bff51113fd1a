"""One reader's queue: bounded, never waited for, and honest about what it lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from copilot_nb.errors import ConnectionClosedError, LaggedError
from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.session.subscription import EventSubscription, Lagged


def event(kind: str, number: int = 0, *, ephemeral: bool = False) -> SessionEvent:
    """An event of that type."""
    raw: dict[str, Any] = {"type": kind, "id": str(number), "data": {}}
    return parse(raw | ({"ephemeral": True} if ephemeral else {}))


def delta(number: int) -> SessionEvent:
    """A piece of an answer."""
    return event("assistant.message_delta", number, ephemeral=True)


async def rest(events: EventSubscription) -> list[SessionEvent | Lagged]:
    """Everything up to the end."""
    return [item async for item in events]


async def test_slow_reader_loses_noise_first() -> None:
    """The oldest pieces go; what asks or ends something stays."""
    events = EventSubscription(capacity=3)
    events.put(event("permission.requested"))
    for number in range(5):
        events.put(delta(number))
    events.put(event("session.idle"))
    events.end()

    assert await rest(events) == [
        Lagged(4),
        event("permission.requested"),
        delta(4),
        event("session.idle"),
    ]


async def test_durable_events_go_after_the_noise() -> None:
    """A stored event is lost only when no noise is left."""
    events = EventSubscription(capacity=2)
    events.put(event("session.info", 1))
    events.put(delta(1))
    events.put(event("session.idle"))
    events.put(event("session.error"))
    events.end()

    assert await rest(events) == [Lagged(2), event("session.idle"), event("session.error")]


async def test_essential_events_are_never_lost() -> None:
    """Then the queue grows beyond its size."""
    events = EventSubscription(capacity=1)
    for number in range(3):
        events.put(event("session.idle", number))
    events.end()

    assert await rest(events) == [event("session.idle", number) for number in range(3)]


async def test_loss_can_be_an_exception() -> None:
    """As in the seed; reading goes on afterwards."""
    events = EventSubscription(capacity=1, on_lag="raise")
    events.put(delta(0))
    events.put(delta(1))

    with pytest.raises(LaggedError) as caught:
        await events.recv()

    assert caught.value.count == 1
    assert await events.recv() == delta(1)


async def test_reader_waits_for_the_next_event() -> None:
    """And gets it when it comes."""
    events = EventSubscription()
    waiting = asyncio.get_running_loop().create_task(events.recv())
    await asyncio.sleep(0)

    events.put(delta(1))

    assert await waiting == delta(1)


async def test_end_lets_the_reader_finish() -> None:
    """What waits is read first; nothing comes after."""
    events = EventSubscription()
    events.put(delta(1))
    events.end()
    events.end(ConnectionClosedError("too late to matter"))
    events.put(delta(2))

    assert await rest(events) == [delta(1)]


async def test_lost_runtime_raises_after_the_last_event() -> None:
    """Iteration does not just end."""
    events = EventSubscription()
    events.put(delta(1))
    events.end(ConnectionClosedError("gone"))

    assert await events.recv() == delta(1)
    with pytest.raises(ConnectionClosedError):
        await events.recv()


async def test_closing_forgets_what_waits() -> None:
    """The context manager closes once, and tells its owner once."""
    closed: list[EventSubscription] = []
    with EventSubscription(on_close=closed.append) as events:
        events.put(delta(1))
    events.close()

    assert closed == [events]
    assert await rest(events) == []
