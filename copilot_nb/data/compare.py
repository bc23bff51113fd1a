"""Two tables side by side: columns, dtypes, sizes, and values where the rows correspond.

Values are compared by position, in tables of the same length; of very long ones every n-th row.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from copilot_nb.data.columns import comparable, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.data.frames import Frame

SAMPLE = 100_000
"""Rows that are compared."""
COLUMNS = 60
"""Columns whose values are compared."""


def comparison(left: Frame, right: Frame, names: tuple[str, str]) -> list[str]:
    """What is the same and what differs, in lines.

    Args:
        left: One table.
        right: The other.
        names: What they are called.
    """
    lines = [f"{name}: {f.kind}, {f.size}" for name, f in zip(names, (left, right), strict=True)]
    return [
        *lines,
        *_repeated(left, names[0]),
        *_repeated(right, names[1]),
        *_only(left, right, names[0]),
        *_only(right, left, names[1]),
        *_dtypes(left, right, names),
        *_values(left, right),
    ]


def _repeated(frame: Frame, name: str) -> Iterator[str]:
    twice = [label for label, n in Counter(c.name for c in frame.columns).items() if n > 1]
    if twice:
        yield f"More than once in {name}: {', '.join(twice)}"


def _only(own: Frame, other: Frame, name: str) -> Iterator[str]:
    known = {column.name for column in other.columns}
    only = [column.name for column in own.columns if column.name not in known]
    if only:
        yield f"Only in {name}: {', '.join(dict.fromkeys(only))}"


def _dtypes(left: Frame, right: Frame, names: tuple[str, str]) -> Iterator[str]:
    for at, other in _common(left, right):
        one, two = left.columns[at].dtype, right.columns[other].dtype
        if one != two:
            yield f"{left.columns[at].name}: {one} in {names[0]}, {two} in {names[1]}"


def _values(left: Frame, right: Frame) -> Iterator[str]:
    pairs = [
        pair
        for pair in _common(left, right)
        if pair[0] not in left.withheld and pair[1] not in right.withheld
    ]
    if left.rows != right.rows or not pairs or not left.rows:
        return
    step = max(1, math.ceil(left.rows / SAMPLE))
    note = f" (one row in {step:,} was compared)" if step > 1 else ""
    differ = 0
    for at, other in pairs[:COLUMNS]:
        compared, count = _differences(left.column(at, step), right.column(other, step))
        if count:
            differ += 1
            yield f"{left.columns[at].name}: {count:,} of {compared:,} values differ{note}"
    if not differ:
        yield f"The values of the columns that both have are equal{note}."
    if len(pairs) > COLUMNS:
        yield f"… {len(pairs) - COLUMNS:,} more columns were not compared"


def _differences(left: list[Any], right: list[Any]) -> tuple[int, int]:
    """How many were compared, and how many differ; two missing values are the same."""
    pairs = zip(left, right, comparable(left), comparable(right), strict=True)
    unequal = [(one, two) for one, two, as_one, as_two in pairs if as_one != as_two]
    both_missing = sum(is_missing(one) and is_missing(two) for one, two in unequal)
    return len(left), len(unequal) - both_missing


def _common(left: Frame, right: Frame) -> Iterator[tuple[int, int]]:
    """Positions of the columns that both have; of equal labels the first."""
    seen: set[str] = set()
    for at, column in enumerate(left.columns):
        other = right.position(column.name)
        if other is not None and column.name not in seen:
            seen.add(column.name)
            yield at, other
