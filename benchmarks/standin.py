"""A stand-in runtime: speaks the protocol over stdio, and floods whoever sends a prompt.

It stands alone (standard library only) and is started like the real one, as a process. The prompt
is JSON: `{"deltas": 20000, "every": 0}`, the pieces to stream and the seconds between two of them.
Pieces that are sent one at a time carry the moment they were written at, as `time.monotonic_ns`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

Message = dict[str, Any]

BLOCK = 64 * 1024
"""Bytes per write of a flood: what a pipe holds."""

_writing = threading.Lock()


def frame(message: Message) -> bytes:
    """The message as it crosses the wire."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def event(session_id: str, kind: str, data: Message, *, ephemeral: bool = False) -> Message:
    """An event in the recorded shape: about 400 bytes for a piece of an answer."""
    fields: Message = {
        "type": kind,
        "id": str(uuid4()),
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "parentId": str(UUID(int=1)),
        "data": data,
    }
    if ephemeral:
        fields["ephemeral"] = True
    params = {"sessionId": session_id, "event": fields}
    return {"jsonrpc": "2.0", "method": "session.event", "params": params}


def before(session_id: str, message_id: str, prompt: str) -> Iterator[Message]:
    """What comes ahead of the first piece."""
    asked = {"content": prompt, "messageId": message_id, "delivery": "idle", "turnId": "0"}
    yield event(session_id, "user.message", asked)
    yield event(session_id, "assistant.turn_start", {"turnId": "0"})
    started = {"messageId": answer_id(message_id)}
    yield event(session_id, "assistant.message_start", started, ephemeral=True)


def delta(session_id: str, message_id: str, text: str) -> Message:
    """A piece of the answer."""
    data = {"messageId": answer_id(message_id), "deltaContent": text}
    return event(session_id, "assistant.message_delta", data, ephemeral=True)


def after(session_id: str, message_id: str, text: str) -> Iterator[Message]:
    """What follows the last piece."""
    answer = {"messageId": answer_id(message_id), "content": text, "toolRequests": []}
    answer["originatingMessageId"] = message_id
    yield event(session_id, "assistant.message", answer)
    usage = {"model": "stand-in", "inputTokens": 100, "outputTokens": 20, "duration": 10}
    yield event(session_id, "assistant.usage", usage, ephemeral=True)
    yield event(session_id, "assistant.turn_end", {"turnId": "0"})
    yield event(session_id, "assistant.idle", {"aborted": False}, ephemeral=True)
    yield event(session_id, "session.idle", {"aborted": False}, ephemeral=True)


def answer_id(message_id: str) -> str:
    """The id of the answer to a prompt."""
    return str(UUID(int=UUID(message_id).int ^ 1))


def flood(session_id: str, message_id: str, prompt: str) -> None:
    """Stream the answer that the prompt describes."""
    order = json.loads(prompt)
    count, every = order["deltas"], order.get("every", 0)
    if every:
        _trickle(session_id, message_id, prompt, count, every)
        return
    words = [f"word{number % 1000} " for number in range(count)]
    messages = [
        *before(session_id, message_id, prompt),
        *(delta(session_id, message_id, word) for word in words),
        *after(session_id, message_id, "".join(words)),
    ]
    block = bytearray()
    for message in messages:  # whole ones, because other sessions write in between
        block += frame(message)
        if len(block) >= BLOCK:
            write(block)
            block = bytearray()
    write(block)


def _trickle(session_id: str, message_id: str, prompt: str, count: int, every: float) -> None:
    write(b"".join(map(frame, before(session_id, message_id, prompt))))
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + (number + 1) * every - time.monotonic()))
        write(frame(delta(session_id, message_id, f"{time.monotonic_ns()} ")))
    write(b"".join(map(frame, after(session_id, message_id, "done"))))


def write(data: bytes | bytearray) -> None:
    """Write all of it; streams of several sessions take turns."""
    with _writing:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(1, rest) :]


def respond(message: Message) -> None:
    """Answer a request; a prompt is answered first and streamed then."""
    method, params = message["method"], message.get("params") or {}
    session_id = params.get("sessionId") or str(uuid4())
    message_id = str(uuid4())
    results: dict[str, Message] = {
        "connect": {"ok": True, "protocolVersion": 3, "version": "stand-in"},
        "ping": {"message": "pong", "timestamp": 0, "protocolVersion": 3},
        "session.create": {"sessionId": session_id, "workspacePath": None, "capabilities": {}},
        "session.send": {"messageId": message_id},
    }
    result = results.get(method, {})
    write(frame({"jsonrpc": "2.0", "id": message["id"], "result": result}))
    if method == "session.send":
        streamed = (session_id, message_id, params["prompt"])
        threading.Thread(target=flood, args=streamed, daemon=True).start()


def main() -> None:
    """Answer until the other side closes."""
    while header := sys.stdin.buffer.readline():
        while (line := sys.stdin.buffer.readline()).strip():
            header += line
        size = next(
            int(line.partition(b":")[2])
            for line in header.splitlines()
            if line.lower().startswith(b"content-length")
        )
        message = json.loads(sys.stdin.buffer.read(size))
        if "method" in message and "id" in message:
            respond(message)


if __name__ == "__main__":
    main()
