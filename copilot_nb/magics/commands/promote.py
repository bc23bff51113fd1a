"""`%copilot promote`: take over what a trial has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import command
from copilot_nb.magics.result import Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation

_HINT = "Ask the agent to try something on a scratch copy first."


@command
def promote(conversation: Conversation, name: str, *, to: str = "") -> Text:
    """Take a value of the agent's last trial on a scratch copy into the notebook.

    Args:
        conversation: The notebook's.
        name: What the trial called it.
        to: What it is called in the notebook; its own name when not given.
    """
    shell = conversation.link.shell
    if name not in shell.trial:
        if not shell.trial:
            raise UsageError("There is no trial to take from.", hint=_HINT)
        there = ", ".join(sorted(shell.trial))
        raise UsageError(f"The last trial has not made {name!r}.", hint=f"There is: {there}.")
    target = to or name
    if not target.isidentifier():
        raise UsageError(f"{target!r} cannot be a name.", hint="Give another one with --to.")
    shell.user_ns[target] = shell.trial[name]
    return Text(f"{target} is in the notebook now.")
