"""`%copilot doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.magics.command import command
from copilot_nb.magics.result import Table

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def doctor(conversation: Conversation, *, ask: bool = False) -> Table:
    """Look at everything that a turn needs, and say how to mend what is wrong.

    The runtime is started if it does not run. `copilot-nb doctor` does the same in a shell.

    Args:
        conversation: The notebook's.
        ask: Also ask the model a word to time it, where that may cost.
    """
    from copilot_nb.notebook.care.doctor import examine

    found = await examine(conversation, ask=ask)
    bad = sum(each.state == "problem" for each in found)
    verdict = f"{bad} problem{'s' if bad != 1 else ''}" if bad else "Everything is there."
    rows = tuple((each.check, each.state, each.detail, each.fix) for each in found)
    return Table(("check", "state", "detail", "fix"), rows, verdict)
