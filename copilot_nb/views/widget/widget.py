"""The live view: one widget per turn, drawn by the page.

The page gets the differences between transcripts in numbered messages, at most one per 50 ms, all
sent on the loop's thread; a page that missed one asks for a snapshot. When the turn ends, the
output is replaced by its stored form and the widget goes away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from copilot_nb.transcript.blocks import TextBlock, Transcript
from copilot_nb.transcript.changes import changes, to_wire
from copilot_nb.views import static
from copilot_nb.views.widget.answers import acting, fitting
from copilot_nb.views.widget.line import WIDGET_MIME, Line
from copilot_nb.views.widget.pace import shortened, trimmed

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from copilot_nb.transcript.blocks import Block
    from copilot_nb.views.view import Callbacks

__all__ = ["WIDGET_MIME", "Publish", "WidgetView", "publish_in_cell"]

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
        record: Whether the ended turn is stored as data, too.
    """

    def __init__(  # noqa: PLR0913 - all but the first are options
        self,
        callbacks: Callbacks,
        *,
        loop: asyncio.AbstractEventLoop,
        every: float = 0.05,
        publish: Publish = publish_in_cell,
        on_unready: Callable[[], None] | None = None,
        ready_timeout: float = 3.0,
        record: bool = True,
    ) -> None:
        self._callbacks = callbacks
        self._loop = loop
        self._publish = publish
        self._on_unready = on_unready
        self._ready_timeout = ready_timeout
        self._record = record
        self._line = Line("turn", loop=loop, state=self._state, heard=self._take, every=every)
        self.display_id = f"copilot-{self._line.epoch}"
        """The output that the turn is shown in."""
        self._shown = False
        self._spoken = False
        self._latest = Transcript()
        self._sent = _Sent(0, self._latest)
        self._timer: asyncio.TimerHandle | None = None
        self._answered: dict[str, tuple[Block | None, float]] = {}

    @property
    def ready(self) -> bool:
        """Whether a page has said that it draws the turn."""
        return bool(self._line.pages)

    def update(self, transcript: Transcript) -> None:
        """Draw the newest transcript: at once after a pause, else with the next message.

        The first words of an answer wait for nothing.
        """
        self._latest = transcript
        if not self._shown:
            self._open()
        elif not self._spoken and any(
            isinstance(b, TextBlock) and b.text for b in transcript.blocks
        ):
            self._spoken = True
            self._flush()
        elif self._timer is None or self._line.wait <= 0:  # code may keep the loop from its timers
            self._flush_when_due()

    def close(self, transcript: Transcript) -> None:
        """Send the last difference and put the stored form in the widget's place."""
        self._latest = transcript
        stored = static.mimebundle(transcript, record=self._record)
        if not self._shown:
            self._publish(stored, display_id=self.display_id, update=False)
            return
        self._flush()
        self._publish(stored, display_id=self.display_id, update=True)
        self._line.end(stored)

    def whole(self, block_id: str, text: str) -> None:
        """Send all of a text that went out cut, to whoever asked for it."""
        if self._line.open:
            self._line.send({"k": "whole", "id": block_id, "text": shortened(text)})

    def discard(self) -> None:
        """Take the widget away and leave the output as it is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._line.close()

    def _open(self) -> None:
        self._shown = True
        self._sent = _Sent(0, trimmed(self._latest))
        live, metadata = self._line.start(self._ready_timeout, self._on_unready)
        bundle = {**static.mimebundle(self._latest), **live}
        self._publish(bundle, metadata=metadata, display_id=self.display_id, update=False)

    # -- to the page

    def _state(self) -> dict[str, Any]:
        """May run on any thread: it reads one value that is never changed."""
        sent = self._sent
        return {"n": sent.n, "t": to_wire(sent.transcript)}

    def _flush_when_due(self) -> None:
        wait = self._line.wait
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
        if self._line.open:
            self._line.send({"k": "d", "e": self._line.epoch, "n": self._sent.n, "o": operations})

    # -- from the page

    def _take(self, content: Mapping[str, Any]) -> None:
        match content.get("k"):
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
        """Passes on the first fitting answer.

        Another only after the page gave up waiting, or when the request says something new.
        """
        block = self._latest.get(request_id)
        now = self._loop.time()
        before, at = self._answered.get(request_id, (None, 0.0))
        if block == before and now - at < _REPEAT_AFTER:
            return
        answer = fitting(block, value)
        if answer is not None:
            self._answered[request_id] = (block, now)
            self._callbacks.answer(request_id, answer)


def _speaks(transcript: Transcript) -> bool:
    """Whether the answer has begun."""
    return any(isinstance(block, TextBlock) and block.text for block in transcript.blocks)
