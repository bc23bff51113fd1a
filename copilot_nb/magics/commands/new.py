"""`%copilot new`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def new(conversation: Conversation) -> Text:
    """Start a new conversation: nothing said or allowed before counts in it."""
    await conversation.new()
    return Text("New conversation; it begins with the next turn.")
