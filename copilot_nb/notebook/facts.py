"""What can be said about a conversation without starting anything for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.notebook.settings import Value


def status(conversation: Conversation) -> dict[str, str]:
    """The facts of `%copilot status`; nothing is started for them."""
    source = conversation.link.source()
    facts = {
        "runtime": _runtime(conversation),
        "provider": provider(source),
        "model": model(conversation),
        "mode": conversation.link.setup.mode or "interactive",
        "session": _session(conversation),
        "folder": str(Path.cwd()),
        "approvals": _approvals(conversation.settings.find("policy")),
    }
    if source.kind == "account" and conversation.link.who is not None:
        facts["account"] = str(conversation.link.who)
    if missing := conversation.link.missing:
        facts |= {"missing": missing.message, "next step": missing.hint}
    note = conversation.settings.project.note()
    return facts | ({"project": note} if note else {})


def model(conversation: Conversation) -> str:
    """The model that the next turn asks."""
    source = conversation.link.source()
    if source.model:
        return source.model
    if source.own and source.kind != "demo":
        return "none is named yet; `%copilot models` lists them"
    if conversation.link.missing is not None:
        return "none yet"
    last = conversation.last.transcript.model if conversation.last else ""
    return last or "chosen by the runtime"


def provider(source: Source) -> str:
    """Where the model answers, and why there."""
    asked = f", model {source.model}" if source.model else ""
    key = f", key from {source.key_variable}" if source.own and source.key_variable else ""
    return f"{source.place}{asked}{key} ({source.reason})"


def _approvals(policy: Value) -> str:
    """Who answers what the agent asks."""
    if not policy.given:
        return "you are asked"
    everything = ": whatever it asks is allowed without asking you"
    return f"{policy.value} ({policy.source}){everything if policy.value == 'allow' else ''}"


def _session(conversation: Conversation) -> str:
    """The session, or what could be gone on with: a kernel that starts anew begins a new one."""
    link = conversation.link
    if link.conversation:
        rest = "" if link.session is not None else "; the next turn goes on with it"
        return f"{link.conversation}{rest}"
    mark = conversation.bookmark.get()
    if mark is None or len(conversation.history):
        return "none yet; it begins with the first turn"
    at = mark.at.astimezone().strftime("%Y-%m-%d %H:%M")
    return f"none yet; `%copilot resume` goes on with {mark.prompt!r} of {at}"


def _runtime(conversation: Conversation) -> str:
    client = conversation.link.client
    if client is None:
        return "not started; the first turn starts it"
    without = ", without a model" if conversation.link.missing else ""
    return f"Copilot CLI {client.runtime_version}, process {client.pid}{without}"
