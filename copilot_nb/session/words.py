"""What a process says besides the protocol: the last of it is kept, all of it is read."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import IO

TAIL = 16 * 1024
"""Bytes that are kept."""


class Words:
    """Reads a stream to its end on a thread, so that the process that writes it never blocks."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._tail = b""
        self._ended = False
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._read, name="copilot-nb-words", daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        """What is kept."""
        return self._tail.decode(errors="replace").strip()

    def wait(self, limit: float) -> None:
        """Wait for the end of the stream; not on the loop's thread."""
        self._thread.join(limit)

    async def more(self) -> bool:
        """Wait until more was said; False at the end of the stream."""
        if not self._ended:
            await self._changed.wait()
            self._changed.clear()
        return not self._ended

    def _read(self) -> None:
        while data := self._stream.read(4096):
            self._tail = (self._tail + data)[-TAIL:]
            self._tell()
        self._ended = True
        self._stream.close()
        self._tell()

    def _tell(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._changed.set)
