"""Tasks with an owner: nothing runs on after its owner has closed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from contextvars import Context

_log = logging.getLogger(__name__)


class Tasks:
    """The tasks of one object."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(
        self, work: Coroutine[Any, Any, Any], *, context: Context | None = None
    ) -> asyncio.Task[Any]:
        """Run it in a copy of that context, or of the caller's. What it raises is logged."""
        scope = None if context is None else context.copy()
        task = asyncio.get_running_loop().create_task(work, context=scope)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self, grace: float = 2.0) -> None:
        """Cancel all of them, except the caller's own, and wait that many seconds for their end."""
        others = self._running - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=grace)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("A task of the session failed", exc_info=error)
