# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""A tool that lets the model see a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copilot_nb.data.images import image_output
from copilot_nb.errors import ToolError
from copilot_nb.kernel.figures import is_figure, png
from copilot_nb.kernel.limits import LOOK_SECONDS
from copilot_nb.kernel.pictures import KEPT
from copilot_nb.kernel.results import picture_result
from copilot_nb.kernel.tools.variables import find
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from copilot_nb.protocol.tool import ToolResultObject


@tool(permission="read", timeout=LOOK_SECONDS)
def get_figure(
    name: str = "",
    number: Annotated[int, Field(ge=1, le=KEPT)] = 1,
    *,
    shell: Shell,
    invocation: Invocation,
) -> ToolResultObject:
    """Look at a figure: one that the user's cells showed, or one that a variable holds.

    Args:
        name: A variable that holds a matplotlib figure; if empty, the figures shown are meant.
        number: Which of the figures shown, counted back from the newest, which is 1.
    """
    invocation.describe(title=name or f"figure {number}")
    if not shell.sees:
        raise ToolError("You are not known to see pictures; the user can set `vision` to yes.")
    if not name:
        picture = shell.pictures.get(number)
        if picture is None:
            raise ToolError(f"The user's cells have shown {len(shell.pictures)} pictures so far.")
        return picture_result(picture, about="figure")
    figure = find(shell, name)
    data = png(figure) if is_figure(figure) else None
    if data is None:
        raise ToolError(f"{name!r} is no matplotlib figure with something on it.")
    return picture_result(image_output(data), about="figure")
