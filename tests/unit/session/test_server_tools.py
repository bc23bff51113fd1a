"""Tools of MCP servers: asked about whatever a server says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.errors import RpcError
from copilot_nb.protocol.events import parse
from copilot_nb.session.server_tools import ASK, ServerTools

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOLS = {
    "tools": [
        {"name": "bash"},
        {"name": "clerk-look", "mcpServerName": "clerk", "mcpToolName": "look", "title": "Look"},
    ]
}


def servers(reply: Mapping[str, Any] | Exception = TOOLS) -> tuple[ServerTools, list[int]]:
    """With that reply of the runtime, and how often it was asked."""
    asked: list[int] = []

    async def metadata() -> Mapping[str, Any]:
        asked.append(1)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return ServerTools(metadata, lambda name: name == "my-own"), asked


def question(message: object, name: str = "clerk-look") -> dict[str, Any]:
    """What the runtime asks because a hook wants it."""
    prompt: dict[str, Any] = {"kind": "hook", "toolName": name, "toolArgs": {"a": 1}}
    prompt |= {"toolCallId": "c", "hookMessage": message}
    data = {"requestId": "r", "permissionRequest": prompt, "promptRequest": prompt}
    return {"type": "permission.requested", "data": data}


async def test_only_a_servers_tool_is_asked_about() -> None:
    """The runtime's list is asked for once, and again for a name that is not in it."""
    known, asked = servers()

    assert await known.before("bash") is None
    assert await known.before("clerk-look") is ASK
    assert len(asked) == 1
    assert await known.before("new") is None
    assert len(asked) == 2


async def test_what_is_in_no_list_is_asked_about_where_a_servers_may_be_called_so() -> None:
    """As those of a sub-agent's servers are, and all where the list cannot be had."""
    known, _ = servers()
    broken, _ = servers(RpcError("no"))

    for one in (known, broken):
        assert await one.before("helpers-look") is ASK
        assert await one.before("my-own") is None
        assert await one.before("web_fetch") is None
    assert await broken.before("clerk-look") is ASK


async def test_the_question_is_told_as_one_about_a_servers_tool() -> None:
    """As for a tool that the runtime asks about by itself; other hooks' questions stay."""
    known, _ = servers()
    await known.before("clerk-look")
    ours = ASK.permission_decision_reason

    told = parse(known.told(question(ours))).data

    assert getattr(told, "prompt_request", None) == {
        "kind": "mcp",
        "toolCallId": "c",
        "serverName": "clerk",
        "toolTitle": "Look",
        "args": {"a": 1},
        "toolName": "look",
    }
    assert getattr(told, "permission_request").tool_name == "clerk-look"  # noqa: B009 - typed as any event
    for other in (question("somebody's hook"), question(ours, "bash"), question(None), "odd", None):
        assert known.told(other) is other
