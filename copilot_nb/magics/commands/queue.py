"""`%copilot queue`, `steer` and `stop`: what runs and what waits.

A notebook's cells run one after another, so that these lines reach turns that no cell waits for,
such as those of `copilot_nb.current().send(…)`; a turn in a cell has a box and ■ of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.asking import cleared
from copilot_nb.magics.command import Rest, command
from copilot_nb.magics.result import Result, Table, Text

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.session.session import Session

_NOTHING = "Nothing runs."


@command
async def queue(
    conversation: Conversation,
    action: Literal["list", "remove", "move", "edit", "clear"] = "list",
    number: int = 0,
    text: Rest = "",
) -> Result:
    """List the prompts that wait for their turn; withdraw, reorder or rewrite them.

    Prompts wait when they are sent while a turn runs, such as by `copilot_nb.current().send(…)`.

    Args:
        conversation: The notebook's.
        action: What to do.
        number: The prompt, as the list counts them.
        text: With edit the new prompt, with move the place, counted from 1.
    """
    session = conversation.link.ready
    if session is None:
        return Text("No prompt waits.")
    if action == "clear":
        await session.queue.clear()
    elif action != "list":
        await _change(session, action, number, await _cleared(conversation, action, text))
    items = await session.queue.items()
    if not items:
        return Text("No prompt waits.")
    rows = tuple((at, each.display_text, each.kind or "") for at, each in enumerate(items, 1))
    return Table(("number", "prompt", "kind"), rows, f"{len(rows)} waiting")


async def _cleared(conversation: Conversation, action: str, text: str) -> str:
    return await cleared(conversation, text) if action == "edit" and text else text


async def _change(session: Session, action: str, number: int, text: str) -> None:
    items = await session.queue.items()
    if not 1 <= number <= len(items):
        raise UsageError(
            f"No prompt {number} waits.", hint=f"{len(items)} wait; `%copilot queue` lists them."
        )
    item = items[number - 1]
    if action == "remove":
        await session.queue.remove(item.id)
    elif action == "edit" and text:
        await session.queue.edit(item.id, text)
    elif action == "move" and text.isdecimal():
        await session.queue.move(item.id, int(text) - 1)
    else:
        need = "its new TEXT" if action == "edit" else "its new place, a number"
        raise UsageError(f"`%copilot queue {action} {number}` needs {need}.", hint=queue.usage)


@command
async def steer(conversation: Conversation, text: Rest) -> Text:
    """Say something to the turn that runs, without stopping it.

    A page runs the next cell when this one has ended: say it in the box below the running turn.

    Args:
        conversation: The notebook's.
        text: What to say.
    """
    session = conversation.link.ready
    if session is None or not await _is_busy(session):
        # No error: one would keep the cells that wait behind this one from running.
        return Text(f"{_NOTHING} Ask with `%%copilot` instead.")
    if conversation.running:
        await conversation.say(text)
    else:  # a turn that no cell waits for
        await session.steer(await cleared(conversation, text))
    return Text("Said; the agent hears it before its next step.")


@command
async def stop(conversation: Conversation) -> Text:
    """Stop what the agent does: its turn, the prompts that wait, and work in the background.

    A page runs the next cell when this one has ended: a turn that runs in a cell is stopped by ■.
    """
    session = conversation.link.ready
    if session is None or not await _is_busy(session):
        return Text(_NOTHING)
    await session.abort()
    return Text("Stopped; the conversation goes on with the next turn.")


async def _is_busy(session: Session) -> bool:
    return bool((await session.rpc.metadata.activity()).get("hasActiveWork"))
