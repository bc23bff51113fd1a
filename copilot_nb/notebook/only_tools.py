"""Some tools only, for one turn."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING

from copilot_nb.errors import CopilotError, UsageError
from copilot_nb.notebook import facts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from copilot_nb.notebook.conversation import Conversation

EVERY = ("builtin:*", "mcp:*", "custom:*")
"""What the runtime takes for all tools; what is switched off stays off."""


@asynccontextmanager
async def only(conversation: Conversation, names: Sequence[str]) -> AsyncIterator[None]:
    """Give the agent these tools alone, until the block ends; all when none is named.

    Raises:
        UsageError: There is no such tool.
    """
    if not names:
        yield
        return
    known = [tool.name for tool in await facts.tools(conversation)]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else "`%copilot tools` lists them."
            raise UsageError(f"There is no tool {name!r}.", hint=hint)
    session = await conversation.session()
    await session.rpc.options.update(available_tools=list(names))
    try:
        yield
    finally:
        with suppress(CopilotError):  # a lost runtime starts with all of them
            await session.rpc.options.update(available_tools=list(EVERY))
