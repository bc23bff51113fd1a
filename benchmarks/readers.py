"""Three readers of the same flood, each for a process of its own.

`python -m benchmarks.readers ours 20000` prints the CPU time per event as JSON. Only the time from
the prompt to the last event counts; starting up and connecting do not.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.standin import BLOCK, Message, frame

STANDIN = Path(__file__).with_name("standin.py")
ARGUMENTS = ("-I", "-S", str(STANDIN))
"""For the interpreter, in place of the runtime's executable."""

Reader = Callable[[int], Awaitable[float]]


async def floor(deltas: int) -> float:
    """Asyncio reads blocks, `json.loads` reads bodies: the least that any client does."""
    seen, begin = 0, 0.0
    async for events in bare_stream({"deltas": deltas}):
        begin = begin or time.process_time()  # the start of the stand-in is not reading
        for event in events:
            seen += event["type"] == "assistant.message_delta"
    spent = time.process_time() - begin
    assert seen == deltas
    return spent


async def bare_stream(order: Message) -> AsyncGenerator[list[Any], None]:
    """The events of one flood as JSON, block by block, from a runtime of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *ARGUMENTS,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    params = {"sessionId": "bare", "prompt": json.dumps(order)}
    request: Message = {"jsonrpc": "2.0", "id": 1, "method": "session.send", "params": params}
    process.stdin.write(frame(request))
    buffer, idle = b"", False
    while not idle and (data := await process.stdout.read(BLOCK)):
        messages, buffer = _split(buffer + data)
        events = [message["params"]["event"] for message in messages if "method" in message]
        idle = bool(events) and events[-1]["type"] == "session.idle"
        yield events
    process.stdin.close()
    await process.wait()


def _split(buffer: bytes) -> tuple[list[Any], bytes]:
    messages, position = [], 0
    while (end := buffer.find(b"\r\n\r\n", position)) >= 0:
        stop = end + 4 + int(buffer[position + 16 : end])
        if stop > len(buffer):
            break
        messages.append(json.loads(buffer[end + 4 : stop]))
        position = stop
    return messages, buffer[position:]


async def ours(deltas: int) -> float:
    """A session with a turn that fills itself, a subscription, and a typed callback."""
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.protocol.session import SessionConfig
    from copilot_nb.session.client import Client

    pieces: list[str] = []

    def take(event: SessionEvent) -> None:
        if event.type == "assistant.message_delta":
            pieces.append(event.data.delta_content)  # type: ignore[union-attr]  # by its type

    async def count() -> int:
        seen = 0
        async for event in subscription:
            seen += isinstance(event, SessionEvent) and event.type == "assistant.message_delta"
            if isinstance(event, SessionEvent) and event.type == "session.idle":
                break
        return seen

    async with Client(cli_path=Path(sys.executable), cli_args=ARGUMENTS) as client:
        session = await client.create_session(SessionConfig(model="stand-in"))
        subscription = session.subscribe(capacity=None)
        session.on(take)
        begin = time.process_time()
        turn = await session.start_turn(json.dumps({"deltas": deltas}), until="session")
        seen = await count()
        await turn.wait()
        spent = time.process_time() - begin
    assert seen == len(pieces) == deltas
    assert turn.text == "".join(pieces)
    return spent


async def sdk(deltas: int) -> float:
    """The official SDK with one callback; it has no subscriptions and no turns."""
    copilot: Any = importlib.import_module("copilot")
    loop, done, pieces = asyncio.get_running_loop(), asyncio.Event(), list[str]()

    def take(event: Any) -> None:
        kind = event.type.value
        if kind == "assistant.message_delta":
            pieces.append(event.data.delta_content)
        elif kind == "session.idle":
            loop.call_soon_threadsafe(done.set)

    connection = copilot.RuntimeConnection.for_stdio(path=sys.executable, args=ARGUMENTS)
    client = copilot.CopilotClient(connection=connection)
    await client.start()
    session = await client.create_session(model="stand-in", streaming=True)
    session.on(take)
    begin = time.process_time()
    await session.send(json.dumps({"deltas": deltas}))
    await done.wait()
    spent = time.process_time() - begin
    await client.force_stop()
    assert len(pieces) == deltas
    return spent


READERS: dict[str, Reader] = {"floor": floor, "ours": ours, "sdk": sdk}


async def main(name: str, deltas: int) -> None:
    """Measure one reader once and print microseconds per event."""
    async with asyncio.timeout(120):
        spent = await READERS[name](deltas)
    print(json.dumps({"us": spent / deltas * 1e6}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
