"""A table as the privacy rules let it be read.

Masked columns give anonymous values, so that distributions can still be talked about; columns of
which only aggregates may leave give the means of groups of neighbours (microaggregation), so that
no single value stands anywhere. The mean of all is that of the values; their standard deviation is
given besides, where there are enough. A column may also stand elsewhere: as
a row of a table that was turned, as a key of dicts in cells, as the labels of a pivoted table.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count, repeat
from typing import TYPE_CHECKING, Any

from copilot_nb.data.columns import deviation
from copilot_nb.data.frames import Column
from copilot_nb.data.privacy import ACCESSES, MASK
from copilot_nb.data.stored import DICTS, LISTS, SETS
from copilot_nb.data.values import comes_from, is_one_of, short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import Access, Privacy
    from copilot_nb.data.values import Hides

GROUP = 5
"""Neighbouring values that share their mean where only aggregates may leave."""
ENOUGH = 2 * GROUP
"""Values of which the standard deviation is told: of fewer there is only one group."""
_ALTERED = ("mask", "aggregate")
_NUMBERS = {int, float}
_BITS = 1_000
"""Of a whole number; the mean of larger ones would be no float."""
_CONTAINERS = {*DICTS, *LISTS, *SETS}
WORDS = {"deny": "withheld", "mask": "masked", "aggregate": "aggregates only"}


def guarded(frame: Frame, variable: str, privacy: Privacy) -> Frame:
    """The table with every value taken out that a rule withholds.

    Args:
        frame: The table.
        variable: Its name in the notebook; empty when it has none.
        privacy: The rules.
    """
    if not privacy:
        return frame
    whole = privacy.variable(variable) != "allow"
    own = privacy.value(variable) if frame.called_by_variable else "allow"
    access: list[Access] = [
        "deny" if whole else max(own, privacy.called(column.names, variable), key=ACCESSES.index)
        for column in frame.columns
    ]
    labels = whole or privacy.called(frame.heads, variable) != "allow"
    index = whole or privacy.called(frame.index, variable) != "allow"
    hides = privacy.remembered(variable)
    return replace(
        frame,
        columns=tuple(map(_shown_column, frame.columns, access, count(1), repeat(labels))),
        withheld=frame.withheld | {at for at, each in enumerate(access) if each == "deny"},
        altered=frame.altered | {at for at, each in enumerate(access) if each in _ALTERED},
        index_altered=frame.index_altered or index,
        spread=_spread(frame, access),
        read=_masked_rows(frame, access, hides, index=index),
        column=_guarded_column(frame, access, hides),
    )


def _shown_column(column: Column, access: Access, number: int, hidden: bool) -> Column:
    dtype = column.dtype if access == "allow" else f"{column.dtype}, {WORDS[access]}"
    return Column(f"{MASK}{number}", dtype) if hidden else replace(column, dtype=dtype)


def _masked_rows(
    frame: Frame, access: Sequence[Access], hides: Hides, *, index: bool
) -> Callable[[Sequence[int], Sequence[int]], list[list[Any]]]:
    lead = 1 if frame.has_index else 0

    def shown(row: list[Any], columns: Sequence[int]) -> list[Any]:
        turned = lead and hides(row[0])
        cells = (
            MASK if turned or access[at] != "allow" else _plain(value, hides)
            for at, value in zip(columns, row[lead:], strict=True)
        )
        return [*([MASK] if index else row[:1])[:lead], *cells]

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        return [shown(row, columns) for row in frame.read(rows, columns)]

    return read


def _guarded_column(
    frame: Frame, access: Sequence[Access], hides: Hides
) -> Callable[[int, int], list[Any]]:
    def column(at: int, step: int) -> list[Any]:
        if access[at] == "deny":
            return []
        values = _open_values(frame, at, step, hides)
        if access[at] == "allow":
            return values
        if access[at] == "aggregate" and _is_numeric(values):
            present = sum(not _is_missing(value) for value in values)
            # The mean of one value is the value.
            return _grouped(values) if present >= GROUP else _anonymous(values)
        return _anonymous(values)

    return column


def _spread(frame: Frame, access: Sequence[Access]) -> Callable[[int, int], float | None]:
    """The standard deviation of numbers of which groups are shown: of two groups at least."""

    def spread(at: int, step: int) -> float | None:
        if frame.spread is not None and at in frame.altered:
            return frame.spread(at, step)
        values = [value for value in frame.column(at, step) if not _is_missing(value)]
        is_told = access[at] == "aggregate" and _is_numeric(values) and len(values) >= ENOUGH
        return deviation(values) if is_told else None

    return spread


def _open_values(frame: Frame, at: int, step: int, hides: Hides) -> list[Any]:
    """Every step-th value; those of withheld rows, and under withheld keys, masked."""
    values = frame.column(at, step)
    if any(is_one_of(type(value), _CONTAINERS) for value in values):
        values = [_plain(value, hides) for value in values]
    if not frame.has_index:
        return values
    labels = [row[0] for row in frame.read(range(0, frame.rows, step), ())]
    if not any(map(hides, labels)):
        return values
    return [MASK if hides(label) else v for label, v in zip(labels, values, strict=True)]


def _plain(value: Any, hides: Hides) -> Any:
    """A cell that holds a container as text, without what stands under withheld keys."""
    return short(value, hides=hides) if is_one_of(type(value), _CONTAINERS) else value


def _is_numeric(values: list[Any]) -> bool:
    """Whether all of them are numbers of which a mean can be told."""
    return all(
        is_one_of(type(value), _NUMBERS) and (type(value) is float or value.bit_length() <= _BITS)
        for value in values
        if not _is_missing(value)
    )


def _is_missing(value: Any) -> bool:
    if type(value) is float:
        return math.isnan(value)
    return value is None or comes_from(value, "pandas", "NAType", "NaTType")


def _anonymous(values: list[Any]) -> list[Any]:
    """Each distinct value by a number of its own, in the order in which they first come."""
    names: dict[str, str] = {}
    return [
        value
        if _is_missing(value)
        else names.setdefault(
            value if type(value) is str else short(value), f"{MASK}{len(names) + 1}"
        )
        for value in values
    ]


def _grouped(values: list[Any]) -> list[Any]:
    """Each number as the mean of its group of at least `GROUP` neighbours by size."""
    order = sorted(
        (at for at, v in enumerate(values) if not _is_missing(v)), key=values.__getitem__
    )
    result = list(values)
    for start in range(0, len(order), GROUP):
        last = len(order) - start < 2 * GROUP
        group = order[start:] if last else order[start : start + GROUP]
        mean = sum(values[at] for at in group) / len(group)
        for at in group:
            result[at] = mean
        if last:
            break
    return result
