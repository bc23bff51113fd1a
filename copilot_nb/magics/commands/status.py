"""`%copilot status`, which is also `%copilot` alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from copilot_nb.errors import CopilotError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def status(conversation: Conversation) -> Text:
    """Show the runtime, where the model answers and why there, the model, and the session."""
    from copilot_nb.notebook import facts

    found = facts.status(conversation)
    ready = conversation.link.ready
    if ready is not None:
        with suppress(CopilotError):  # what was set is true enough
            found["mode"] = await ready.mode.get()
    width = max(map(len, found))
    return Text("\n".join(f"{name:<{width}}  {value}" for name, value in found.items()))
