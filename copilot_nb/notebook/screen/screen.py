"""Draws one turn with whatever the front end can show.

A page with widgets gets the live view. One that never answers gets plain mode, and is tried again
in a later turn: it may only have been away, or waited for its person's leave. A terminal gets text.
Where nobody is, the output is static from the start.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.kernel import frontend
from copilot_nb.notebook.asking import Asking, forget_buttons
from copilot_nb.notebook.permissions.policy import nobody_here
from copilot_nb.transcript.blocks import Block, Transcript

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.settings import Settings
    from copilot_nb.session.pending import PendingRequests
    from copilot_nb.views.view import Callbacks, View
    from copilot_nb.views.widget.widget import WidgetView

Mode = Literal["widget", "plain", "static", "terminal"]

GRACE_SECONDS = 0.25

COLAB_SECONDS = 10.0
"""Colab draws each output in a frame of its own, which fetches what it needs from elsewhere."""
_LONGEST_REST = 16

_resting: dict[int, tuple[int, int]] = {}
"""How many turns are drawn plainly before a page that did not answer is tried again, and how many
after the next time; by process, because a fork of the kernel starts anew."""


def choose_mode(settings: Settings) -> Mode:
    """How this turn is drawn.

    The setting wins; then the front end: a terminal, a notebook whose person can answer, or nobody.
    """
    wanted: str = settings.get("view")
    here = frontend.detect()
    if wanted == "auto":
        if here.kind == "terminal":
            return "terminal"
        if here.kind == "none" or not here.allow_stdin:
            return "static"
        return "plain" if page_failed() else "widget"
    return wanted  # type: ignore[return-value]  # one of the setting's choices


def page_failed() -> bool:
    """Whether the page has shown no widgets lately; then the next turn does not try."""
    return _resting.get(os.getpid(), (0, 0))[0] > 0


def forget_pages() -> None:
    """Try widgets again with the next turn."""
    _resting.clear()
    forget_buttons()


def _rest() -> None:
    """The page has failed: leave it alone for a turn, the next time for two, then for four."""
    _, turns = _resting.get(os.getpid(), (0, 1))
    _resting[os.getpid()] = (turns, min(2 * turns, _LONGEST_REST))


def _rested() -> None:
    """One turn was drawn plainly."""
    turns, later = _resting[os.getpid()]
    _resting[os.getpid()] = (turns - 1, later)


def ready_seconds(settings: Settings) -> float:
    """How long to wait for the page's first word."""
    found = settings.find("ready_timeout")
    slow = "google.colab" in sys.modules and not found.given
    return COLAB_SECONDS if slow else float(found.value)


class Screen:
    """One turn's view, and the prompts where the view has no buttons.

    Args:
        mode: How to draw.
        callbacks: Where answers and the stop button go; called on any thread.
        settings: The notebook's settings.
    """

    def __init__(self, mode: Mode, callbacks: Callbacks, settings: Settings) -> None:
        self.mode = mode
        if mode == "plain" and page_failed():
            _rested()
        self.preface: tuple[Block, ...] = ()
        """Drawn before the turn's own blocks."""
        self.callbacks = callbacks
        self._pending: PendingRequests | None = None
        self._asking: Asking | None = None
        self._latest = Transcript()
        self._can_ask = frontend.detect().allow_stdin
        self._widget: WidgetView | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._record = bool(settings.get("record"))
        self._view = self._make_view(settings)

    @property
    def attended(self) -> bool:
        """Whether somebody can answer here."""
        return self.mode == "widget" or (self.mode != "static" and self._can_ask)

    def update(self, transcript: Transcript) -> None:
        """Draw the newest transcript."""
        self._latest = self._prefaced(transcript)
        self._view.update(self._latest)
        if self._asking is not None:
            self._asking.update(self._latest)

    def close(self, transcript: Transcript) -> None:
        """Draw the last transcript and leave its stored form behind."""
        if self._asking is not None:
            self._asking.close()
        if self._grace is not None:
            self._grace.cancel()
        if self._widget is not None and self._widget.ready:
            forget_pages()
        self._view.close(self._prefaced(transcript))

    def whole(self, block_id: str, text: str) -> None:
        """Send the page all of a text that it got cut; other views have it whole or not at all."""
        if self.mode == "widget" and self._widget is not None:
            self._widget.whole(block_id, text)

    def attend(self, pending: PendingRequests) -> None:
        """Let a person answer these requests."""
        self._pending = pending
        if self._asking is None and self.mode != "widget" and self.attended:
            by_keys = self.mode == "terminal"
            self._asking = Asking(pending, self.callbacks, by_keys=by_keys)
            self._asking.update(self._latest)

    def _prefaced(self, transcript: Transcript) -> Transcript:
        if not self.preface:
            return transcript
        return replace(transcript, blocks=(*self.preface, *transcript.blocks))

    def _make_view(self, settings: Settings) -> View:
        loop = asyncio.get_running_loop()
        if self.mode == "terminal":
            from copilot_nb.views.terminal import TerminalView

            return TerminalView(colours=frontend.wants_colours())
        if self.mode == "widget":
            from copilot_nb.views.widget.widget import WidgetView

            self._widget = WidgetView(
                self.callbacks,
                loop=loop,
                ready_timeout=ready_seconds(settings),
                on_unready=self._look_again,
                record=self._record,
            )
            return self._widget
        from copilot_nb.views.static import StaticView

        return StaticView(publish, loop=loop, record=self._record)

    def _look_again(self) -> None:
        """Time is up; but after a pause of the loop the page's word may still be in the queue."""
        self._grace = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._go_plain)

    def _go_plain(self) -> None:
        """The page does not show widgets: go on in its place with plain output and prompts."""
        from copilot_nb.views.static import StaticView

        if self._widget is None or self._widget.ready:
            return
        _rest()
        self._widget.discard()
        self.mode = "plain"
        self._view = StaticView(
            _replace,
            loop=asyncio.get_running_loop(),
            display_id=self._widget.display_id,
            record=self._record,
        )
        self._view.update(self._latest)
        if self._pending is not None:
            self.attend(self._pending)
            self._pending.attended = self.attended
            if not self.attended:
                for request in self._pending.open:
                    self._pending.answer(request.id, nobody_here(request))


def publish(data: Mapping[str, Any], *, display_id: str, update: bool) -> None:
    """Show a bundle in the cell that runs, or replace what it showed."""
    from IPython.display import publish_display_data

    publish_display_data(  # type: ignore[no-untyped-call]  # IPython's
        dict(data), transient={"display_id": display_id}, update=update
    )


def _replace(data: Mapping[str, Any], *, display_id: str, update: bool) -> None:
    """Publish in the place of what another view has shown."""
    del update
    publish(data, display_id=display_id, update=True)
