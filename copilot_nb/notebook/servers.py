"""MCP servers of one notebook: those that were added here, and those that the runtime knows."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError, RpcError, UsageError
from copilot_nb.notebook.nearest import meant
from copilot_nb.protocol.session import McpServerConfig
from copilot_nb.rpc.peer import NO_ANSWER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from copilot_nb.notebook.conversation import Conversation

_SHELL = "Try its command in a shell."
_ADDRESS = "Check its address, and that the server runs."
_SLOW = (
    "A first start may load a lot: run its command in a shell once, `%copilot reset`, add it again."
)
_WAITS = "The runtime waits for an MCP server that does not come up."
_RESET = "`%copilot mcp` may answer in a while; `%copilot reset` gives the server up."
_ADD_HINT = "Such as `%copilot mcp add files npx -y @modelcontextprotocol/server-filesystem .`"


@dataclass(frozen=True, slots=True)
class Server:
    """One MCP server."""

    name: str
    status: str
    """connected, pending, failed, needs-auth, stopped, disabled."""
    tools: int | None
    source: str
    error: str


def config(
    target: str, env: Sequence[str], key_env: str, environ: Mapping[str, str]
) -> McpServerConfig:
    """The server that a command line or URL means; keys are read from their variables now.

    Raises:
        UsageError: It is neither, or a variable is not set.
    """
    if not target.strip():
        raise UsageError("`%copilot mcp add` needs a command or a URL.", hint=_ADD_HINT)
    if target.startswith(("http://", "https://")):
        if env:
            hint = "--key-env names the variable that holds the key of a URL."
            raise UsageError("--env is for a command; a URL has no environment.", hint=hint)
        key = _value(key_env, environ) if key_env else ""
        headers = {"Authorization": f"Bearer {key}"} if key else None
        return McpServerConfig(type="http", url=target.strip(), headers=headers)
    if key_env:
        hint = "--env names a variable that a command shall have."
        raise UsageError("--key-env is for a URL.", hint=hint)
    try:
        command, *arguments = shlex.split(target)
    except ValueError:
        raise UsageError(f"A quotation mark is not closed in {target!r}.", hint="") from None
    given = {name: _value(name, environ) for name in env}
    return McpServerConfig(type="local", command=command, args=arguments, env=given or None)


async def listed(conversation: Conversation) -> tuple[Server, ...]:
    """All servers with their state; Tab knows them from here on."""
    session = await conversation.look()
    try:
        found = (await session.rpc.mcp.list()).get("servers") or ()
    except RpcError as error:
        if error.code != NO_ANSWER:
            raise
        raise UsageError(_WAITS, hint=_RESET) from None
    servers = [await _server(conversation, each) for each in found]
    conversation.known.servers = tuple(each.name for each in servers)
    return tuple(servers)


async def check(conversation: Conversation, name: str) -> None:
    """See that there is such a server.

    Raises:
        UsageError: There is none.
    """
    names = [each.name for each in await listed(conversation)]
    if name in names or name in conversation.link.setup.servers:
        return
    hint = meant(name, names, "`%copilot mcp` lists them.")
    raise UsageError(f"There is no MCP server {name!r}.", hint=hint)


async def add(conversation: Conversation, name: str, wanted: McpServerConfig) -> None:
    """Start a server; the session has its tools from the next turn on, and after every restart.

    Raises:
        UsageError: It could not be started; then it is not there.
    """
    session = await conversation.look()
    try:
        await session.rpc.mcp.start_server(server_name=name, config=wanted)
    except CopilotError as error:
        if not _is_slow(error):
            await conversation.link.reopen()  # the runtime keeps it, and only so forgets it
        raise _not_started(name, wanted, error) from None
    conversation.link.setup.servers[name] = wanted


async def remove(conversation: Conversation, name: str) -> None:
    """End a server and forget it; the conversation goes on.

    Raises:
        UsageError: It was not added here.
    """
    if name not in conversation.link.setup.servers:
        raise UsageError(
            f"MCP server {name!r} comes from the runtime's own configuration.",
            hint=f"`%copilot mcp stop {name}` ends it for this session.",
        )
    await stop(conversation, name)
    del conversation.link.setup.servers[name]
    await conversation.link.reopen()


async def stop(conversation: Conversation, name: str) -> None:
    """End a server until it is restarted."""
    session = await conversation.look()
    await session.rpc.mcp.stop_server(server_name=name)


async def restart(conversation: Conversation, name: str) -> None:
    """End a server if it runs, and start it.

    Raises:
        UsageError: It could not be started.
    """
    session = await conversation.look()
    known = conversation.link.setup.servers.get(name)
    try:
        await session.rpc.mcp.restart_server(server_name=name, config=known)
    except CopilotError as error:
        raise _not_started(name, known, error) from None


async def tools(conversation: Conversation, name: str) -> tuple[tuple[str, str], ...]:
    """A server's tools with their descriptions.

    Raises:
        UsageError: There is no such server.
    """
    await check(conversation, name)
    session = await conversation.look()
    found = (await session.rpc.mcp.list_tools(server_name=name)).get("tools") or ()
    return tuple((str(each.get("name")), _first_line(each.get("description"))) for each in found)


async def _server(conversation: Conversation, each: Mapping[str, Any]) -> Server:
    name, status = str(each.get("name")), str(each.get("status") or "")
    count: int | None = None
    if status == "connected":
        session = await conversation.look()
        with suppress(CopilotError):  # a number, not worth an error
            count = len((await session.rpc.mcp.list_tools(server_name=name)).get("tools") or ())
    here = name in conversation.link.setup.servers
    source = "this notebook" if here else str(each.get("source") or "runtime")
    return Server(name, status, count, source, str(each.get("error") or ""))


def _is_slow(error: CopilotError) -> bool:
    return isinstance(error, RpcError) and error.code == NO_ANSWER


def _not_started(name: str, wanted: McpServerConfig | None, error: CopilotError) -> UsageError:
    """Why a server is not there, and what may help."""
    reason = error.message.partition("failed with message: ")[2] or error.message
    hint = _ADDRESS if wanted is not None and wanted.url else _SHELL
    hint = _SLOW if _is_slow(error) else hint
    return UsageError(f"MCP server {name} did not start: {reason}", hint=hint)


def _value(name: str, environ: Mapping[str, str]) -> str:
    if not name.isidentifier():
        raise UsageError(
            "--env and --key-env take the name of an environment variable.",
            hint="Never put a key itself into the notebook; if it was typed here, revoke it.",
        )
    value = environ.get(name)
    if not value:
        raise UsageError(
            f"{name} is not set.", hint=f'Such as os.environ["{name}"] = getpass.getpass()'
        )
    return value


def _first_line(text: object) -> str:
    return str(text or "").strip().partition("\n")[0]
