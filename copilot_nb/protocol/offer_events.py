"""Events about what a session has to offer: servers, tools, skills, agents, commands."""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import Wire

__all__ = [
    "CapabilitiesChanged",
    "CommandsChanged",
    "SessionCustomAgentsUpdated",
    "SessionMcpServerStatusChanged",
    "SessionMcpServerToolsLoaded",
    "SessionMcpServersLoaded",
    "SessionSkillsLoaded",
    "SessionToolsUpdated",
]


class SessionMcpServerStatusChanged(Wire):
    """An MCP server connected, failed or was switched off."""

    server_name: str = ""
    status: str = ""
    error: str | None = None
    error_classification: str | None = None


class SessionMcpServerToolsLoaded(Wire):
    """An MCP server's tools are known."""

    server_name: str = ""
    tool_count: int = 0


class SessionMcpServersLoaded(Wire):
    """The session's MCP servers."""

    servers: tuple[dict[str, Any], ...] = ()


class SessionSkillsLoaded(Wire):
    """The session's skills."""

    skills: tuple[dict[str, Any], ...] = ()


class SessionToolsUpdated(Wire):
    """The list of tools was rebuilt."""

    model: str | None = None


class SessionCustomAgentsUpdated(Wire):
    """The session's custom agents."""

    agents: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class CommandsChanged(Wire):
    """The session's slash commands."""

    commands: tuple[dict[str, Any], ...] = ()


class CapabilitiesChanged(Wire):
    """What the session's clients can show."""

    ui: dict[str, Any] | None = None


TYPES: dict[str, type[Wire]] = {
    "session.mcp_server_status_changed": SessionMcpServerStatusChanged,
    "session.mcp_server_tools_loaded": SessionMcpServerToolsLoaded,
    "session.mcp_servers_loaded": SessionMcpServersLoaded,
    "session.skills_loaded": SessionSkillsLoaded,
    "session.tools_updated": SessionToolsUpdated,
    "session.custom_agents_updated": SessionCustomAgentsUpdated,
    "commands.changed": CommandsChanged,
    "capabilities.changed": CapabilitiesChanged,
}
