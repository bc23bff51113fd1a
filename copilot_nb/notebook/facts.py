"""What can be said about a conversation: its status and its tools."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.providers import Source


@dataclass(frozen=True, slots=True)
class ToolFact:
    """One tool of the agent."""

    name: str
    description: str
    source: str
    asks: str
    """When it asks, in words."""


async def status(conversation: Conversation) -> dict[str, str]:
    """The facts of `%copilot status`; nothing is started for them."""
    link = conversation.link
    source = conversation.link.source()
    policy = conversation.settings.find("policy")
    facts = {
        "runtime": _runtime(conversation),
        "provider": provider(source),
        "model": source.model or "chosen by the runtime",
        "session": "none yet; it begins with the first turn",
        "folder": str(Path.cwd()),
        "approvals": f"{policy.value} ({policy.source})" if policy.given else "you are asked",
    }
    if link.session is not None:
        facts["session"] = link.session.session_id
    return facts


def provider(source: Source) -> str:
    """Where the model answers, and why there."""
    key = f", key from {source.key_variable}" if source.key_variable else ""
    return f"{source.place}{key} ({source.reason})"


def _runtime(conversation: Conversation) -> str:
    client = conversation.link.client
    if client is None:
        return "not started; the first turn starts it"
    return f"Copilot CLI {client.version}, process {client.pid}"
