"""What can be said about a conversation: its status and its tools."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import MethodNotFoundError
from copilot_nb.kernel.tools import KERNEL_TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.providers import Source
    from copilot_nb.protocol.tool import Tool


@dataclass(frozen=True, slots=True)
class ToolFact:
    """One tool of the agent."""

    name: str
    description: str
    source: str
    asks: str
    """When it asks, in words."""


def status(conversation: Conversation) -> dict[str, str]:
    """The facts of `%copilot status`; nothing is started for them."""
    link = conversation.link
    source = conversation.link.source()
    policy = conversation.settings.find("policy")
    facts = {
        "runtime": _runtime(conversation),
        "provider": provider(source),
        "model": model(conversation),
        "session": "none yet; it begins with the first turn",
        "folder": str(Path.cwd()),
        "approvals": f"{policy.value} ({policy.source})" if policy.given else "you are asked",
    }
    if link.session is not None:
        facts["session"] = link.session.session_id
    return facts


def model(conversation: Conversation) -> str:
    """The model that the next turn asks."""
    source = conversation.link.source()
    if source.model:
        return source.model
    last = conversation.last.transcript.model if conversation.last else ""
    return last or "chosen by the runtime"


def provider(source: Source) -> str:
    """Where the model answers, and why there."""
    asked = f", model {source.model}" if source.model else ""
    key = f", key from {source.key_variable}" if source.own and source.key_variable else ""
    return f"{source.place}{asked}{key} ({source.reason})"


def _runtime(conversation: Conversation) -> str:
    client = conversation.link.client
    if client is None:
        return "not started; the first turn starts it"
    return f"Copilot CLI {client.runtime_version}, process {client.pid}"


async def tools(conversation: Conversation) -> tuple[ToolFact, ...]:
    """The tools that the agent has; starts the runtime to ask it.

    Before the first turn the runtime only knows what it offers by itself, which may differ a little
    from what it then gives the model.
    """
    session = await conversation.session()
    offered: dict[str, Mapping[str, Any]] = {}
    with suppress(MethodNotFoundError):
        reply = await session.rpc.tools.get_current_metadata()
        offered = {each["name"]: each for each in reply.get("tools") or ()}
    own = {each.name: each for each in session.get_tools()}
    if offered.keys() <= own.keys() and conversation.link.client is not None:
        offered |= {name: each.to_wire() for name, each in own.items()}
        for builtin in await conversation.link.client.tools_list():
            offered.setdefault(builtin.name, builtin.to_wire())
    return tuple(_tool(name, offered[name], own.get(name)) for name in sorted(offered))


def _tool(name: str, offered: Mapping[str, Any], own: Tool | None) -> ToolFact:
    description = str(offered.get("description") or "").strip().partition("\n")[0]
    if own is None:
        server = offered.get("mcpServerName")
        source = f"MCP server {server}" if server else "runtime"
        asks = "no" if name in _SILENT else "yes"
    else:
        source = "kernel" if name in _KERNEL else "python"
        asks = "yes" if _KERNEL.get(name) == "none" or not own.skip_permission else "no"
    return ToolFact(name, description, source, asks)


_KERNEL = {tool.name: tool.permission for tool in KERNEL_TOOLS}
"""Those with "none" are not asked for by the runtime: they ask by themselves."""
_SILENT = frozenset(
    {
        *("ask_user", "list_agents", "list_bash", "read_agent", "read_bash", "skill", "sql"),
        *("stop_bash", "task", "write_agent"),
    }
)
"""Tools of the runtime that ask no permission; measured, and any other is said to ask."""
