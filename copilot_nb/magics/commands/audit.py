"""`%copilot audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.magics.command import PathName, ToolName, command
from copilot_nb.magics.result import Table

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
def audit(  # noqa: PLR0913 - one option for each thing that can be filtered by
    conversation: Conversation,
    tool: ToolName = "",
    *,
    decision: Literal["", "allowed", "denied", "unasked"] = "",
    by: str = "",
    turn: int = 0,
    log: bool = False,
    to: PathName = "",
) -> Table:
    """List every tool call: what it did, who allowed it under which rule, when, what came back.

    With `%config Copilot.audit = True` each is also written to a log of your own, which --log
    shows. What looks like a secret is masked.

    Args:
        conversation: The notebook's.
        tool: Only tools whose name holds this.
        decision: Only what was decided so; unasked is what needed no permission.
        by: Only what somebody decided whose description holds this, such as rule or you.
        turn: Only this turn of the notebook.
        log: What the log on disk holds, of all notebooks.
        to: Write the entries to this new file as well: .jsonl, .json or .csv.
    """
    from copilot_nb.notebook.care.audit import chosen, written

    kept = conversation.audit
    every = kept.logged() if log else kept.entries
    entries = chosen(every, tool=tool, decision=decision, by=by, turn=turn)
    rows = tuple(
        (e.at, e.turn, e.tool, e.what, e.state, e.decision, e.by, e.decided, e.bytes, e.seconds)
        for e in entries
    )
    note = f"Written to {written(entries, to)}." if to else ""
    if not note and not conversation.settings.get("audit"):
        note = "Nothing is written to disk; `%config Copilot.audit = True` keeps a log."
    columns = ("at", "turn", "tool", "what", "state", "decision", "by", "decided", "bytes")
    none = f"None of {len(every)} fits." if every else "None yet."
    caption = f"{len(rows)} entries" if rows else none
    return Table((*columns, "seconds"), rows, caption, note)
