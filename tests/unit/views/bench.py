"""A view with its comms, as a page would hear it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import comm
from comm.base_comm import BaseComm, CommManager

from copilot_nb.transcript.blocks import TextBlock, Transcript
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget.line import WIDGET_MIME
from copilot_nb.views.widget.widget import WidgetView

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY = 0.01


class FakeComm(BaseComm):
    """Keeps what a kernel would publish."""

    published: list[tuple[str, str, dict[str, Any]]]

    def publish_msg(self, msg_type: str, data: Any = None, *_: object, **__: object) -> None:
        """Writes it down instead of publishing it."""
        self.published.append((self.comm_id, msg_type, data or {}))


class Bench:
    """One view with its comms, its output and what it passed on."""

    def __init__(self, **options: Any) -> None:
        self.published: list[tuple[str, str, dict[str, Any]]] = []
        self.shown: list[tuple[dict[str, Any], bool]] = []
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.acts: list[tuple[str, dict[str, Any]]] = []
        self.threads: set[int] = set()
        self.stops = 0
        self.unready = 0
        self.options = options
        self.stored = asyncio.Event()
        """Set by who publishes a stored form."""

    def open(self, transcript: Transcript) -> WidgetView:
        """A view that shows the transcript."""
        self.view = WidgetView(
            Callbacks(self._answer, self._stop, self._act),
            loop=asyncio.get_running_loop(),
            publish=self.publish,
            on_unready=self._unready,
            **{"every": EVERY, **self.options},
        )
        self.view.update(transcript)
        return self.view

    def _answer(self, request_id: str, value: Mapping[str, Any]) -> None:
        self.answers.append((request_id, dict(value)))
        self.threads.add(threading.get_ident())

    def _stop(self) -> None:
        self.stops += 1

    def _act(self, name: str, value: Mapping[str, Any]) -> None:
        self.acts.append((name, dict(value)))

    def _unready(self) -> None:
        self.unready += 1

    def publish(
        self,
        data: Mapping[str, Any],
        *,
        metadata: Mapping[str, Any] | None = None,
        display_id: str,
        update: bool,
    ) -> None:
        """Writes down what the output shows."""
        assert display_id == self.view.display_id
        self.shown.append((dict(data), update))

    @property
    def model_id(self) -> str:
        """The turn's own widget."""
        bundle = self.shown[0][0][WIDGET_MIME]
        return str(bundle["model_id"])

    @property
    def closed(self) -> bool:
        """Whether the widget is gone."""
        return (self.model_id, "comm_close", {}) in self.published

    def sent(self, kind: str = "") -> list[dict[str, Any]]:
        """Custom messages to the page, of that kind."""
        messages = [
            data["content"]
            for _, name, data in self.published
            if name == "comm_msg" and data.get("method") == "custom"
        ]
        return [message for message in messages if kind in {"", message["k"]}]

    def state(self, model_id: str) -> dict[str, Any]:
        """What a page gets that asks for the widget's state now."""
        self._hears(model_id, {"method": "request_state"})
        updates = [data for _, _, data in self.published if data.get("method") == "update"]
        return dict(updates[-1]["state"])

    async def say(self, **message: Any) -> None:
        """The page says something."""
        self._hears(self.model_id, {"method": "custom", "content": message})
        await asyncio.sleep(0)

    def _hears(self, model_id: str, data: dict[str, Any]) -> None:
        manager: CommManager = comm.get_comm_manager()
        manager.comms[model_id].handle_msg({"content": {"data": data}, "buffers": []})


def text(words: str, *, state: Any = "running") -> Transcript:
    """A turn that says this."""
    return Transcript(state=state, blocks=(TextBlock(id="a", text=words),))


async def quiet() -> None:
    """Until a pause between messages is over."""
    await asyncio.sleep(EVERY * 3)
