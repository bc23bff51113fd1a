"""Callbacks and subscriptions: who hears what, in which order."""

from __future__ import annotations

import asyncio
import contextvars
import logging

import pytest

from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.session.hub import EventHub
from copilot_nb.session.tasks import Tasks

CELL = contextvars.ContextVar("CELL", default="none")


def event(number: int = 1) -> SessionEvent:
    """An event with that number."""
    return parse({"type": "session.info", "id": str(number), "data": {}})


@pytest.fixture
def hub() -> EventHub:
    """A hub without a context of its own."""
    return EventHub(Tasks(), lambda: None)


def test_callbacks_run_in_the_order_of_registration(hub: EventHub) -> None:
    """Each registration counts, the same function twice too."""
    heard: list[str] = []
    hub.on(lambda _: heard.append("a"))
    again = lambda _: heard.append("b")  # noqa: E731 - the same function twice
    hub.on(again)
    hub.on(again)

    hub.tell(event())

    assert heard == ["a", "b", "b"]


def test_one_fails_another_unsubscribes_a_third(
    hub: EventHub, caplog: pytest.LogCaptureFixture
) -> None:
    """A raises, B ends C during the event: B and D are called, C is not."""
    heard: list[str] = []

    def a(_: SessionEvent) -> None:
        raise RuntimeError("a")

    def b(_: SessionEvent) -> None:
        heard.append("b")
        third()

    hub.on(a)
    hub.on(b)
    third = hub.on(lambda _: heard.append("c"))
    hub.on(lambda _: heard.append("d"))

    with caplog.at_level(logging.ERROR):
        hub.tell(event())
        hub.tell(event())

    assert heard == ["b", "d", "b", "d"]
    assert len(caplog.records) == 2


def test_callback_added_during_an_event_hears_the_next(hub: EventHub) -> None:
    """The event that runs is told to those who were there."""
    heard: list[str] = []

    def adds(_: SessionEvent) -> None:
        hub.on(lambda _: heard.append("new"))

    hub.on(adds)

    hub.tell(event())
    first = list(heard)
    hub.tell(event())

    assert first == []
    assert heard == ["new"]


def test_off_takes_the_number_or_the_registration(hub: EventHub) -> None:
    """Unknown ones are ignored."""
    heard: list[str] = []
    one, two = hub.on(lambda _: heard.append("1")), hub.on(lambda _: heard.append("2"))

    hub.off(one.id)
    hub.off(two)
    hub.off(99)
    hub.tell(event())

    assert (one.id, two.id, heard) == (1, 2, [])


async def test_async_callbacks_keep_their_order(caplog: pytest.LogCaptureFixture) -> None:
    """Per callback one after another, beside the stream; a failure does not stop the next."""
    tasks = Tasks()
    hub = EventHub(tasks, lambda: None)
    heard: list[str] = []
    last = asyncio.Event()

    async def slow(one: SessionEvent) -> None:
        await asyncio.sleep(0)
        if one.id == "2":
            raise ValueError(one.id)
        heard.append(one.id)
        if one.id == "3":
            last.set()

    hub.on(slow)
    with caplog.at_level(logging.ERROR):
        for number in (1, 2, 3):
            hub.tell(event(number))
        async with asyncio.timeout(5):
            await last.wait()

    assert heard == ["1", "3"]
    assert "failed" in caplog.text
    await tasks.close()


async def test_callbacks_run_in_a_copy_of_the_cells_context() -> None:
    """They see the cell's variables and cannot change them."""
    cell = contextvars.copy_context()
    cell.run(CELL.set, "cell 7")
    tasks = Tasks()
    hub = EventHub(tasks, lambda: cell)
    seen: list[str] = []
    done = asyncio.Event()

    def sync(_: SessionEvent) -> None:
        seen.append(CELL.get())
        CELL.set("changed")

    async def later(_: SessionEvent) -> None:
        seen.append(CELL.get())
        done.set()

    hub.on(sync)
    hub.on(later)
    hub.tell(event())
    async with asyncio.timeout(5):
        await done.wait()

    assert seen == ["cell 7", "cell 7"]
    assert cell[CELL] == "cell 7"
    await tasks.close()


async def test_subscription_ends_with_the_hub_or_by_itself(hub: EventHub) -> None:
    """A closed one gets nothing more; callbacks stay until they are cleared."""
    heard: list[str] = []
    hub.on(lambda one: heard.append(one.id))
    closed, ended = (hub.subscribe(capacity=None, on_lag="item") for _ in range(2))
    closed.close()

    hub.tell(event(1))
    hub.end(None)
    hub.tell(event(2))
    hub.clear()
    hub.tell(event(3))

    assert [item async for item in closed] == []
    assert [item async for item in ended] == [event(1)]
    assert heard == ["1", "2"]


async def test_tasks_end_with_their_owner(caplog: pytest.LogCaptureFixture) -> None:
    """Cancelled or awaited, and what they raise is logged."""
    tasks = Tasks()
    with caplog.at_level(logging.ERROR):
        tasks.spawn(_fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    waiting = tasks.spawn(asyncio.sleep(60))
    other = tasks.spawn(asyncio.sleep(60))
    await asyncio.sleep(0)

    other.cancel()
    await tasks.close()
    await tasks.close()

    assert waiting.cancelled()
    assert "A task of the session failed" in caplog.text


async def _fails() -> None:
    raise RuntimeError("a task")
