"""Waits for the session to come to rest, whoever's prompt it is at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from copilot_nb.protocol import events
from copilot_nb.session.failures import session_error

if TYPE_CHECKING:
    from copilot_nb.errors import CopilotError
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.run import Until


class IdleWatch:
    """One wait for idle, from its making on.

    Args:
        until: Which idle counts: the agent's, or the one when the background rests too.
    """

    def __init__(self, until: Until) -> None:
        self._type = f"{until}.idle"
        self._message: SessionEvent | None = None
        self._failure: CopilotError | None = None
        self._done = asyncio.Event()

    def feed(self, event: SessionEvent) -> None:
        """Take the next event of the session."""
        if event.agent_id is not None:
            return
        if event.type == "assistant.message":
            self._message = event
        elif event.type == "session.error":
            self._note(event.data)
        elif event.type in {self._type, "session.idle"}:
            self._done.set()

    def fail(self, error: CopilotError) -> None:
        """The session can not go on."""
        self._failure = error
        self._done.set()

    async def wait(self) -> SessionEvent | None:
        """The last answer that came meanwhile; raises what went wrong."""
        await self._done.wait()
        if self._failure is not None:
            raise self._failure
        return self._message

    def _note(self, data: object) -> None:
        if isinstance(data, events.SessionErrorEvent) and data.error_type != "notification":
            self._failure = session_error(data)
