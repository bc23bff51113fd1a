"""`%copilot rewind`: go back to before a prompt."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Result, Table, Text
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.protocol.results import RewindPoint


@command
async def rewind(conversation: Conversation, number: int = 0, *, files: bool = False) -> Result:
    """List the prompts that one can go back to, or go back to before one of them.

    That prompt and all after it are forgotten. The notebook's cells and variables stay as they are;
    `%copilot undo` takes back what the agent's code changed.

    Args:
        conversation: The notebook's.
        number: The prompt, as the list counts them.
        files: Also put back the files that the agent has changed since.
    """
    session = await conversation.look()
    points = await session.history.rewind_points()
    if not number or not points:
        return _listed(points)
    if not 1 <= number <= len(points):
        raise UsageError(
            f"There is no prompt {number} to go back to.",
            hint=f"There are {len(points)}; `%copilot rewind` lists them.",
        )
    point = points[number - 1]
    if files and not point.can_restore_files:
        raise UsageError("The files of that time are not kept.", hint="Go back without --files.")
    done = await session.history.rewind(point.event_id, files=files)
    if done.outcome != "success":
        raise UsageError(
            f"Going back failed: {done.outcome or 'the runtime did not say why'}.",
            hint="A turn may be running: `%copilot stop` ends it.",
        )
    restored = f" {len(done.restored_files or ())} files are as they were." if files else ""
    return Text(f"Back to before {point.user_message!r}.{restored}")


def _listed(points: list[RewindPoint]) -> Result:
    if not points:
        return Text("There is no prompt to go back to yet.")
    rows = tuple(
        (at, each.user_message, _time(each.timestamp), each.file_count or 0)
        for at, each in enumerate(points, 1)
    )
    note = "%copilot rewind NUMBER goes back to before it, --files with the files."
    columns = ("number", "prompt", "when", "files")
    return Table(columns, rows, counted(len(rows), "prompt"), note, brief=("prompt",))


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
