"""One scripted answer of a model, and how it looks on the wire of OpenAI chat completions.

Pure values: a `Reply` says what the model answers and how it misbehaves; `completion` and
`chunks` turn it into JSON. The server in `model.py` does the waiting and the sending.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

ToolRequest = tuple[str, Mapping[str, Any] | str]
"""A tool call that the model asks for: the tool's name and its arguments (or their raw text)."""

DEFAULT_USAGE: Mapping[str, int] = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
}


@dataclass(frozen=True)
class Reply:
    """What a scripted model answers to one request."""

    text: str = ""
    """The answer; it is streamed word by word."""
    chunks: Sequence[str] = ()
    """The answer cut by hand; wins over `text`."""
    tools: Sequence[ToolRequest] = ()
    """Tool calls after the text; their arguments are streamed in `fragments` pieces."""
    reasoning: Sequence[str] = ()
    """Pieces of `reasoning_content`, sent before the answer."""
    delay: float | Callable[[int], float] = 0.0
    """Seconds after each piece, or a function of the piece's number."""
    hang: float = 0.0
    """Seconds before anything is sent."""
    gate: asyncio.Event | None = None
    """Nothing is sent before this event is set (after the headers of a stream)."""
    drop_after: int | None = None
    """Close the connection after so many pieces of the answer."""
    status: int = 200
    """HTTP status; anything but 200 sends `body` and no answer."""
    body: Mapping[str, Any] = field(
        default_factory=lambda: {"error": {"message": "scripted failure", "type": "scripted"}}
    )
    """JSON of an HTTP error."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Additional HTTP headers, `retry-after` for example."""
    finish: str | None = None
    """`finish_reason`; by default `tool_calls` with tools and `stop` without."""
    usage: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULT_USAGE))
    """Token counts."""
    credits: float | None = None
    """AI credits that an account's model service says the answer cost; only a stream says it."""
    fragments: int = 3
    """In how many pieces a tool's arguments are streamed."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The answer as it is streamed."""
        if self.chunks:
            return tuple(self.chunks)
        return tuple(part for part in _words(self.text) if part)

    @property
    def finish_reason(self) -> str:
        """The reason that ends the answer."""
        return self.finish or ("tool_calls" if self.tools else "stop")

    def pause(self, number: int) -> float:
        """Return the seconds to wait after piece `number`."""
        return self.delay(number) if callable(self.delay) else self.delay


def _words(text: str) -> Iterator[str]:
    """Cut after each space, so that joining the parts gives the text again."""
    start = 0
    while (end := text.find(" ", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    yield text[start:]


def completion(reply: Reply, *, model: str, number: int, call_ids: Sequence[str]) -> dict[str, Any]:
    """Return the whole answer to a request without `stream`."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(reply.pieces)}
    if reply.reasoning:
        message["reasoning_content"] = "".join(reply.reasoning)
    if reply.tools:
        message["tool_calls"] = [
            {
                "id": call_id,
                "type": "function",
                "function": {"name": name, "arguments": _text(args)},
            }
            for call_id, (name, args) in zip(call_ids, reply.tools, strict=True)
        ]
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
        "usage": dict(reply.usage),
    }


def chunks(
    reply: Reply, *, model: str, number: int, call_ids: Sequence[str]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each streamed object, and whether it is a piece of the answer's text."""
    base = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
    }
    for piece in reply.reasoning:
        yield _delta(base, {"role": "assistant", "reasoning_content": piece}), False
    for piece in reply.pieces:
        yield _delta(base, {"role": "assistant", "content": piece}), True
    for index, (call_id, (name, args)) in enumerate(zip(call_ids, reply.tools, strict=True)):
        for call in _tool_call(index, call_id, name, _text(args), reply.fragments):
            yield _delta(base, {"role": "assistant", "tool_calls": [call]}), False
    yield _delta(base, {}, finish=reply.finish_reason), False
    bill = {} if reply.credits is None else {"copilot_usage": _bill(reply.credits)}
    yield {**base, "choices": [], "usage": dict(reply.usage), **bill}, False


def _bill(spent: float) -> dict[str, Any]:
    """The cost as GitHub's model service says it, in billionths."""
    return {"total_nano_aiu": round(spent * 1_000_000_000), "token_details": []}


def _tool_call(
    index: int, call_id: str, name: str, arguments: str, fragments: int
) -> Iterator[dict[str, Any]]:
    """Yield the call's name first and then its arguments in pieces, as real servers do."""
    head = {"name": name, "arguments": ""}
    yield {"index": index, "id": call_id, "type": "function", "function": head}
    step = max(1, -(-len(arguments) // max(1, fragments)))
    for start in range(0, len(arguments), step):
        yield {"index": index, "function": {"arguments": arguments[start : start + step]}}


def _delta(
    base: Mapping[str, Any], delta: Mapping[str, Any], *, finish: str | None = None
) -> dict[str, Any]:
    return {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _text(arguments: Mapping[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)
