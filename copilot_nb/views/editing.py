"""What of a request a person may edit before a yes, and what of it goes along with the answer.

For views without a page of ours; on the page `js/src/editor.js` does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.transcript.blocks import PermissionBlock
from copilot_nb.transcript.forms import PlanBlock

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import RequestBlock
    from copilot_nb.transcript.forms import Choice


def editable(block: RequestBlock) -> str:
    """The text that may be edited; empty where none may."""
    match block:
        case PermissionBlock(editable=True):
            return block.body
        case PlanBlock():
            return block.plan
        case _:
            return ""


def along(block: RequestBlock, choice: Choice, text: str) -> dict[str, str] | None:
    """What goes along with a choice; None where nothing is left that it could be about.

    Args:
        block: The request.
        choice: What was chosen.
        text: The text as it is now.
    """
    if choice.id.startswith(("deny", "reject")) or text == editable(block):
        return {}
    if not text.strip():
        return None
    return {"plan": text} if isinstance(block, PlanBlock) else {"body": text}
