"""The demo model's server, in a thread with its own loop.

The kernel's loop may be blocked by the cell that waits for the answer, and the model has to go on.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

from copilot_nb.demo.model import MODEL_ID, Pace, brain, pace_from_environment
from copilot_nb.testing.model import ScriptedModel

_SECONDS = 10.0


class DemoServer:
    """A running demo model; `close` ends it.

    Args:
        pace: How fast it talks.
    """

    model_id = MODEL_ID
    """What to ask the server for."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._url: Future[str] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._main, name="copilot-nb-demo", daemon=True)
        self._thread.start()
        self.url = self._url.result(_SECONDS)
        """The base URL, ending in `/v1`."""

    def close(self) -> None:
        """End the server and its thread; a second call does nothing."""
        if self._loop is not None and self._ended is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_SECONDS)

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._url.done():
                raise
            self._url.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        async with ScriptedModel(default=brain(self._pace), models=[MODEL_ID]) as model:
            self._url.set_result(model.url)
            await self._ended.wait()


def start(pace: Pace | None = None) -> DemoServer:
    """Start the demo model on a free port of 127.0.0.1.

    Args:
        pace: `real` or `fast`; COPILOT_NB_DEMO_PACE decides when not given.
    """
    return DemoServer(pace or pace_from_environment())
