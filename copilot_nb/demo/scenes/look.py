"""The beginning of most scenes: which DataFrame is there, and what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.frames import Frame, choose, frames, with_columns

if TYPE_CHECKING:
    from collections.abc import Generator

    from copilot_nb.demo.request import Request, Result


def look(
    request: Request, intro: str, *, silent: bool = False
) -> Generator[Act, Result, Frame | None]:
    """Return the frame to talk about, looked up with the kernel tools; None when there is none.

    Args:
        request: What is asked.
        intro: Text before the first tool call.
        silent: Whether to say nothing before the second.
    """
    lister, describer = request.tool("list_variables"), request.tool("describe_variable")
    if lister is None:
        return None
    thought = "I know nothing about the data yet. First the variables, then the columns."
    listing = yield Act(intro, lister, {}, reasoning=thought)
    frame = choose(frames(listing.text), request.prompt)
    if frame is None or describer is None:
        return frame
    said = f"`{frame.name}` has {frame.rows:,} rows and {frame.width} columns. Let me read them."
    described = yield Act("" if silent else said, describer, {"name": frame.name})
    return with_columns(frame, described.text)


def columns_table(frame: Frame) -> str:
    """Return a Markdown table of the frame's columns."""
    rows = [f"| `{c.name}` | {c.dtype} | {c.missing:,} |" for c in frame.columns[:12]]
    return "\n".join(["| column | type | missing |", "|---|---|---:|", *rows])
