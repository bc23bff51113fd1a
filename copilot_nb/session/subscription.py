"""One reader's own queue of events.

The session never waits for a reader: a queue that is full loses noise first, says how much, and
never loses what ends or asks something.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from copilot_nb.errors import CopilotError, LaggedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from copilot_nb.protocol.events import SessionEvent

ESSENTIAL = frozenset(
    {
        "session.idle",
        "session.error",
        "session.shutdown",
        "assistant.idle",
        "assistant.message",
        "abort",
        "user.message",
        "permission.requested",
        "permission.completed",
        "external_tool.requested",
        "external_tool.completed",
        "user_input.requested",
        "user_input.completed",
        "elicitation.requested",
        "elicitation.completed",
        "exit_plan_mode.requested",
        "exit_plan_mode.completed",
        "command.execute",
    }
)
"""Types that a full queue never loses."""


@dataclass(frozen=True, slots=True)
class Lagged:
    """Stands where events were lost because the reader was too slow."""

    count: int


class EventSubscription:
    """Every event after the call of `subscribe`, in order.

    Iterate over it, or call `recv`. It ends when the session is closed or destroyed, and raises
    `ConnectionClosedError` when the runtime is lost.

    Args:
        capacity: How many events wait before some are lost; None for any number.
        on_lag: Whether a loss is an item (`Lagged`) or an exception (`LaggedError`).
        on_close: Called once when the subscription is closed by its reader.
    """

    def __init__(
        self,
        *,
        capacity: int | None = 1024,
        on_lag: Literal["item", "raise"] = "item",
        on_close: Callable[[EventSubscription], None] | None = None,
    ) -> None:
        self._capacity = capacity
        self._on_lag = on_lag
        self._on_close = on_close
        self._events: deque[SessionEvent] = deque()
        self._lost = 0
        self._ended = False
        self._error: CopilotError | None = None
        self._wake = asyncio.Event()

    def put(self, event: SessionEvent) -> None:
        """Add an event; never waits."""
        if self._ended:
            return
        if self._capacity is not None and len(self._events) >= self._capacity:
            self._make_room()
        self._events.append(event)
        self._wake.set()

    def end(self, error: CopilotError | None = None) -> None:
        """No more events: the reader gets what waits, then the end or that error."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake.set()

    def close(self) -> None:
        """Stop receiving, and forget what waits."""
        self._events.clear()
        self._lost = 0
        self.end()
        if self._on_close is not None:
            self._on_close(self)
            self._on_close = None

    async def recv(self) -> SessionEvent | Lagged:
        """The next event.

        Raises:
            StopAsyncIteration: The subscription has ended.
            ConnectionClosedError: The runtime is gone.
            LaggedError: Events were lost, and `on_lag="raise"`.
        """
        while not (self._events or self._lost or self._ended):
            self._wake.clear()
            await self._wake.wait()
        if self._lost:
            return self._lag()
        if self._events:
            return self._events.popleft()
        if self._error is not None:
            raise self._error.with_traceback(None)
        raise StopAsyncIteration

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionEvent | Lagged:
        return await self.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _lag(self) -> Lagged:
        count, self._lost = self._lost, 0
        if self._on_lag == "raise":
            raise LaggedError(f"{count} events were lost: the reader was too slow.", count=count)
        return Lagged(count)

    def _make_room(self) -> None:
        for noise_only in (True, False):
            for place, event in enumerate(self._events):
                if event.type not in ESSENTIAL and (event.ephemeral or not noise_only):
                    del self._events[place]
                    self._lost += 1
                    return
