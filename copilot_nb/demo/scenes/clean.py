"""Cleaning a table: code that changes the user's variables, so that the change can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.scenes.look import look
from copilot_nb.demo.scenes.run import failure, fenced
from copilot_nb.demo.scenes.talk import hello

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.frames import Column, Frame
    from copilot_nb.demo.request import Request


def clean(request: Request) -> Scene:
    """Drop the rows that lack a number, and say how far each of the others is from the mean."""
    runner = request.tool("run_code")
    frame = yield from look(request, "First what there is to clean.")
    if frame is None or runner is None:
        yield from hello(request)
        return
    column = next((c for c in frame.numbers if c.missing), None)
    if column is None:
        yield Act(f"`{frame.name}` has no number missing: there is nothing to clean.")
        return
    code = _code(frame, column)
    purpose = f"drop the rows without {column.name}"
    intro = (
        f"**{column.missing:,} rows** of `{frame.name}` have no `{column.name}`. I would drop them "
        "and add how far each row is from the mean. This changes your variable:"
    )
    result = yield Act(intro, runner, {"code": code, "purpose": purpose})
    if result.refused:
        yield Act(f"All right, `{frame.name}` stays as it is. The code is yours:\n\n{fenced(code)}")
    elif error := failure(result):
        yield Act(f"The code stopped with **`{error}`**.")
    else:
        yield Act(
            f"`{frame.name}` lost {column.missing:,} rows and has one column more, `z_score`. "
            "`%copilot diff` shows the change, `%copilot undo` takes it back."
        )


def _code(frame: Frame, column: Column) -> str:
    name = frame.name
    return "\n".join(
        (
            f"measured = {name}[{column.name!r}]",
            f"{name} = {name}[measured.notna()].assign(",
            "    z_score=(measured - measured.mean()) / measured.std()",
            ")",
            f"{name}['z_score'].describe().round(2)",
        )
    )
