"""`%copilot context` and `%copilot compact`: how full the model's memory is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError
from copilot_nb.magics.asking import cleared
from copilot_nb.magics.command import Rest, command
from copilot_nb.magics.result import Result, Table, Text
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.conversation import Conversation

_PARTS = {
    "systemPrompt": "instructions of the runtime",
    "customInstructions": "instructions of the folder",
    "systemTools": "tools",
    "mcpTools": "tools of MCP servers",
    "messages": "the conversation",
    "buffer": "kept free",
    "freeSpace": "free",
}
_BAR = 20


@command
async def context(conversation: Conversation) -> Result:
    """Show how much of the model's context window is used, and by what."""
    session = await conversation.look()
    reply = await session.rpc.metadata.get_context_attribution()
    found: Mapping[str, Any] = reply.get("contextAttribution") or {}
    limit, total = int(found.get("limit") or 0), int(found.get("totalTokens") or 0)
    if not limit:
        return Text("Nothing is known yet: the runtime counts from the first turn on.")
    parts = found.get("categories") or {}
    rows = tuple(
        (words, int(parts[name]), round(100 * parts[name] / limit, 1), _bar(parts[name] / limit))
        for name, words in _PARTS.items()
        if parts.get(name)
    )
    share = f"{total:,} of {limit:,} tokens are used ({100 * total / limit:.0f} %)"
    threshold = int(found.get("compactionThreshold") or 0)
    note = "%copilot compact sums up the conversation to make room."
    if threshold:
        note += f" From {threshold:,} tokens on that happens by itself."
    return Table(("part", "tokens", "percent", "share"), rows, share, note)


@command
async def compact(conversation: Conversation, instructions: Rest = "") -> Text:
    """Sum up the conversation so far to make room in the model's context window.

    The model writes the summary, which takes a moment and costs a request.

    Args:
        conversation: The notebook's.
        instructions: What the summary must keep.
    """
    if not conversation.link.conversation:
        return Text("Nothing was summed up: nothing was said yet.")
    session = await conversation.session()
    asked = await cleared(conversation, instructions) if instructions else None
    await conversation.admit(session)
    try:
        done = await session.history.compact(asked)
    except CopilotError as error:
        reason = error.message.partition("failed with message: ")[2] or error.message
        return Text(f"Nothing was summed up: {reason}")
    if not done.success:
        return Text("Nothing was summed up: there is too little to sum up.")
    return Text(
        f"Summed up: {counted(done.messages_removed or 0, 'message')} and "
        f"{counted(done.tokens_removed or 0, 'token')} less."
    )


def _bar(share: float) -> str:
    full = round(share * _BAR)
    return "█" * full + "░" * (_BAR - full)
