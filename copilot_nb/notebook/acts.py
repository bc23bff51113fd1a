"""What a person can do in a turn's view besides answering: one function per act.

They run on the loop, as tasks of the conversation, while the turn runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.errors import CopilotError
from copilot_nb.notebook.undo import undo_run
from copilot_nb.protocol.local import LocalNotice

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.screen.screen import Screen

    Act = Callable[[Conversation, Screen, Mapping[str, Any]], Coroutine[Any, Any, None]]


async def more(conversation: Conversation, screen: Screen, value: Mapping[str, Any]) -> None:
    """The whole output of a call whose output was cut, to the page that asks.

    Several turns may be in one output: those that were queued follow the one that was asked.
    """
    found = (turn.output_of(value["id"]) for turn in reversed(conversation.history.turns))
    if text := next(filter(None, found), ""):
        screen.whole(value["id"], text)


async def say(conversation: Conversation, screen: Screen, value: Mapping[str, Any]) -> None:
    """Words for the turn that runs; what becomes of them stands in the turn."""
    del screen
    mode: Literal["steer", "queue"] = "queue" if value.get("mode") == "queue" else "steer"
    try:
        await conversation.say(value["text"], mode)
    except CopilotError as error:
        if conversation.link.session is not None:
            text = f"Not sent: {error.message}"
            conversation.link.session.emit_local(
                LocalNotice(text=text, level="warning", details=error.hint)
            )


async def undo(conversation: Conversation, screen: Screen, value: Mapping[str, Any]) -> None:
    """Take back what one call changed; the turn says what came of it."""
    del screen
    undo_run(conversation, str(value.get("tool_call_id")))


ACTS: dict[str, Act] = {"more": more, "undo": undo, "say": say}
"""By the name that the view sends."""
