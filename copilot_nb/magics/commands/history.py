"""`%copilot history`, `show` and `export`: what was asked and answered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import PathName, command
from copilot_nb.magics.result import Result, Table, Text, Turns
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.transcript.blocks import Transcript

_STATES = {"done": "", "stopped": "stopped", "failed": "failed"}


@command
async def history(conversation: Conversation, *, stored: bool = False) -> Result:
    """List the turns of this notebook since the kernel started.

    Args:
        conversation: The notebook's.
        stored: Show the whole conversation instead, as the runtime keeps it.
    """
    if stored:
        turns = await _stored(conversation)
        return Turns(turns, f"{counted(len(turns), 'turn')}, as the runtime keeps them")
    rows = tuple(
        (
            each.number,
            " ".join(each.transcript.prompt.split()),
            each.at,
            each.transcript.seconds,
            each.transcript.model,
            len(each.transcript.tools),
            _STATES.get(each.transcript.state, "runs"),
        )
        for each in conversation.history
    )
    if not rows:
        return Text("This notebook has had no turn since the kernel started.")
    columns = ("number", "prompt", "when", "seconds", "model", "tool calls", "state")
    caption = counted(len(rows), "turn")
    note = "%copilot show NUMBER draws one again."
    return Table(columns, rows, caption, note, brief=("prompt",))


@command
def show(conversation: Conversation, number: int = 0, *, full: bool = False) -> Turns:
    """Draw a turn again, as the notebook stores it.

    Args:
        conversation: The notebook's.
        number: The turn as `%copilot history` counts them; the newest when not given, -1 the one
            before it.
        full: In a terminal, too, with the model's reasoning and whole outputs, which a page folds.
    """
    return Turns((conversation.history.get(number).transcript,), full=full)


@command
async def export(
    conversation: Conversation,
    file: PathName,
    *,
    format_: Literal["", "markdown", "html", "ipynb", "json"] = "",
    turn: int | None = None,
    stored: bool = False,
    force: bool = False,
) -> Text:
    """Write the turns of this notebook into a file: Markdown, HTML, a notebook, or JSON.

    A notebook gets the agent's answers as text and the code that it ran as cells.

    Args:
        conversation: The notebook's.
        file: Where to; its ending says the format.
        format_: The format, when the ending does not say it.
        turn: Only this turn, as `%copilot history` counts them.
        stored: The whole conversation, as the runtime keeps it.
        force: Overwrite a file that is there.
    """
    from copilot_nb.notebook.stored.export import checked, write

    form = checked(file, format_, force=force)
    turns = await _chosen(conversation, turn, stored=stored)
    if not turns:
        raise UsageError("Nothing was said in this conversation yet.", hint="Ask with `%%copilot`.")
    write(file, turns, form)
    return Text(f"Wrote {counted(len(turns), 'turn')} to {file}.")


async def _chosen(
    conversation: Conversation, turn: int | None, *, stored: bool
) -> tuple[Transcript, ...]:
    if stored:
        return await _stored(conversation)
    if turn is not None:
        return (conversation.history.get(turn).transcript,)
    if not len(conversation.history):
        raise UsageError(
            "This notebook has had no turn since the kernel started.",
            hint="--stored writes what the runtime keeps of the conversation.",
        )
    return tuple(each.transcript for each in conversation.history)


async def _stored(conversation: Conversation) -> tuple[Transcript, ...]:
    from copilot_nb.notebook.stored.history import transcripts

    session = await conversation.look()
    return transcripts(await session.get_messages())
