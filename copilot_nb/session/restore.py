"""Requests that were open when a runtime died, announced again after a resume.

The runtime keeps them under their old ids but sends no events for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty
from copilot_nb.protocol.events import SessionEvent, parse

if TYPE_CHECKING:
    from copilot_nb.session.session import Session


async def announce_open_requests(session: Session) -> int:
    """Dispatch each open request as the event it once was; how many there were."""
    permissions = await session.calls(methods.PENDING_PERMISSIONS, Empty())
    tools = await session.calls(methods.PENDING_TOOLS, Empty())
    found = [*map(_permission, permissions.items), *map(_tool, tools.items)]
    for event in found:
        session.dispatch_event(event)
    return len(found)


def _permission(item: dict[str, Any]) -> SessionEvent:
    prompt = item.get("request")
    prompt = prompt if isinstance(prompt, dict) else {}
    data = {
        "requestId": item.get("requestId"),
        "permissionRequest": prompt | {"kind": _kind(prompt)},
        "promptRequest": prompt,
    }
    return parse({"type": "permission.requested", "data": data})


def _tool(item: dict[str, Any]) -> SessionEvent:
    return parse({"type": "external_tool.requested", "data": item})


def _kind(prompt: dict[str, Any]) -> str:
    """The kind of the request behind a prompt, which names two of them otherwise."""
    kind = prompt.get("kind", "")
    if kind == "path":
        return str(prompt.get("accessKind") or "read")
    return "shell" if kind == "commands" else str(kind)
