"""`%copilot model`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def model(conversation: Conversation, model_id: str = "") -> Text:
    """Show the model of this notebook's session, or switch to another from the next turn on.

    Args:
        conversation: The notebook's.
        model_id: The model, as its provider names it.
    """
    if model_id:
        await conversation.use_model(model_id)
        return Text(f"Model {model_id}, from the next turn on.")
    from copilot_nb.notebook import facts

    return Text(f"Model: {facts.model(conversation)}.")
