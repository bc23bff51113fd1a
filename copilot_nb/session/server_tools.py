"""Tools of MCP servers: asked about whatever a server says of them.

The runtime asks nobody before a tool that its server calls read-only, and that word is the server's
own. A hook has it ask all the same; the question is then told as the one of any server's tool.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from copilot_nb.errors import CopilotError
from copilot_nb.protocol.hook import HookOutput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_MESSAGE: Final = "copilot_nb asks before every tool of an MCP server."
ASK: Final = HookOutput(permission_decision="ask", permission_decision_reason=_MESSAGE)


@dataclass(frozen=True, slots=True)
class _ServerTool:
    """A tool by its server's names."""

    server: str
    name: str
    title: str


class ServerTools:
    """Knows which of the model's tools are a server's.

    Args:
        metadata: Asks the runtime for the tools that there are now.
        own: Whether a tool of that name is one of ours.
    """

    def __init__(
        self, metadata: Callable[[], Awaitable[Mapping[str, Any]]], own: Callable[[str], bool]
    ) -> None:
        self._metadata = metadata
        self._own = own
        self._known: dict[str, _ServerTool | None] = {}
        """By the model's name; None for those of nobody's server."""

    async def before(self, name: str) -> HookOutput | None:
        """Has the runtime ask before a server's tool; says nothing of any other."""
        if name not in self._known:
            with suppress(CopilotError):
                self._learn(await self._metadata())
        if name in self._known:
            return ASK if self._known[name] else None
        # The servers of a sub-agent are in no list; no tool of the runtime's is called like theirs.
        return ASK if "-" in name and not self._own(name) else None

    def told(self, event: Any) -> Any:
        """The event; a question that was asked for here is the one of a server's tool."""
        match event:
            case {
                "type": "permission.requested",
                "data": {"promptRequest": {"kind": "hook", "hookMessage": str(message)} as prompt},
            } if message == _MESSAGE:
                return self._renamed(event, prompt)
        return event

    def _learn(self, reply: Mapping[str, Any]) -> None:
        for each in reply.get("tools") or ():
            server = each.get("mcpServerName")
            name = str(each.get("mcpToolName") or each.get("name"))
            title = str(each.get("title") or "")
            found = _ServerTool(str(server), name, title) if server else None
            self._known[str(each.get("name"))] = found

    def _renamed(self, event: Mapping[str, Any], prompt: Mapping[str, Any]) -> Mapping[str, Any]:
        full = str(prompt.get("toolName") or "")
        tool = self._known.get(full)
        if tool is None:
            return event
        asked = {
            "kind": "mcp",
            "toolCallId": prompt.get("toolCallId"),
            "serverName": tool.server,
            "toolTitle": tool.title,
            "args": prompt.get("toolArgs"),
        }
        data = event["data"] | {
            "permissionRequest": asked | {"toolName": full},
            "promptRequest": asked | {"toolName": tool.name},
        }
        return {**event, "data": data}
