"""`%copilot mcp`: servers that give the agent more tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import ServerName, Words, command
from copilot_nb.magics.result import Result, Table, Text
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

_HINT = "%copilot mcp add NAME COMMAND... adds one, %copilot mcp tools NAME lists its tools."


@command
async def mcp(
    conversation: Conversation,
    action: Literal["list", "status", "add", "remove", "restart", "stop", "tools"] = "list",
    name: ServerName = "",
    target: Words = "",
    *,
    env: tuple[str, ...] = (),
    key_env: str = "",
) -> Result:
    """List the MCP servers with their state, add or remove one, restart it, show its tools.

    A server is a command that runs on this machine, as you, or a URL. It is there until the kernel
    ends; its tools ask for permission like all others.

    Args:
        conversation: The notebook's.
        action: What to do.
        name: The server.
        target: The command line or the URL of a server to add.
        env: Name of an environment variable that the command shall have; may be repeated.
        key_env: Name of the environment variable with the key of a URL.
    """
    from copilot_nb.notebook import servers

    if action in {"list", "status"}:
        return await _listed(conversation, name)
    if not name:
        raise UsageError(f"`%copilot mcp {action}` needs the server's NAME.", hint=_HINT)
    if action == "tools":
        tools = await servers.tools(conversation, name)
        rows = tuple((tool, description) for tool, description in tools)
        return Table(("name", "description"), rows, f"{counted(len(rows), 'tool')} of {name}")
    if action == "add":
        config = servers.config(target, env, key_env, conversation.settings.environ)
        await servers.add(conversation, name, config)
    else:
        await _changed(conversation, action, name)
    if action == "remove":
        return Text(f"MCP server {name} is removed.")
    return await _listed(conversation, name)


async def _changed(conversation: Conversation, action: str, name: str) -> None:
    from copilot_nb.notebook import servers

    await servers.check(conversation, name)
    act = {"remove": servers.remove, "restart": servers.restart, "stop": servers.stop}[action]
    await act(conversation, name)


async def _listed(conversation: Conversation, name: str) -> Table:
    from copilot_nb.notebook import servers

    found = await servers.listed(conversation)
    if name:
        await servers.check(conversation, name)
        found = tuple(each for each in found if each.name == name)
    rows = tuple((each.name, each.status, each.tools, each.source, each.error) for each in found)
    caption = counted(len(rows), "MCP server")
    return Table(("name", "status", "tools", "source", "error"), rows, caption, _HINT)
