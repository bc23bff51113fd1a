"""`%copilot tools`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Table

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def tools(conversation: Conversation) -> Table:
    """List every tool that the agent has: what it does, where it comes from, whether it asks."""
    from copilot_nb.notebook import facts

    found = await facts.tools(conversation)
    rows = tuple((tool.name, tool.description, tool.source, tool.asks) for tool in found)
    return Table(("name", "description", "source", "asks"), rows, f"{len(rows)} tools")
