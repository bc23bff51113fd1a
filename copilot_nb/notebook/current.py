"""The one conversation of this kernel, and what users reach it by."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from copilot_nb.errors import UsageError
from copilot_nb.session.blocking import block_on

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn

_conversations: list[Conversation] = []


def conversation() -> Conversation:
    """This kernel's conversation; made when it is first asked for, started by its first turn."""
    if not _conversations:
        from copilot_nb.notebook.conversation import Conversation

        _conversations.append(Conversation())
    return _conversations[0]


def current() -> Session:
    """The session that `%%copilot` talks to, started if it was not yet.

    What is asked through it draws nothing: `current().ask_sync("…")` returns a Turn.
    """
    talk = conversation()
    return talk.link.ready or block_on(talk.session())


def show(turn: Turn | None = None) -> None:
    """Draw a turn again, as it is stored in a notebook.

    Args:
        turn: The turn; the newest of `%%copilot` when not given.

    Raises:
        UsageError: There is no turn yet.
    """
    from copilot_nb.notebook.screen import publish
    from copilot_nb.views import static

    if turn is None:
        turn = conversation().last
    if turn is None:
        raise UsageError("There is no turn to show yet.", hint="Ask something with `%%copilot`.")
    bundle = static.mimebundle(turn.transcript)
    publish(bundle, display_id=f"copilot-{uuid4().hex[:12]}", update=False)


async def close() -> None:
    """End the conversation with everything that it started; the next one begins anew."""
    while _conversations:
        await _conversations.pop().close()
