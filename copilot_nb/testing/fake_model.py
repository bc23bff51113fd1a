"""How a session in memory hears its model: a Reply as the events of one step."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from copilot_nb.testing.fake_session import FakeSession
    from copilot_nb.testing.reply import Reply

OK = 200
TRIES = {401: 3, 429: 6, 500: 6}
"""How often the runtime asks before it gives up; once for other errors."""
KINDS = {401: "authentication", 429: "rate_limit"}
CONTEXT_TOKENS = 128_000


class ModelFailure(Exception):  # noqa: N818 - not an error of ours: part of the play
    """The model could not be made to answer; `data` is the event's."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data["message"])
        self.data = data


async def speak(
    session: FakeSession, prompt_id: str, turn_id: str
) -> tuple[Reply, list[dict[str, Any]]]:
    """Let the model answer, with the events that the real runtime sends for it.

    Returns:
        What it said, and the tool calls it asks for.

    Raises:
        ModelFailure: It answered with HTTP errors only.
    """
    tries = 0
    while True:
        reply = session.next_reply({"messages": list(session.messages), "tools": _tools(session)})
        await asyncio.sleep(reply.hang)
        if reply.status == OK:
            message_id = await _stream(session, reply)
            if message_id is not None:
                return reply, _complete(session, reply, message_id, prompt_id, turn_id)
            reason = "streaming_error"
        else:
            tries += 1
            if tries >= TRIES.get(reply.status, 1):
                raise ModelFailure(_failure(reply, tries))
            reason = "api_error"
        session.emit("assistant.turn_retry", {"turnId": turn_id, "reason": reason}, ephemeral=True)


async def _stream(session: FakeSession, reply: Reply) -> str | None:
    """The pieces of the answer; None when the stream broke off."""
    if reply.gate is not None:
        await reply.gate.wait()
    message_id = str(uuid4())
    session.emit(
        "session.usage_info",
        {"tokenLimit": CONTEXT_TOKENS, "currentTokens": 9000, "messagesLength": 2},
        ephemeral=True,
    )
    if not session.config.get("streaming", True):
        return message_id
    thought = str(uuid4())
    for piece in reply.reasoning:
        data = {"reasoningId": thought, "deltaContent": piece}
        session.emit("assistant.reasoning_delta", data, ephemeral=True)
    for number, piece in enumerate(reply.pieces):
        if number == 0:
            session.emit("assistant.message_start", {"messageId": message_id}, ephemeral=True)
        data = {"messageId": message_id, "deltaContent": piece}
        session.emit("assistant.message_delta", data, ephemeral=True)
        if reply.drop_after == number + 1:
            return None
        await asyncio.sleep(reply.pause(number))
    return message_id


def _complete(
    session: FakeSession, reply: Reply, message_id: str, prompt_id: str, turn_id: str
) -> list[dict[str, Any]]:
    calls = [
        {"toolCallId": f"call_{uuid4()}", "name": name, "arguments": _arguments(arguments)}
        for name, arguments in reply.tools
    ]
    usage = {
        "model": session.config.get("model", ""),
        "inputTokens": reply.usage.get("prompt_tokens", 0),
        "outputTokens": reply.usage.get("completion_tokens", 0),
        "finishReason": reply.finish_reason,
    }
    session.emit("assistant.usage", usage, ephemeral=True)
    text = "".join(reply.pieces)
    session.messages.append({"role": "assistant", "content": text, "tool_calls": calls})
    if reply.finish != "length":
        message = {
            "messageId": message_id,
            "originatingMessageId": prompt_id,
            "content": text,
            "toolRequests": calls,
            "turnId": turn_id,
            "model": session.config.get("model", ""),
        }
        if reply.reasoning:
            message["reasoningText"] = "".join(reply.reasoning)
        session.emit("assistant.message", message)
    return calls


def _failure(reply: Reply, tries: int) -> dict[str, Any]:
    error = reply.body.get("error", {})
    text = f"{reply.status} {error.get('message', '')}"
    if tries > 1:
        text = f"Failed to get response from the AI model; retried {tries - 1} times {text}"
    return {
        "errorType": KINDS.get(reply.status, "query"),
        "message": text,
        "statusCode": reply.status,
    }


def _tools(session: FakeSession) -> list[dict[str, Any]]:
    return [{"type": "function", "function": tool} for tool in session.tools.values()]


def _arguments(arguments: Any) -> Any:
    return json.loads(arguments) if isinstance(arguments, str) else dict(arguments)
