"""`%copilot ask`, and the grammar of `%%copilot`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import (
    ModelName,
    PathName,
    Rest,
    SessionName,
    ToolName,
    VariableName,
    command,
)

if TYPE_CHECKING:
    from copilot_nb.magics.result import Text
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.stored.replay import StoredTurn
    from copilot_nb.session.turn import Turn


@command
async def ask(  # noqa: PLR0913 - the options of a cell, each of them rare
    conversation: Conversation,
    prompt: Rest = "",
    *,
    model: ModelName = "",
    effort: Literal["", "default", "low", "medium", "high", "xhigh", "max"] = "",
    mode: Literal["", "interactive", "plan", "autopilot"] = "",
    new: bool = False,
    session: SessionName = "",
    context: Literal["", "none", "index", "cells", "full"] = "",
    tools: tuple[ToolName, ...] = (),
    attach: tuple[PathName, ...] = (),
    see: tuple[str, ...] = (),
    budget: str = "",
    timeout: float | None = None,
    format_: Literal["", "markdown", "code", "json"] = "",
    out: VariableName = "",
    replay: bool = False,
    live: bool = False,
    dry_run: bool = False,
) -> Turn | StoredTurn | Text:
    """Ask the agent and show its turn here.

    What stands behind the options is prompt as it is, quotes and question marks included; `--` ends
    the options. In a `%%copilot` cell the lines below belong to it too.

    Args:
        conversation: The notebook's.
        prompt: What the agent shall do.
        model: Use this model from here on.
        effort: Let it think that hard from here on; default leaves that to the model.
        mode: Work like that from here on.
        new: Start a new conversation first.
        session: Go on with that stored conversation first.
        context: What of the notebook goes along without being asked for.
        tools: Only these tools in this turn; may be repeated, or several with commas.
        attach: A file that goes along; may be repeated.
        see: Figures that go along: a cell's number, or _ for the newest; may be repeated.
        budget: What the cell may cost before it asks: 5 (AI credits), 200k tokens, 10 requests, $2.
        timeout: Stop the turn after so many seconds.
        format_: With code, the answer's code goes into a new cell; with json, the answer is JSON.
        out: Bind the finished turn to this name.
        replay: Show the stored turn of this prompt, and ask nobody.
        live: Ask, even where a stored turn would be shown.
        dry_run: Show what would be sent, and send nothing.
    """
    from copilot_nb.magics import asking
    from copilot_nb.notebook.options import AskOptions

    if not prompt.strip():
        raise UsageError("`%copilot ask` needs a prompt.", hint="Usage: %copilot ask PROMPT...")
    asking.check(out=out, new=new, session=session, replay=replay, live=live)
    options = AskOptions(
        timeout=timeout,
        out=out,
        context=context,
        attach=attach,
        see=see,
        tools=tuple(name for given in tools for name in given.split(",") if name),
        budget=budget,
        dry_run=dry_run,
        format=format_,
        replay="replay" if replay else "live" if live else "",
    )
    if dry_run:
        return await asking.dry_run(conversation, prompt, options)
    stored = asking.replayed(conversation, prompt, options)
    if stored is not None:
        return stored

    async def prepare() -> None:
        await asking.prepare(
            conversation, model=model, effort=effort, mode=mode, new=new, session=session
        )

    return await asking.ask(conversation, prompt, options, prepare)
