"""The stored form of a turn, and the view that shows nothing else.

The same HTML is what a notebook keeps, what headless runs write, and what plain mode shows while
the turn runs, where no widget can be had.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from copilot_nb.views.document import to_html
from copilot_nb.views.plain import to_text
from copilot_nb.views.record import MIME, to_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.transcript.blocks import Transcript

__all__ = ["Publish", "StaticView", "mimebundle", "to_html", "to_text"]

EVERY = 0.25
"""Seconds between two updates."""
EVERY_LONG = 0.5
"""Seconds between two updates of a long output."""
LONG = 20_000
"""Characters of HTML from which an output is long."""


class Publish(Protocol):
    """Sends an output to the page, or replaces the one of that display id."""

    def __call__(self, data: Mapping[str, Any], *, display_id: str, update: bool) -> None:
        """Send `data`, a MIME bundle."""


def mimebundle(transcript: Transcript, *, record: bool = True) -> dict[str, Any]:
    """The stored forms, by MIME type.

    Args:
        transcript: The turn.
        record: Whether an ended turn is stored as data, too.
    """
    bundle: dict[str, Any] = {"text/html": to_html(transcript), "text/plain": to_text(transcript)}
    if record and transcript.ended:
        bundle[MIME] = to_record(transcript)
    return bundle


class StaticView:
    """Shows the turn as stored HTML, brought up to date a few times a second.

    Args:
        publish: Where outputs go.
        loop: The loop that `update` and `close` are called on; the running one if not given.
        display_id: The output on the page to take over; a new one is made if not given.
        record: Whether the ended turn is stored as data, too.
    """

    def __init__(
        self,
        publish: Publish,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        display_id: str | None = None,
        record: bool = True,
    ) -> None:
        self.display_id = display_id or f"copilot-{uuid4().hex[:12]}"
        self._publish = publish
        self._record = record
        self._loop = loop or asyncio.get_running_loop()
        self._on_page = display_id is not None
        self._newest: Transcript | None = None
        self._shown: Transcript | None = None
        self._pause: asyncio.TimerHandle | None = None

    def update(self, transcript: Transcript) -> None:
        """Show the transcript, at once or when the pause since the last one is over."""
        self._newest = transcript
        if self._pause is None:
            self._show()

    def close(self, transcript: Transcript) -> None:
        """Show the last transcript at once; it is what the notebook keeps."""
        self._newest = transcript
        self._show()
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    def _show(self) -> None:
        """Publish what is new and begin a pause, which ends with another look."""
        self._pause = None
        if self._newest is None or self._newest is self._shown:
            return
        data = mimebundle(self._newest, record=self._record)
        self._publish(data, display_id=self.display_id, update=self._on_page)
        self._on_page, self._shown = True, self._newest
        seconds = EVERY_LONG if len(data["text/html"]) > LONG else EVERY
        self._pause = self._loop.call_later(seconds, self._show)
