"""All that a tool call printed, from the events of its turn.

The transcript keeps the beginning and the end of a long output; the events have the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.protocol.events import (
    ToolExecutionComplete,
    ToolExecutionPartialResult,
    ToolShellOutput,
)
from copilot_nb.protocol.local import LocalKernelOutput
from copilot_nb.transcript import output
from copilot_nb.transcript.calls import result_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copilot_nb.protocol.events import SessionEvent

LIMIT = 2_000_000
"""Longer texts end here: more than that no page shows well."""


def whole_output(events: Iterable[SessionEvent], tool_call_id: str) -> str:
    """The text that the call printed, whole and fit to be shown; empty if it printed nothing.

    Args:
        events: The turn's events, in order.
        tool_call_id: The call.
    """
    printed: list[str] = []
    so_far = result = last = ""
    for event in events:
        data = event.data
        if getattr(data, "tool_call_id", None) != tool_call_id:
            continue
        match data:
            case ToolShellOutput(text=text):
                printed.append(text)
            case LocalKernelOutput(output={"kind": "text", "text": str(text), **rest}):
                stream = str(rest.get("stream"))
                gap = output.gap_of(rest)
                apart = bool(printed) and stream != last and not printed[-1].endswith("\n")
                printed.append(f"\n{text}" if apart else text)
                if gap.characters:
                    printed.insert(-1, str(gap))
                last = stream
            case ToolExecutionPartialResult(partial_output=text):
                so_far = text
            case ToolExecutionComplete(result=given) if given is not None:
                result = result_text(given.content)
    text = output.whole("".join(printed) or so_far or result)
    left = len(text) - LIMIT
    return f"{text[:LIMIT]}\n… {left:,} characters left out …" if left > 0 else text
