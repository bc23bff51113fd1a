"""What a session is opened with besides its model: chosen by subcommands, kept over restarts.

The runtime stores none of it, so every resume is told again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.protocol.session import CustomAgentConfig, McpServerConfig
    from copilot_nb.session.session import Session

Mode = Literal["interactive", "plan", "autopilot"]
DEFAULT = "default"
"""Chosen as effort, it leaves it to the model."""


@dataclass(slots=True)
class Setup:
    """The choices of one notebook."""

    effort: str = ""
    """How hard the model thinks; empty leaves it to the model."""
    mode: Mode | None = None
    """How the agent works; None leaves what the session has."""
    servers: dict[str, McpServerConfig] = field(default_factory=dict)
    """MCP servers that were added here."""
    agent: str = ""
    """The custom agent; empty is the standard one."""
    agents: dict[str, CustomAgentConfig] = field(default_factory=dict)
    """Agents of the folder that were taken up here."""
    skill_folders: tuple[Path, ...] = ()
    skills_off: frozenset[str] = frozenset()

    def options(self) -> dict[str, Any]:
        """Its part of the session's configuration."""
        wanted: dict[str, Any] = {
            "reasoning_effort": self.effort,
            "mcp_servers": dict(self.servers),
            "agent": self.agent,
            "custom_agents": list(self.agents.values()),
            "skill_directories": list(self.skill_folders),
            "disabled_skills": sorted(self.skills_off),
            "enable_file_change_tracking": True,  # `%copilot rewind --files` needs it
        }
        return {name: value for name, value in wanted.items() if value}

    async def use_mode(self, mode: Mode, session: Session | None) -> None:
        """Work like that from the next turn on; the open session is told at once."""
        self.mode = mode
        if session is not None:
            await session.mode.set(mode)

    async def apply(self, session: Session) -> None:
        """Tell a session that has just been opened what its configuration cannot say."""
        if self.mode is not None:
            await session.mode.set(self.mode)
