"""Messages over real pipes."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import IO, TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ConnectionClosedError, ProtocolError
from copilot_nb.rpc import stdio
from copilot_nb.rpc.framing import encode
from copilot_nb.rpc.stdio import StdioTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class End:
    """One end of two pipes, and what its transport said."""

    def __init__(self, readable: int, writable: int) -> None:
        self.input: IO[bytes] = open(readable, "rb", buffering=0)  # noqa: SIM115 - an fd
        self.output: IO[bytes] = open(writable, "wb", buffering=0)  # noqa: SIM115 - an fd
        self.transport = StdioTransport(self.output, self.input)
        self.received: list[dict[str, Any]] = []
        self.threads: set[int] = set()
        self.closed: list[Exception | None] = []
        self._changed = asyncio.Event()

    def start(self) -> None:
        """Begin to receive."""
        self.transport.start(self._take, self._end)

    async def receives(self, count: int) -> list[dict[str, Any]]:
        """The messages, once there are so many."""
        async with asyncio.timeout(5):
            while len(self.received) < count:
                await self._changed.wait()
                self._changed.clear()
        return self.received

    async def ends(self) -> Exception | None:
        """Why it ended, once it has."""
        async with asyncio.timeout(5):
            while not self.closed:
                await self._changed.wait()
                self._changed.clear()
        return self.closed[0]

    def _take(self, messages: list[dict[str, Any]]) -> None:
        self.threads.add(threading.get_ident())
        self.received += messages
        self._changed.set()

    def _end(self, error: Exception | None) -> None:
        self.closed.append(error)
        self._changed.set()


def joined() -> tuple[End, End]:
    """Two ends of the same two pipes."""
    (read_one, write_one), (read_two, write_two) = os.pipe(), os.pipe()
    return End(read_one, write_two), End(read_two, write_one)


@pytest.fixture
async def ends() -> AsyncIterator[tuple[End, End]]:
    """Two ends; what is left open is closed after the test."""
    both = joined()
    yield both
    for end in both:
        end.output.close()
    await asyncio.gather(*(end.transport.close() for end in both))


async def test_messages_arrive_in_order_on_the_loops_thread(ends: tuple[End, End]) -> None:
    """Threads stay inside the transport."""
    ours, theirs = ends
    ours.start()
    theirs.start()

    for n in range(100):
        ours.transport.send({"n": n})

    assert await theirs.receives(100) == [{"n": n} for n in range(100)]
    assert theirs.threads == {threading.get_ident()}


async def test_what_comes_together_is_handed_over_together() -> None:
    """One read is one call of the loop, however many messages it brought."""
    ours, theirs = joined()
    batches: list[int] = []
    theirs.output.write(encode({"n": 1}) * 20)
    ended = asyncio.Event()

    ours.transport.start(lambda messages: batches.append(len(messages)), lambda _: ended.set())
    theirs.output.close()
    await asyncio.wait_for(ended.wait(), 5)

    assert batches == [20]
    theirs.input.close()


async def test_a_full_pipe_does_not_hold_up_the_sender(ends: tuple[End, End]) -> None:
    """Nobody reads yet; sending returns, the loop goes on, and all of it arrives later."""
    ours, theirs = ends
    ours.start()
    text = "x" * 4_000_000

    ours.transport.send({"text": text})
    ours.transport.send({"text": "after"})
    await asyncio.sleep(0)
    theirs.start()

    assert await theirs.receives(2) == [{"text": text}, {"text": "after"}]


async def test_messages_of_many_threads_stay_whole(ends: tuple[End, End]) -> None:
    """`send` needs no lock around it."""
    ours, theirs = ends
    ours.start()
    theirs.start()

    def send(name: int) -> None:
        for n in range(50):
            ours.transport.send({"name": name, "n": n, "text": "x" * 5000})

    await asyncio.gather(*(asyncio.to_thread(send, name) for name in range(4)))

    received = await theirs.receives(200)
    for name in range(4):
        assert [m["n"] for m in received if m["name"] == name] == list(range(50))


async def test_the_end_of_the_stream_is_told_after_the_last_message(
    ends: tuple[End, End],
) -> None:
    """An ordinary end has no reason, and the pipes are closed."""
    ours, theirs = ends
    ours.start()
    theirs.output.write(encode({"last": True}))
    theirs.output.close()

    assert await ours.ends() is None
    assert ours.received == [{"last": True}]
    assert await asyncio.to_thread(theirs.input.read, 1) == b""
    assert ours.input.closed
    with pytest.raises(ConnectionClosedError):
        ours.transport.send({})


async def test_an_unexpected_end_is_explained() -> None:
    """Who started the process knows more than a closed pipe says."""
    ours, theirs = joined()
    reason = RuntimeError("it crashed")
    transport = StdioTransport(ours.output, ours.input, explain=lambda: reason)
    closed: asyncio.Queue[Exception | None] = asyncio.Queue()
    transport.start(print, closed.put_nowait)

    theirs.output.close()

    assert await asyncio.wait_for(closed.get(), 5) is reason
    theirs.input.close()


async def test_garbage_ends_the_connection(ends: tuple[End, End]) -> None:
    """The reason is a ProtocolError, and the other side sees the end too."""
    ours, theirs = ends
    ours.start()

    theirs.output.write(b"Hello, I am not JSON-RPC\n")

    assert isinstance(await ours.ends(), ProtocolError)
    assert await asyncio.to_thread(theirs.input.read, 1) == b""


async def test_closing_sends_what_is_queued(ends: tuple[End, End]) -> None:
    """A last request, a shutdown say, is not lost; a second close is free."""
    ours, theirs = ends
    ours.start()
    theirs.start()
    ours.transport.send({"text": "x" * 500_000})
    ours.transport.send({"last": True})

    closing = asyncio.gather(ours.transport.close(), ours.transport.close())
    assert (await theirs.receives(2))[-1] == {"last": True}
    await theirs.transport.close()
    await closing

    assert ours.closed == [None]
    assert theirs.closed == [None]


async def test_closing_does_not_wait_for_ever(
    ends: tuple[End, End], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other side may keep its end open."""
    monkeypatch.setattr(stdio, "CLOSE_GRACE", 0.01)
    ours, theirs = ends
    ours.start()

    await ours.transport.close()
    theirs.output.write(encode({"late": True}))
    theirs.output.close()
    await asyncio.to_thread(theirs.input.read, 1)

    assert ours.closed == [None]
    assert ours.received == []


async def test_a_side_that_stops_reading_ends_the_connection(
    ends: tuple[End, End], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that breaks under a write is an end, even when nothing else says so."""
    monkeypatch.setattr(stdio, "EXPLAIN_GRACE", 0.01)
    ours, theirs = ends
    ours.start()

    theirs.input.close()
    ours.transport.send({"n": 1})

    assert isinstance(await ours.ends(), OSError)


async def test_a_stream_that_cannot_be_read_ends_the_connection() -> None:
    """An error of the system is handed on."""

    class Broken:
        """Fails as a device may."""

        def read(self, _: int, /) -> bytes:
            """Fail."""
            raise OSError("device gone")

        def write(self, data: memoryview, /) -> int:
            """Take all."""
            return len(data)

        def close(self) -> None:
            """Nothing to release."""

    transport = StdioTransport(Broken(), Broken())
    closed: asyncio.Queue[Exception | None] = asyncio.Queue()
    transport.start(print, closed.put_nowait)

    reason = await asyncio.wait_for(closed.get(), 5)

    assert str(reason) == "device gone"


async def test_new_receivers_take_over(ends: tuple[End, End]) -> None:
    """Who checked the connection hands it on to who uses it."""
    ours, theirs = ends
    first: asyncio.Queue[object] = asyncio.Queue()
    ours.transport.start(first.put_nowait, first.put_nowait)
    theirs.output.write(encode({"n": 1}))
    assert await asyncio.wait_for(first.get(), 5) == [{"n": 1}]

    ours.start()
    theirs.output.write(encode({"n": 2}))
    theirs.output.close()

    assert await ours.receives(1) == [{"n": 2}]
    assert await ours.ends() is None
    assert first.empty()


async def test_a_late_receiver_is_told_the_end(ends: tuple[End, End]) -> None:
    """Taking over a connection that has just ended is no way to hang."""
    ours, theirs = ends
    theirs.output.write(b"garbage\n")
    first: asyncio.Queue[object] = asyncio.Queue()
    ours.transport.start(print, first.put_nowait)
    reason = await asyncio.wait_for(first.get(), 5)

    ours.start()

    assert await ours.ends() is reason


async def test_closing_what_was_never_started_closes_the_streams() -> None:
    """There is nothing to wait for."""
    ours, theirs = joined()

    await ours.transport.close()

    assert ours.input.closed
    assert ours.output.closed
    await theirs.transport.close()


def test_a_closed_loop_ends_the_other_side() -> None:
    """When nobody can take messages any more, the runtime is let go."""
    theirs_input: IO[bytes]

    async def start() -> End:
        ours, theirs = joined()
        ours.start()
        return theirs

    theirs = asyncio.run(start())
    theirs_input = theirs.input

    theirs.output.write(encode({"n": 1}))

    assert theirs_input.read(1) == b""
    theirs.input.close()
    theirs.output.close()
