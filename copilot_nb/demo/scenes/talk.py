"""Answers without an approval: a greeting, and one sentence on a column or a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.scenes.look import look

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.request import Request

CAN = """\
I am a **script** that plays a data analyst. The agent, its tools and your approvals are real; \
only my words are prepared. Try one of these:

| say | and I |
|---|---|
| *explore the data and plot it* | look at the largest DataFrame and draw it |
| *where are the gaps?* | find missing values and shade the worst |
| *ask me what to plot* | ask a question first |
| *write a summary file* | write Markdown, after you saw the diff |
| *fix the last error* | read the traceback and try again |
| *run `git status` in the shell* | run that command, after you allowed it |

For real answers choose a model: `%copilot provider` lists the ways."""


def hello(request: Request) -> Scene:
    """Say what the demo model can do."""
    del request
    yield Act(CAN)


def brief(request: Request) -> Scene:
    """Say one sentence about the column or frame that the prompt names."""
    frame = yield from look(request, "", silent=True)
    if frame is None:
        yield Act("There is no DataFrame here to talk about.")
        return
    column = next((c for c in frame.columns if request.mentions(c.name)), None)
    if column is None:
        names = ", ".join(f"`{c.name}`" for c in frame.columns[:6])
        yield Act(f"`{frame.name}` holds {frame.rows:,} rows of {names}.")
        return
    known = frame.rows - column.missing
    yield Act(f"`{column.name}` ({column.dtype}) has {known:,} values in {frame.rows:,} rows.")
