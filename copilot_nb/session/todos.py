"""Reads the agent's list of tasks whenever the runtime says that it changed.

The event itself is empty; what is read goes into the session's stream as `LocalTodos`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from copilot_nb.errors import CopilotError
from copilot_nb.protocol.local import LocalTodos

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.answering import Answering

READ = "session.plan.readSqlTodos"

_log = logging.getLogger(__name__)


class Todos:
    """Keeps the stream's list of tasks up to date.

    Args:
        session: Whose tasks they are.
    """

    def __init__(self, session: Answering) -> None:
        self._session = session
        self._is_stale = False
        self._is_reading = False

    def take(self, event: SessionEvent) -> None:
        """Begin to read if the event says that the list changed; returns at once."""
        if event.type != "session.todos_changed":
            return
        self._is_stale = True
        if not self._is_reading:
            self._is_reading = True
            self._session.tasks.spawn(self._read(), context=self._session.context)

    async def _read(self) -> None:
        """Read until nothing has changed meanwhile: one call at a time, the newest list last."""
        try:
            while self._is_stale:
                self._is_stale = False
                answer = await self._session.calls.request(READ, {})
                rows = answer.get("rows") if isinstance(answer, Mapping) else None
                if isinstance(rows, list | tuple):
                    known = tuple(dict(row) for row in rows if isinstance(row, Mapping))
                    self._session.emit_local(LocalTodos(rows=known))
        except CopilotError as error:
            _log.debug("The list of tasks could not be read: %s", error.message)
        finally:
            self._is_reading = False
