"""`%copilot sent`: what left the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Result, Table, Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.outgoing.ledger import Payload

_PROMPT = 60
_NOTE = "The runtime adds its instructions, tool definitions and the conversation so far."


@command
async def sent(conversation: Conversation, turn: int = 0, *, text: bool = False) -> Result:
    """Show what a turn sent of this notebook: variables, rows, columns, pictures, files, bytes.

    Args:
        conversation: The notebook's.
        turn: The turn as `%copilot history` counts them; the newest when not given, -1 the one
            before it.
        text: Show the exact texts instead of a table.
    """
    ledger = conversation.ledger
    if not ledger.turns:
        hint = "`%%copilot --dry-run` shows what a prompt would send."
        raise UsageError("Nothing was sent yet.", hint=hint)
    payload = ledger.of(conversation.history.get(turn).number) if turn else ledger.last
    if payload is None:
        hint = f"It is known of the newest {len(ledger.turns)} turns."
        raise UsageError(f"What turn {turn} sent is no longer known.", hint=hint)
    return Text(exact(payload)) if text else listed(payload)


def listed(payload: Payload) -> Table:
    """What was sent, a row for each piece."""
    from copilot_nb.data.values import clip
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
    which = f"Turn {payload.turn}" if payload.turn else "What"
    caption = (
        f"{which} sent {readable(payload.size)} of the notebook, "
        f"with a prompt of {readable(asked)}: {clip(' '.join(payload.prompt.split()), _PROMPT)}"
    )
    return Table(columns, rows, caption, f"{_NOTE} %copilot sent --text shows the exact texts.")


def exact(payload: Payload) -> str:
    """The texts as they were sent."""
    parts = [f"── prompt\n{payload.prompt}"]
    parts += [f"── {item.kind} {item.name}\n{item.text or '(no text)'}" for item in payload.items]
    return "\n\n".join([*parts, _NOTE])
