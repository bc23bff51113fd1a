"""A chat-completions request, read the way a scene needs it.

The runtime sends the whole conversation each time. `read` finds the prompt that is being answered,
the tool calls made for it so far with their results, the tools on offer and the agent's folder.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TAGGED = re.compile(r"<([a-z][\w-]*)[^>]*>.*?</\1[^>]*>", re.DOTALL)
_FOLDER = re.compile(r"Current working directory: (.+)")
_REFUSED = re.compile(
    r"The user (?:rejected this tool call|declined to run this code)\."
    r"(?:\s*User feedback:)?\s*(?P<reason>.*)",
    re.DOTALL,
)
_NO_REASON = "The user declined"


@dataclass(frozen=True)
class Result:
    """What came back from one tool call."""

    tool: str
    arguments: Mapping[str, Any]
    text: str

    @property
    def refused(self) -> bool:
        """Whether a person or a policy said no, so that the tool did not run."""
        return _REFUSED.match(self.text) is not None

    @property
    def feedback(self) -> str:
        """The reason given with a refusal; empty when there is none."""
        found = _REFUSED.match(self.text)
        reason = found["reason"].strip() if found else ""
        return "" if reason.startswith(_NO_REASON) else reason


@dataclass(frozen=True)
class Request:
    """What a scene knows when it decides the next step."""

    prompt: str
    results: tuple[Result, ...] = ()
    tools: tuple[str, ...] = ()
    folder: PurePath = field(default_factory=PurePath)
    first: bool = True
    """Whether the model has not said anything in this session before this prompt."""

    def tool(self, name: str) -> str | None:
        """Return the name under which a tool is on offer, also behind a prefix."""
        if name in self.tools:
            return name
        return next((tool for tool in self.tools if re.search(rf"[^a-z]{name}$", tool)), None)

    def mentions(self, name: str) -> bool:
        """Return whether the prompt names it, as a word of its own."""
        return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.prompt, re.IGNORECASE))


def read(body: Mapping[str, Any]) -> Request:
    """Return what the request's JSON says."""
    messages = body.get("messages", [])
    starts = [n for n, message in enumerate(messages) if message.get("role") == "user"]
    start = starts[-1] if starts else len(messages)
    before, after = messages[:start], messages[start + 1 :]
    folder = next((f for m in before if (f := _FOLDER.search(_content(m)))), None)
    return Request(
        prompt=_TAGGED.sub("", _content(messages[start])).strip() if starts else "",
        results=tuple(_results(after)),
        tools=tuple(str(tool.get("function", {}).get("name")) for tool in body.get("tools") or ()),
        folder=PurePath(folder[1].strip()) if folder else PurePath(),
        first=not any(message.get("role") == "assistant" for message in before),
    )


def _results(messages: list[Mapping[str, Any]]) -> Iterator[Result]:
    """Yield each tool result, joined with the call that it belongs to."""
    calls: dict[str, Mapping[str, Any]] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():
            calls[call["id"]] = call["function"]
        if message.get("role") == "tool":
            call = calls.get(message.get("tool_call_id", ""), {})
            yield Result(
                str(call.get("name", "")), _arguments(call.get("arguments")), _content(message)
            )


def _arguments(text: object) -> Mapping[str, Any]:
    try:
        arguments = json.loads(str(text))
    except ValueError:
        return {}
    return arguments if isinstance(arguments, dict) else {}


def _content(message: Mapping[str, Any]) -> str:
    """Return the text of a message whose content is a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
