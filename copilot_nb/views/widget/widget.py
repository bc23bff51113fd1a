"""The live view: one widget per turn, drawn by the page.

The page gets the differences between transcripts in numbered messages, at most one per 50 ms, all
sent on the loop's thread; a page that missed one asks for a snapshot. When the turn ends, the
output is replaced by its stored form and the widget goes away.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from copilot_nb.transcript.blocks import Transcript
from copilot_nb.transcript.changes import changes, to_wire
from copilot_nb.views import static
from copilot_nb.views.widget.answers import acting, fitting
from copilot_nb.views.widget.carrier import turn_widget
from copilot_nb.views.widget.pace import Pace, shortened, trimmed, weight

if TYPE_CHECKING:
    import asyncio

    from copilot_nb.views.view import Callbacks

WIDGET_MIME: Final = "application/vnd.jupyter.widget-view+json"
_VERSION: Final = 1
_REPEAT_AFTER: Final = 4.0


class Publish(Protocol):
    """Shows a bundle in the cell's output, or replaces the one of the same display id."""

    def __call__(
        self,
        data: Mapping[str, Any],
        *,
        metadata: Mapping[str, Any] | None = None,
        display_id: str,
        update: bool,
    ) -> None:
        """Shows it now."""


def publish_in_cell(
    data: Mapping[str, Any],
    *,
    metadata: Mapping[str, Any] | None = None,
    display_id: str,
    update: bool,
) -> None:
    """Publishes through IPython, into the cell whose context this runs in."""
    from IPython.display import publish_display_data

    publish_display_data(  # type: ignore[no-untyped-call]  # IPython has no types here
        dict(data), dict(metadata or {}), transient={"display_id": display_id}, update=update
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the page knows when it has taken message `n`; replaced as one value, never changed."""

    n: int
    transcript: Transcript


class WidgetView:
    """Draws a turn live, and leaves its stored form behind.

    Messages of the page may arrive on any thread; everything else happens on the loop's.

    Args:
        callbacks: Where answers and the wish to stop go.
        loop: The loop whose thread calls `update` and `close`.
        every: Seconds between two messages at least.
        publish: How bundles get into the output.
        on_unready: Called once when no page has said "ready" in time; the caller may then show
            the turn in another way under the same `display_id`, after `discard()`.
        ready_timeout: Seconds from the first display until then.
    """

    def __init__(
        self,
        callbacks: Callbacks,
        *,
        loop: asyncio.AbstractEventLoop,
        every: float = 0.05,
        publish: Publish = publish_in_cell,
        on_unready: Callable[[], None] | None = None,
        ready_timeout: float = 3.0,
    ) -> None:
        self._callbacks = callbacks
        self._loop = loop
        self._publish = publish
        self._on_unready = on_unready
        self._ready_timeout = ready_timeout
        self._epoch = uuid.uuid4().hex[:12]
        self.display_id = f"copilot-{self._epoch}"
        """The output that the turn is shown in."""
        self._widget: Any = None
        self._latest = Transcript()
        self._sent = _Sent(0, self._latest)
        self._pace = Pace(every)
        self._timer: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._pages: set[str] = set()
        self._answered: dict[str, float] = {}

    @property
    def ready(self) -> bool:
        """Whether a page has said that it draws the turn."""
        return bool(self._pages)

    def update(self, transcript: Transcript) -> None:
        """Draw the newest transcript: at once after a pause, else with the next message."""
        self._latest = transcript
        if self._widget is None:
            self._open()
        elif self._timer is None:
            self._flush_when_due()

    def close(self, transcript: Transcript) -> None:
        """Send the last difference, store the turn in the output and take the widget away."""
        self._latest = transcript
        stored = static.mimebundle(transcript)
        if self._widget is None:
            self._publish(stored, display_id=self.display_id, update=False)
            return
        self._flush()
        self._publish(stored, display_id=self.display_id, update=True)
        if len(self._pages) > 1 and self._widget.comm is not None:
            self._send({"k": "freeze", "mid": self._widget.model_id, "data": stored})
        self.discard()

    def whole(self, block_id: str, text: str) -> None:
        """Send all of a text that went out cut, to whoever asked for it."""
        if self._widget is not None and self._widget.comm is not None:
            self._send({"k": "whole", "id": block_id, "text": shortened(text)})

    def discard(self) -> None:
        """Take the widget away and leave the output as it is."""
        for timer in (self._timer, self._deadline):
            if timer is not None:
                timer.cancel()
        self._timer = self._deadline = None
        if self._widget is not None:
            self._widget.layout.close()
            self._widget.close()

    def _open(self) -> None:
        self._sent = _Sent(0, trimmed(self._latest))
        self._widget = turn_widget(self._snapshot)
        self._widget.on_msg(self._receive)
        data, metadata = self._widget._repr_mimebundle_()
        bundle = {**static.mimebundle(self._latest), WIDGET_MIME: data[WIDGET_MIME]}
        self._publish(bundle, metadata=metadata, display_id=self.display_id, update=False)
        self._deadline = self._loop.call_later(self._ready_timeout, self._unready)

    def _unready(self) -> None:
        self._deadline = None
        if not self._pages and self._on_unready is not None:
            self._on_unready()

    # -- to the page

    def _snapshot(self) -> dict[str, Any]:
        """May run on any thread: it reads one value that is never changed."""
        sent = self._sent
        return {"v": _VERSION, "e": self._epoch, "n": sent.n, "t": to_wire(sent.transcript)}

    def _flush_when_due(self) -> None:
        wait = self._pace.wait(self._loop.time())
        if wait > 0:
            self._timer = self._loop.call_later(wait, self._flush)
        else:
            self._flush()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        newest = trimmed(self._latest)
        operations = changes(self._sent.transcript, newest)
        if not operations:
            return
        self._sent = _Sent(self._sent.n + 1, newest)
        self._send({"k": "d", "e": self._epoch, "n": self._sent.n, "o": operations})

    def _send(self, message: dict[str, Any]) -> None:
        self._pace.sent(weight(message), self._loop.time())
        self._widget.send(message)

    # -- from the page

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, Mapping) and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, dict(content))

    def _take(self, content: Mapping[str, Any]) -> None:
        if self._widget is None or self._widget.comm is None:
            return
        match content.get("k"):
            case "ready":
                self._pages.add(str(content.get("page", "")))
                self._send({"k": "ok", "e": self._epoch, "n": self._sent.n})
            case "sync":
                self._send({"k": "s", **self._snapshot()})
            case "answer":
                self._answer(str(content.get("id", "")), content.get("v"))
            case "act":
                self._act(str(content.get("a", "")), content.get("v"))
            case "stop":
                self._callbacks.stop()
            case _:
                return

    def _act(self, name: str, value: object) -> None:
        act = acting(name, value)
        if act is not None:
            self._callbacks.act(name, act)

    def _answer(self, request_id: str, value: object) -> None:
        """Passes on the first fitting answer; a repeat only after the page gave up waiting."""
        block = self._latest.get(request_id)
        now = self._loop.time()
        if now - self._answered.get(request_id, float("-inf")) < _REPEAT_AFTER:
            return
        answer = fitting(block, value)
        if answer is not None:
            self._answered[request_id] = now
            self._callbacks.answer(request_id, answer)
