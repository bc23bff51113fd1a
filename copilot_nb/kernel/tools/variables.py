# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools that look at the user's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.frames import frame_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.namespace import describe, described_as, matching, nearest
from copilot_nb.errors import ToolError
from copilot_nb.kernel.limits import LOOK_SECONDS
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell

COLUMNS = 10
"""Matching columns that are named."""


@tool(permission="read", timeout=LOOK_SECONDS)
def list_variables(
    pattern: str = "",
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
    *,
    shell: Shell,
    invocation: Invocation,
) -> str:
    """List the variables in the user's live notebook kernel: name, type, size.

    Args:
        pattern: Only names that contain this text, or match it if it has wildcards such as "df_*".
        limit: How many to list.
    """
    found = matching(shell.variables, pattern)
    many = "1 variable" if len(found) == 1 else f"{len(found)} variables"
    invocation.describe(title=pattern or many)
    if not found:
        return f"No variable matches {pattern!r}." if pattern else "There are no variables yet."
    rules = shell.privacy
    lines = [
        f"{name}: {described_as(name, value, rules)}" for name, value in list(found.items())[:limit]
    ]
    if len(found) > limit:
        lines.append(f"… {len(found) - limit} more; narrow the pattern or raise the limit")
    return untrusted("\n".join(lines), "variables of the notebook")


@tool(permission="read", timeout=LOOK_SECONDS)
def describe_variable(
    name: str,
    rows: Annotated[int, Field(ge=0, le=50)] = 5,
    *,
    shell: Shell,
    invocation: Invocation,
) -> str:
    """Show one variable of the user's notebook: type, shape, columns, missing values, first rows.

    Args:
        name: The variable's name.
        rows: How many rows of a table to show.
    """
    invocation.describe(title=name)
    value = find(shell, name)
    frame = frame_of(value)
    if frame is not None and shell.privacy.variable(name) == "allow":
        shown = min(rows, frame.rows)
        invocation.account(name, rows=shown, columns=len(frame.columns))
    text = describe(name, value, rows=rows, privacy=shell.privacy)
    return untrusted(text, f"variable {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def search_variables(text: str, *, shell: Shell, invocation: Invocation) -> str:
    """Find variables whose name, type or column labels contain a text.

    Args:
        text: What to look for; upper and lower case do not matter.
    """
    invocation.describe(title=text)
    lines = []
    rules = shell.privacy
    for name, value in shell.variables.items():
        line = f"{name}: {described_as(name, value, rules)}"
        frame = frame_of(value) if rules.variable(name) == "allow" else None
        shown = guarded(frame, name, rules).columns if frame else ()
        hits = [column.name for column in shown if text.lower() in column.name.lower()]
        if hits or text.lower() in line.lower():
            lines.append(f"{line}; columns {', '.join(hits[:COLUMNS])}" if hits else line)
    if not lines:
        return f"Nothing in the notebook is called {text!r}."
    return untrusted("\n".join(lines), f"variables with {text!r}")


def find(shell: Shell, name: str) -> object:
    """The variable of that name.

    Raises:
        ToolError: There is none; the message names the nearest.
    """
    variables = shell.variables
    if name in variables:
        return variables[name]
    close = nearest(name, variables)
    hint = f" Did you mean {', '.join(map(repr, close))}?" if close else ""
    raise ToolError(f"There is no variable {name!r}.{hint}")
