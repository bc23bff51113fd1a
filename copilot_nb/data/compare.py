"""Two tables side by side: columns, dtypes, sizes, and values where the rows correspond.

Values and labels of the index are compared by position, in tables of the same length; of very long
ones every n-th row. What was not compared is said, too.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from copilot_nb.data.columns import comparable, is_missing
from copilot_nb.data.privacy import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.data.frames import Frame

SAMPLE = 100_000
"""Rows that are compared."""
COLUMNS = 60
"""Columns whose values are compared."""
INDEX = "the index"

_Part = tuple[str, list[Any], list[Any]]
"""A column or the index by its name, and its values in both tables; none that are held back."""


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
        *_index_names(left, right, names),
        *_rows(left, right),
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


def _index_names(left: Frame, right: Frame, names: tuple[str, str]) -> Iterator[str]:
    if left.has_index and right.has_index and left.index != right.index:
        one, two = (", ".join(level or "(no name)" for level in f.index) for f in (left, right))
        yield f"The index is called {one} in {names[0]}, {two} in {names[1]}"


def _rows(left: Frame, right: Frame) -> Iterator[str]:
    """Where values and labels differ, and what was not compared."""
    if left.rows != right.rows:
        yield "Values were not compared: the tables have different numbers of rows."
        return
    if not left.rows:
        return
    step = max(1, math.ceil(left.rows / SAMPLE))
    note = f" (one row in {step:,} was compared)" if step > 1 else ""
    pairs = list(_common(left, right))
    columns = _columns(left, right, pairs[:COLUMNS], step)
    parts = [*_labels(left, right, step), *columns]
    closed = [name for name, one, two in parts if _is_closed(one) or _is_closed(two)]
    open_parts = [part for part in parts if part[0] not in closed]
    differ = False
    for name, one, two in open_parts:
        compared, count = _differences(one, two)
        if count:
            differ = True
            what = "labels" if name == INDEX else "values"
            yield f"{name}: {count:,} of {compared:,} {what} differ{note}"
    if open_parts and not differ:
        yield f"The values of {_all_of(parts, closed)} are equal{note}."
    if closed:
        yield f"Not compared, because privacy rules hold them back: {', '.join(closed)}"
    if len(pairs) > COLUMNS:
        yield f"… {len(pairs) - COLUMNS:,} more columns were not compared"


def _all_of(parts: list[_Part], closed: list[str]) -> str:
    """What was compared: "the columns that both have and of the index"."""
    columns = "the columns that were compared" if closed else "the columns that both have"
    has_index = INDEX not in closed and parts[0][0] == INDEX
    if all(name in closed for name, _, _ in parts if name != INDEX):
        return INDEX
    return f"{columns} and of {INDEX}" if has_index else columns


def _labels(left: Frame, right: Frame, step: int) -> Iterator[_Part]:
    if left.has_index and right.has_index:
        one, two = ([row[0] for row in f.read(range(0, f.rows, step), ())] for f in (left, right))
        yield INDEX, [] if left.index_altered else one, [] if right.index_altered else two


def _columns(left: Frame, right: Frame, pairs: list[tuple[int, int]], step: int) -> Iterator[_Part]:
    for at, other in pairs:
        one, two = (
            [] if place in frame.altered | frame.withheld else frame.column(place, step)
            for frame, place in ((left, at), (right, other))
        )
        yield left.columns[at].name, one, two


def _is_closed(values: list[Any]) -> bool:
    """Whether the values, or some of them, are held back."""
    return not values or any(type(value) is str and value == MASK for value in values)


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
