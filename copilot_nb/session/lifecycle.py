"""What happens to sessions of the whole runtime, without its repetitions.

The runtime says "created" and "deleted" twice, and "updated" after nearly every event.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from copilot_nb.protocol.base import Wire

SETTLE_SECONDS = 0.25
"""How long a session must be quiet before its update is told."""

_log = logging.getLogger(__name__)


class LifecycleEvent(Wire):
    """Something happened to a session."""

    type: str
    """session.created, session.updated, session.deleted, …"""
    session_id: str
    metadata: dict[str, Any] | None = None


LifecycleHandler = Callable[[LifecycleEvent], None]


class Lifecycle:
    """Tells each change once."""

    def __init__(self) -> None:
        self._handlers: list[LifecycleHandler] = []
        self._told: dict[str, str] = {}
        self._updates: dict[str, asyncio.TimerHandle] = {}

    def on(self, handler: LifecycleHandler) -> Callable[[], None]:
        """Call back with each change; gives a function that ends it."""
        self._handlers.append(handler)

        def stop() -> None:
            if handler in self._handlers:
                self._handlers.remove(handler)

        return stop

    def take(self, params: dict[str, Any]) -> None:
        """The runtime's own message."""
        if not self._handlers:
            return
        event = LifecycleEvent.from_wire(params)
        if event.type == "session.updated":
            if timer := self._updates.pop(event.session_id, None):
                timer.cancel()
            loop = asyncio.get_running_loop()
            self._updates[event.session_id] = loop.call_later(SETTLE_SECONDS, self._settled, event)
        elif self._told.get(event.session_id) != event.type:
            self._told[event.session_id] = event.type
            self._tell(event)

    def close(self) -> None:
        """Tell nothing more of this runtime."""
        for timer in self._updates.values():
            timer.cancel()
        self._updates.clear()
        self._told.clear()

    def _settled(self, event: LifecycleEvent) -> None:
        self._updates.pop(event.session_id, None)
        self._tell(event)

    def _tell(self, event: LifecycleEvent) -> None:
        for handler in tuple(self._handlers):
            try:
                handler(event)
            except Exception:  # noqa: BLE001 - one callback's fault must not stop the others
                _log.exception("A lifecycle callback failed")
