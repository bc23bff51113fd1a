"""`%copilot tools`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.toolbox import ToolTable


@command
async def tools(conversation: Conversation) -> ToolTable:
    """List every tool of the agent: what it does and takes, whether it asks, how often it ran.

    In a notebook the table is live: each tool can be switched off and on, and its permission set
    for this folder. `copilot_nb.tools` is the same list in Python.
    """
    from copilot_nb.notebook.toolbox import ToolTable

    facts = await conversation.toolbox.facts()
    conversation.known.tools = tuple(fact.name for fact in facts)
    return ToolTable(conversation.toolbox, facts)
