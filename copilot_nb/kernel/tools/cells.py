# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools about the notebook's cells: what was run, and what might be run next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copilot_nb.data.envelope import shorten, untrusted
from copilot_nb.errors import ToolError
from copilot_nb.kernel.limits import LOOK_SECONDS
from copilot_nb.session.tools import Invocation, tool
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell

CELL_CODE = 2_000
"""Characters of one cell that are shown."""


@tool(permission="read", timeout=LOOK_SECONDS)
def recent_cells(
    count: Annotated[int, Field(ge=1, le=30)] = 5, *, shell: Shell, invocation: Invocation
) -> str:
    """Show the code of the cells that the user ran last, with type and size of their results.

    Args:
        count: How many cells.
    """
    cells = shell.recent_cells(count)
    invocation.describe(title=f"{len(cells)} cells")
    if not cells:
        return "No cell has been run before this one."
    return untrusted(
        "\n\n".join(
            f"In [{cell.number}]:\n{shorten(cell.code, CELL_CODE)}"
            + (f"\nOut[{cell.number}]: {cell.result}" if cell.result else "")
            for cell in cells
        ),
        "cells of the notebook",
    )


@tool(permission="none")
def propose_cell(code: str, *, shell: Shell, invocation: Invocation) -> str:
    """Put code into a new cell below this one, for the user to read, change and run.

    It is not run. Where the front end cannot insert cells the user finds the code in this call.

    Args:
        code: The cell's content.
    """
    if not code.strip():
        raise ToolError("The cell would be empty.")
    if visible(code) != code:
        # Nobody is asked before it stands there: it must read as what it does.
        raise ToolError(
            "The code holds characters that hide or reorder text: write them as escapes (\\u200b)."
        )
    invocation.describe(title="New cell below", arguments=code, language="python")
    shell.propose_cell(code)
    return "The code waits in a new cell below this one. The user decides whether to run it."
