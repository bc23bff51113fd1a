"""Results of the user's own tools, marked as data before they leave.

A tool may return what somebody else wrote: a row, a page, an error that quotes both. The kernel
tools mark such parts themselves, because they know which words are theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.data.envelope import LIMIT, is_wrapped, untrusted
from copilot_nb.kernel.tools import KERNEL_TOOLS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from copilot_nb.protocol.tool import ToolResultObject
    from copilot_nb.session.tools import Invocation

    Release = Callable[[Invocation, ToolResultObject], Awaitable[ToolResultObject]]

_OURS = frozenset(tool.name for tool in KERNEL_TOOLS)


def enveloped(release: Release) -> Release:
    """The same way out, with results of the user's tools in an envelope."""

    async def leave(invocation: Invocation, result: ToolResultObject) -> ToolResultObject:
        return await release(invocation, as_data(invocation, result))

    return leave


def as_data(invocation: Invocation, result: ToolResultObject) -> ToolResultObject:
    """The result with its text marked as data, unless it is already or the tool is ours."""
    text = result.text_result_for_llm
    if not text or invocation.tool_name in _OURS or is_wrapped(text):
        return result
    what = "result" if result.result_type == "success" else "error"
    marked = untrusted(text, f"{what} of {invocation.tool_name}", limit=max(LIMIT, len(text)))
    return result.model_copy(update={"text_result_for_llm": marked})
