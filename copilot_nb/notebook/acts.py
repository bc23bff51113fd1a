"""What a person can do in a turn's view besides answering: one function per act.

They run on the loop, as tasks of the conversation, while the turn runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.blocks import ToolBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.screen import Screen

    Act = Callable[[Conversation, Screen, Mapping[str, Any]], Coroutine[Any, Any, None]]


async def more(conversation: Conversation, screen: Screen, value: Mapping[str, Any]) -> None:
    """The whole output of a call whose output was cut, to the page that asks."""
    block = conversation.last.transcript.get(value["id"]) if conversation.last else None
    if isinstance(block, ToolBlock):
        screen.whole(block.id, block.output)


ACTS: dict[str, Act] = {"more": more}
"""By the name that the view sends."""
