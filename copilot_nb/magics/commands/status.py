"""`%copilot status`, which is also `%copilot` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def status(conversation: Conversation) -> Text:
    """Show the runtime, where the model answers and why there, the model, and the session."""
    facts = await conversation.facts()
    width = max(map(len, facts))
    return Text("\n".join(f"{name:<{width}}  {value}" for name, value in facts.items()))
