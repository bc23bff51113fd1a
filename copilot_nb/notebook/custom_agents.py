"""Custom agents: those that the session has, and those whose files lie about.

The runtime could take up all of a folder's configuration by itself, but that includes programs
that it would start. So files are only listed, and the one that a person names is read.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import UsageError
from copilot_nb.notebook.nearest import meant
from copilot_nb.protocol.session import CustomAgentConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.conversation import Conversation

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CustomAgent:
    """One agent with a name."""

    name: str
    description: str
    source: str
    """project, user, …; this notebook's once it was taken up."""
    path: Path | None
    current: bool


async def listed(conversation: Conversation) -> tuple[CustomAgent, ...]:
    """All of them."""
    session = await conversation.look()
    client = await conversation.link.any_runtime()
    current = (await session.agents.current() or {}).get("name")
    found = await client.rpc.agents.discover(project_paths=[str(Path.cwd())])
    lying = {str(each.get("name")): each for each in found.get("agents") or ()}
    there = {str(each.get("name")): each for each in await session.agents.list()}
    return tuple(
        _agent({**lying.get(name, {}), **there.get(name, {})}, current)
        for name in sorted({*lying, *there})
    )


async def use(conversation: Conversation, name: str) -> None:
    """Talk with that agent from the next turn on; with the standard one when it is empty.

    Raises:
        UsageError: There is none of that name, or its file cannot be read.
    """
    session, setup = await conversation.look(), conversation.link.setup
    if not name:
        await session.agents.deselect()
        setup.agent = ""
        return
    agents = {each.name: each for each in await listed(conversation)}
    if name not in agents:
        known = (
            f"There are {', '.join(agents)}." if agents else "A file in .github/agents makes one."
        )
        raise UsageError(f"There is no agent {name!r}.", hint=meant(name, agents, known))
    if name not in {str(each.get("name")) for each in await session.agents.list()}:
        setup.agents[name] = await _read(agents[name])
        session = await conversation.link.reopen()
    await session.agents.select(name)
    setup.agent = name


async def _read(agent: CustomAgent) -> CustomAgentConfig:
    path = agent.path
    try:
        text = await asyncio.to_thread(path.read_text, "utf-8") if path else ""
    except (OSError, UnicodeDecodeError):
        text = ""
    prompt = _FRONT_MATTER.sub("", text.replace("\r\n", "\n"), count=1).strip()
    if not prompt:
        raise UsageError(f"The agent {agent.name!r} has no instructions.", hint=f"See {path}.")
    return CustomAgentConfig(name=agent.name, prompt=prompt, description=agent.description or None)


def _agent(found: Mapping[str, Any], current: str | None) -> CustomAgent:
    name, path = str(found.get("name")), found.get("path")
    return CustomAgent(
        name,
        str(found.get("description") or ""),
        str(found.get("source") or "this notebook"),
        Path(str(path)) if path else None,
        name == current,
    )
