"""Asks open requests on the keyboard where there are no buttons: terminal and plain mode.

One at a time, oldest first. An answer from elsewhere wins when it comes first. Pressing Enter alone
allows nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.screen.dialogue import AskLine, AskText, no, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.session.pending import Answer, PendingRequest, PendingRequests
    from copilot_nb.transcript.blocks import RequestBlock


class Prompts:
    """Turns open requests into lines that are asked.

    Args:
        pending: Where requests wait.
        ask_line: Shows a prompt and gives the line that was typed.
        ask_text: Shows a text and gives it as it was edited.
        block: What is shown of a request; None when nothing is.
        answer: Takes a request's id and what was answered, as a view's callback does.
    """

    def __init__(
        self,
        pending: PendingRequests,
        ask_line: AskLine,
        ask_text: AskText,
        block: Callable[[str], RequestBlock | None],
        answer: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._pending = pending
        self._ask_line = ask_line
        self._ask_text = ask_text
        self._block = block
        self._answer = answer
        self._waiting: deque[str] = deque()
        self._current = ""
        self._task: asyncio.Task[None] | None = None
        self._stop_watching: Callable[[], None] | None = None

    def start(self) -> None:
        """Ask what is open and what will be."""
        self._stop_watching = self._pending.on_change(self._changed)
        self._waiting.extend(request.id for request in self._pending.open)
        self._go_on()

    def close(self) -> None:
        """Ask no more."""
        if self._stop_watching:
            self._stop_watching()
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    def _changed(self, request: PendingRequest, answer: Answer | None) -> None:
        if answer is None:
            self._waiting.append(request.id)
            self._go_on()
        elif request.id == self._current and self._task is not None:
            self._task.cancel()
        elif request.id in self._waiting:
            self._waiting.remove(request.id)

    def _go_on(self) -> None:
        if self._waiting and (self._task is None or self._task.done()):
            self._current = self._waiting.popleft()
            self._task = asyncio.get_running_loop().create_task(self._ask(self._current))
            self._task.add_done_callback(self._asked)

    def _asked(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task, self._current = None, ""
            self._go_on()
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler(
                {"message": "A prompt failed", "exception": error}
            )

    async def _ask(self, request_id: str) -> None:
        # The view draws the request first; the line that is asked comes below it.
        await asyncio.sleep(0)
        block = self._block(request_id)
        if block is None:
            return
        try:
            value = await talk(block, self._ask_line, self._ask_text)
        except EOFError:
            value = no(block)
        if value is None:
            return
        self._current = ""
        self._answer(request_id, value)
