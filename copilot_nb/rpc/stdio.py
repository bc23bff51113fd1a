"""A transport over two byte streams, with one thread for each direction.

Threads instead of asyncio's own streams, because those need a loop that can watch pipes: Windows'
selector loop cannot, and a loop that sync code holds up must not hold up the runtime, which buffers
without limit when nobody reads. The reader parses and hands whatever one `read` brought to the loop
with a single call; the writer takes the wait for a full pipe off the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Any, Protocol

from copilot_nb.errors import ConnectionClosedError, ProtocolError
from copilot_nb.rpc.framing import Decoder, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.rpc.transport import OnClosed, OnMessages

READ_SIZE = 64 * 1024
CLOSE_GRACE = 5.0
"""Seconds that `close` waits for the other side to end the stream."""
EXPLAIN_GRACE = 0.5
"""Seconds that a failed write waits for the reader to find out more."""


class Readable(Protocol):
    """An unbuffered binary stream to read from."""

    def read(self, size: int, /) -> bytes | None:
        """Up to `size` bytes; empty at the end."""
        ...

    def close(self) -> None:
        """Release it."""
        ...


class Writable(Protocol):
    """An unbuffered binary stream to write to."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of the data; how many bytes it was."""
        ...

    def close(self) -> None:
        """Release it; the other side reads an end of stream."""
        ...


class StdioTransport:
    """Messages over a process's unbuffered stdin and stdout.

    Args:
        process_stdin: What we write to.
        process_stdout: What we read from.
        explain: Asked on the reader's thread when the stream ended although nobody closed it;
            it may wait a moment, and its answer is what `on_closed` gets.
    """

    def __init__(
        self,
        process_stdin: Writable,
        process_stdout: Readable,
        *,
        explain: Callable[[], Exception | None] = lambda: None,
    ) -> None:
        self._output = process_stdin
        self._input = process_stdout
        self._explain = explain
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended: asyncio.Future[None] | None = None  # None until it is started
        self._on_messages: OnMessages = _ignore
        self._on_closed: OnClosed = _ignore
        self._closing = False
        self._reason: Exception | None = None

    def start(self, on_messages: OnMessages, on_closed: OnClosed) -> None:
        """Begin to receive; called again, the new receivers take over from the next batch on."""
        self._on_messages, self._on_closed = on_messages, on_closed
        loop = asyncio.get_running_loop()
        if self._ended is None:
            self._ended = loop.create_future()
            for work in (self._read, self._write):
                name = f"copilot-nb{work.__name__}"
                threading.Thread(target=work, args=(loop,), name=name, daemon=True).start()
        elif self._ended.done():
            loop.call_soon(on_closed, self._reason)

    def send(self, message: Mapping[str, Any]) -> None:
        """Queue one message for the writer; safe on any thread, never waits."""
        if self._closing:
            raise ConnectionClosedError("The connection to the runtime is closed.")
        self._queue.put(encode(message))

    async def close(self) -> None:
        """Send what is queued, close our side, and wait a bounded time for the other's end."""
        self._closing = True
        self._queue.put(None)
        if self._ended is None:
            self._output.close()
            self._input.close()
            return
        await asyncio.wait([self._ended], timeout=CLOSE_GRACE)
        self.end(None)

    def end(self, error: Exception | None) -> None:
        """Take the connection for ended, whatever the streams do; on the loop's thread."""
        if self._ended is None or self._ended.done():
            return
        self._closing, self._reason = True, error
        self._queue.put(None)
        self._ended.set_result(None)
        self._on_closed(error)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        error: Exception | None
        try:
            self._read_to_end(loop)
            error = None if self._closing else self._explain()
        except (ProtocolError, OSError) as problem:
            error = problem
        self._queue.put(None)
        self._input.close()
        _call(loop, self.end, error)

    def _read_to_end(self, loop: asyncio.AbstractEventLoop) -> None:
        feed, read = Decoder().feed, self._input.read
        while data := read(READ_SIZE):
            messages = feed(data)
            if messages and not _call(loop, self._deliver, messages):
                return

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while (data := self._queue.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[self._output.write(rest) or 0 :]
        except OSError as error:
            _call(loop, self._end_soon, error)
        finally:
            with contextlib.suppress(OSError):
                self._output.close()

    def _deliver(self, messages: list[dict[str, Any]]) -> None:
        if self._ended is not None and not self._ended.done():
            self._on_messages(messages)

    def _end_soon(self, error: Exception) -> None:
        """A broken pipe says less than the end of the process, which the reader is about to see."""
        asyncio.get_running_loop().call_later(EXPLAIN_GRACE, self.end, error)


def _call(
    loop: asyncio.AbstractEventLoop, function: Callable[[Any], None], argument: object
) -> bool:
    """Have the loop call the function; False when the loop has been closed."""
    try:
        loop.call_soon_threadsafe(function, argument)
    except RuntimeError:
        return False
    return True


def _ignore(_: object) -> None: ...
