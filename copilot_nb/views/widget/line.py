"""The line between a widget and the pages that show it.

Messages are numbered by their sender and leave on the loop's thread; what pages say may arrive on
any thread. A page says "ready", asks for a snapshot when it missed something, and is told apart
from other pages by an id of its own.

At its end a line waits until a page says that it has heard of it. Whoever closed the notebook or
reloads it just then comes back to a widget that can still be asked, and gets the stored form.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from copilot_nb.views.widget.carrier import Face, live_widget
from copilot_nb.views.widget.pace import Pace, weight

if TYPE_CHECKING:
    import asyncio

WIDGET_MIME: Final = "application/vnd.jupyter.widget-view+json"
_VERSION: Final = 1
_MOST_WAITING: Final = 20

_waiting: deque[Line] = deque()
"""Lines that have ended in front of nobody, the oldest first."""


class Line:
    """One widget and its pages.

    Args:
        face: What the page draws.
        loop: The loop on whose thread everything but `snapshot` happens.
        state: The number of the last message and what a page knows that took it, as
            `{"n": …, "t": …}`; may be called on any thread.
        heard: Gets what a page says beyond "ready" and "sync".
        every: Seconds between two messages at least.
    """

    def __init__(
        self,
        face: Face,
        *,
        loop: asyncio.AbstractEventLoop,
        state: Callable[[], Mapping[str, Any]],
        heard: Callable[[Mapping[str, Any]], None],
        every: float = 0.05,
    ) -> None:
        self.epoch = uuid.uuid4().hex[:12]
        self.pages: set[str] = set()
        """Ids of the pages that have said "ready"."""
        self._face = face
        self._loop = loop
        self._state = state
        self._heard = heard
        self._pace = Pace(every)
        self._widget: Any = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stored: dict[str, Any] | None = None
        """What stands in the output since the end."""

    @property
    def open(self) -> bool:
        """Whether there is a widget to speak to, and something to say."""
        return self._reaches and self._stored is None

    @property
    def _reaches(self) -> bool:
        return self._widget is not None and self._widget.comm is not None

    @property
    def wait(self) -> float:
        """Seconds until the next message may go out; 0 for at once."""
        return self._pace.wait(self._loop.time())

    def start(
        self, ready_timeout: float, on_unready: Callable[[], None] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make the widget; its part of the output's bundle, and the metadata that goes with it."""
        self._widget = live_widget(self._face, self.snapshot)
        self._widget.on_msg(self._receive)
        data, metadata = self._widget._repr_mimebundle_()
        if on_unready is not None:
            self._deadline = self._loop.call_later(ready_timeout, self._unready, on_unready)
        return {WIDGET_MIME: data[WIDGET_MIME]}, metadata

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to all pages."""
        self._pace.sent(weight(message), self._loop.time())
        self._widget.send(message)

    def snapshot(self) -> dict[str, Any]:
        """All that a page needs that knows nothing; may run on any thread."""
        return {"v": _VERSION, "e": self.epoch, **self._state()}

    def end(self, stored: Mapping[str, Any]) -> None:
        """Take the widget away once a page has heard that this stands in the output now."""
        self._stop_waiting()
        if not self.open:
            return
        self._stored = dict(stored)
        if (
            len(self.pages) > 1
        ):  # one of them was reloaded, and no longer knows the output by its id
            self._freeze()
        else:
            self.send({"k": "end"})
        _waiting.append(self)
        while len(_waiting) > _MOST_WAITING:
            _waiting[0].close()

    def close(self) -> None:
        """Take the widget away; the output stays as it is."""
        self._stop_waiting()
        if self in _waiting:
            _waiting.remove(self)
        if self._widget is not None:
            self._widget.layout.close()
            self._widget.close()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _freeze(self) -> None:
        self.send({"k": "freeze", "mid": str(self._widget.model_id), "data": self._stored})

    def _unready(self, on_unready: Callable[[], None]) -> None:
        self._deadline = None
        if not self.pages:
            on_unready()

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, Mapping) and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, dict(content))

    def _take(self, content: Mapping[str, Any]) -> None:
        if not self._reaches:
            return
        page = str(content.get("page", ""))
        match content.get("k"):
            case "ready":
                self.pages.add(page)
                number, model_id = self._state()["n"], str(self._widget.model_id)
                self.send({"k": "ok", "e": self.epoch, "n": number, "mid": model_id})
                if self._stored is not None:
                    self._freeze()
            case "sync":
                self.send({"k": "s", **self.snapshot()})
            case "ended" if self._stored is not None:
                if page in self.pages:
                    self.close()
                else:  # it has not drawn this yet, and does not know the output
                    self.pages.add(page)
                    self._freeze()
            case _ if self._stored is None:
                self._heard(content)
