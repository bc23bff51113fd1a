"""`%copilot sent`: what left the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Result, Table, Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.outgoing.ledger import Payload

_NOTE = "The runtime adds its instructions, tool definitions and the conversation so far."


@command
async def sent(conversation: Conversation, turn: int = 1, *, text: bool = False) -> Result:
    """Show what a turn sent of this notebook: variables, rows, columns, pictures, files, bytes.

    Args:
        conversation: The notebook's.
        turn: Which turn, 1 for the newest, 2 for the one before.
        text: Show the exact texts instead of a table.
    """
    turns = conversation.ledger.turns
    if not 1 <= turn <= len(turns):
        raise UsageError(
            f"There is no turn {turn} to show." if turns else "Nothing was sent yet.",
            hint="`%%copilot --dry-run` shows what a prompt would send.",
        )
    payload = turns[-turn]
    return Text(exact(payload)) if text else listed(payload)


def listed(payload: Payload) -> Table:
    """What was sent, a row for each piece."""
    from copilot_nb.notebook.outgoing.ledger import readable

    rows = tuple(
        (
            item.kind,
            item.name,
            item.rows or None,
            item.columns or None,
            item.size,
            ", ".join(item.withheld),
            item.by,
        )
        for item in payload.items
    )
    columns = ("kind", "name", "rows", "columns", "bytes", "masked", "decided by")
    asked = len(payload.prompt.encode(errors="replace"))
    caption = f"Sent with a prompt of {readable(asked)}: {readable(payload.size)} of the notebook"
    return Table(columns, rows, caption, f"{_NOTE} %copilot sent --text shows the exact texts.")


def exact(payload: Payload) -> str:
    """The texts as they were sent."""
    parts = [f"── prompt\n{payload.prompt}"]
    parts += [f"── {item.kind} {item.name}\n{item.text or '(no text)'}" for item in payload.items]
    return "\n\n".join([*parts, _NOTE])
