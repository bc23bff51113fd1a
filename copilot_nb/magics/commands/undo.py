"""`%copilot undo` and `%copilot diff`: what the agent changed, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def undo(conversation: Conversation, *, turn: bool = False) -> Text:
    """Take back what the agent's last run of code changed among your variables.

    Names come back with the objects that they had; objects that were changed in place come back
    where a copy was kept (`%config Copilot.undo_megabytes`). What changed since is left alone.

    Args:
        conversation: The notebook's.
        turn: Take back all runs of the last turn, and its files; the conversation then goes back to
            before the prompt.
    """
    from copilot_nb.notebook import undo as undoing

    lines = await undoing.undo_turn(conversation) if turn else undoing.undo_run(conversation)
    return Text("\n".join(lines))


@command
async def diff(conversation: Conversation) -> Text:
    """Show what the last turn changed: your variables, and the files that the agent wrote."""
    from copilot_nb.notebook import undo as undoing

    runs = undoing.runs(conversation)
    parts = [line + (" (undone)" if run.undone else "") for run in runs for line in run.lines]
    parts += [f"\n{block.diff.rstrip()}" for block in undoing.file_diffs(conversation)]
    return Text("\n".join(parts).strip() or "The last turn changed no variables and no files.")
