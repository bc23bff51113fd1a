"""The agent's list of tasks, read when the runtime says that it changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import RpcError
from copilot_nb.protocol.events import parse
from copilot_nb.protocol.local import LocalTodos
from copilot_nb.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.protocol.events import SessionEvent

CHANGED = parse({"type": "session.todos_changed", "data": {}})
ROWS = [{"id": "a", "title": "Read", "status": "done"}]


class Table:
    """A runtime that knows nothing but its table of tasks."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.reads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Any:
        """The answer to a call."""
        del params, timeout
        assert method == "session.plan.readSqlTodos"
        self.reads += 1
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def lists_after(table: Table, *events: SessionEvent) -> list[LocalTodos]:
    """What the stream holds after the events."""
    session = Session("s", None, table)
    found: list[LocalTodos] = []

    def keep(event: SessionEvent) -> None:
        if isinstance(event.data, LocalTodos):
            found.append(event.data)

    session.on(keep)
    for event in events:
        session.dispatch_event(event)
        await asyncio.sleep(0)
    table.gate.set()
    for _ in range(10):
        await asyncio.sleep(0)
    return found


async def test_a_changed_list_is_read_into_the_stream() -> None:
    """The event says only that it changed."""
    (todos,) = await lists_after(Table({"rows": [*ROWS, "odd"]}), CHANGED)

    assert todos.rows == tuple(ROWS)


async def test_changes_while_reading_are_read_once_more() -> None:
    """However many there were, and never two calls at a time."""
    table = Table({"rows": ROWS})
    table.gate.clear()

    found = await lists_after(table, CHANGED, CHANGED, CHANGED)

    assert (len(found), table.reads) == (2, 2)


async def test_a_list_that_can_not_be_read_is_passed_over() -> None:
    """An older runtime has none, and an odd answer is no list."""
    assert await lists_after(Table(RpcError("Unhandled method")), CHANGED) == []
    assert await lists_after(Table(None), CHANGED) == []
    assert await lists_after(Table({"rows": 1}), CHANGED) == []
