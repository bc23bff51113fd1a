"""`%copilot stop`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def stop(conversation: Conversation) -> Text:
    """End the runtime; the next turn starts it again and goes on with the conversation."""
    stopped = await conversation.stop()
    return Text("The runtime has ended." if stopped else "The runtime does not run.")
