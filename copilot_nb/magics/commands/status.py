"""`%copilot status`, which is also `%copilot` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
def status(conversation: Conversation) -> Text:
    """Show the runtime, where the model answers and why there, the model, and the session."""
    from copilot_nb.notebook import facts

    found = facts.status(conversation)
    width = max(map(len, found))
    return Text("\n".join(f"{name:<{width}}  {value}" for name, value in found.items()))
