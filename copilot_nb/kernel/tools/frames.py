# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools that look into the tables of the notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copilot_nb.data import columns
from copilot_nb.data.compare import comparison
from copilot_nb.data.envelope import untrusted
from copilot_nb.data.frames import Frame, cell, table_of, table_text
from copilot_nb.data.guarded import guarded
from copilot_nb.data.namespace import described_as, nearest
from copilot_nb.errors import ToolError
from copilot_nb.kernel.limits import LOOK_SECONDS
from copilot_nb.kernel.tools.variables import find
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell

PAIRS = 20


@tool(permission="read", timeout=LOOK_SECONDS)
def preview_rows(
    name: str,
    start: Annotated[int, Field(ge=0)] = 0,
    rows: Annotated[int, Field(ge=1, le=100)] = 10,
    only: tuple[str, ...] = (),
    *,
    shell: Shell,
    invocation: Invocation,
) -> str:
    """Show some rows of a table in the user's notebook (pandas, polars, pyarrow, xarray, numpy, …).

    Args:
        name: The variable's name.
        start: Position of the first row, counted from 0.
        rows: How many rows.
        only: Labels of the columns to show; all if empty.
    """
    frame = _frame(shell, name)
    invocation.describe(title=f"{name}, rows {start}–{start + rows - 1}")
    chosen = [_position(frame, label) for label in only] or list(range(len(frame.columns)))
    end = min(start + rows, frame.rows)
    part = replace(
        frame,
        columns=tuple(frame.columns[at] for at in chosen),
        rows=max(end - start, 0),
        read=lambda r, c: frame.read([start + at for at in r], [chosen[at] for at in c]),
    )
    text = table_text(part.table(rows=rows, columns=60, tail=False))
    invocation.account(name, rows=part.rows, columns=len(chosen))
    return untrusted(f"{text}\n[of {frame.size}]", f"rows of {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def column_statistics(name: str, column: str, *, shell: Shell, invocation: Invocation) -> str:
    """Show the distribution of one column: mean, quartiles, or the most frequent values.

    Args:
        name: The variable's name.
        column: The column's label.
    """
    frame = _frame(shell, name)
    at = _readable(frame, column)
    invocation.describe(title=f"{name}[{column!r}]")
    lines = [f"{column}: {frame.columns[at].dtype}"]
    lines += columns.statistics(columns.sample(frame, at))
    return untrusted("\n".join(lines), f"column {column!r} of {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def value_counts(
    name: str,
    column: str,
    limit: Annotated[int, Field(ge=1, le=200)] = 20,
    *,
    shell: Shell,
    invocation: Invocation,
) -> str:
    """Count how often each value of a column occurs, the most frequent first.

    Args:
        name: The variable's name.
        column: The column's label.
        limit: How many values to show.
    """
    frame = _frame(shell, name)
    values = columns.sample(frame, _readable(frame, column))
    invocation.describe(title=f"{name}[{column!r}]")
    counts = columns.counted(values)
    total = len(values.present) or 1
    invocation.account(f"{name}.{column}", rows=min(limit, len(counts)), columns=1)
    about = " ".join(filter(None, (values.kind, values.note)))
    lines = [f"{len(counts):,} distinct values, {values.missing:,} missing {about}".rstrip()]
    lines += [f"{cell(v)}: {n:,} ({n / total:.1%})" for v, n in counts.most_common(limit)]
    if len(counts) > limit:
        lines.append(f"… {len(counts) - limit:,} more")
    return untrusted("\n".join(lines), f"column {column!r} of {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def missing_values(name: str, *, shell: Shell, invocation: Invocation) -> str:
    """Show which columns of a table have missing values, and how many.

    Args:
        name: The variable's name.
    """
    frame = _frame(shell, name)
    invocation.describe(title=name)
    counts, note = frame.missing_counts(), ""
    read = frame.rows
    if counts is None:
        samples = [columns.sample(frame, at) for at in range(len(frame.columns))]
        counts = tuple(each.missing for each in samples)
        note, read = f" {samples[0].note}", -(-frame.rows // samples[0].step)
    found = sorted(zip(counts, frame.columns, strict=True), key=lambda pair: -pair[0])
    lines = [f"{c.name}: {n:,} ({n / read:.1%}){note}" for n, c in found if n]
    return untrusted("\n".join(lines) or "No missing values.", f"missing values of {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def correlations(name: str, *, shell: Shell, invocation: Invocation) -> str:
    """Show the strongest linear correlations between the numeric columns of a table.

    Args:
        name: The variable's name.
    """
    frame = _frame(shell, name)
    invocation.describe(title=name)
    try:
        pairs = columns.correlations(frame)
    except LookupError:
        raise ToolError("This needs numpy; import it in the notebook first.") from None
    lines = [f"{left} ~ {right}: {r:+.3f}" for left, right, r in pairs[:PAIRS]]
    return untrusted("\n".join(lines) or "No two numeric columns.", f"correlations of {name}")


@tool(permission="read", timeout=LOOK_SECONDS)
def compare_frames(left: str, right: str, *, shell: Shell, invocation: Invocation) -> str:
    """Compare two tables: sizes, columns that only one has, dtypes, and values row by row.

    Args:
        left: Name of one variable.
        right: Name of the other.
    """
    first, second = _frame(shell, left), _frame(shell, right)
    invocation.describe(title=f"{left} and {right}")
    lines = comparison(first, second, (left, right))
    return untrusted("\n".join(lines), f"comparison of {left} and {right}")


def _frame(shell: Shell, name: str) -> Frame:
    value = find(shell, name)
    if shell.privacy.variable(name) != "allow":
        raise ToolError(f"{name!r} is withheld by the user's privacy rules.")
    frame = table_of(value)
    if frame is None:
        what = described_as(name, value, shell.privacy)
        raise ToolError(f"{name!r} is no table but {what}; use describe_variable.")
    return guarded(frame, name, shell.privacy)


def _position(frame: Frame, label: str) -> int:
    at = frame.position(label)
    if at is None:
        names = [column.name for column in frame.columns]
        close = nearest(label, names) or names[:10]
        raise ToolError(f"There is no column {label!r}; there is {', '.join(map(repr, close))}.")
    return at


def _readable(frame: Frame, label: str) -> int:
    """The position of a column whose values may be read."""
    at = _position(frame, label)
    if at in frame.withheld:
        raise ToolError(f"The values of {label!r} are withheld by the user's privacy rules.")
    return at
