"""`%copilot ask`, and the grammar of `%%copilot`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import PathName, Rest, command

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation


@command
async def ask(  # noqa: PLR0913 - each is an option of the line
    conversation: Conversation,
    prompt: Rest = "",
    *,
    model: str = "",
    new: bool = False,
    out: str = "",
    timeout: float | None = None,
    context: Literal["", "none", "index", "cells", "full"] = "",
    attach: tuple[PathName, ...] = (),
    see: tuple[str, ...] = (),
) -> None:
    """Ask the agent and show its turn here.

    What stands behind the options is prompt as it is, quotes and question marks included; `--` ends
    the options. In a `%%copilot` cell the lines below belong to it too.

    Args:
        conversation: The notebook's.
        prompt: What the agent shall do.
        model: Use this model from here on.
        new: Start a new conversation first.
        out: Bind the finished turn to this name.
        timeout: Stop the turn after so many seconds.
        context: How much of the notebook goes along.
        attach: A file or folder that goes along; may be repeated.
        see: A cell whose figures go along, _ for the newest; may be repeated.
    """
    from copilot_nb.notebook.options import AskOptions

    if not prompt.strip():
        raise UsageError("`%copilot ask` needs a prompt.", hint="Usage: %copilot ask PROMPT...")
    if out and not out.isidentifier():
        raise UsageError(f"--out takes a name, not {out!r}.", hint="Such as --out answer")
    if new:
        await conversation.new()
    if model:
        await conversation.use_model(model)
    await conversation.run(
        prompt, AskOptions(timeout=timeout, out=out, context=context, attach=attach, see=see)
    )
