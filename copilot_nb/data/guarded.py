"""A table as the privacy rules let it be read.

Masked columns give anonymous values, so that distributions can still be talked about; columns of
which only aggregates may leave give the means of groups of neighbours (microaggregation), so that
no single value stands anywhere and means and quartiles hold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.data.privacy import MASK
from copilot_nb.data.values import short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import Access, Privacy

GROUP = 5
"""Neighbouring values that share their mean where only aggregates may leave."""
_NUMBERS = {int, float}
WORDS = {"deny": "withheld", "mask": "masked", "aggregate": "aggregates only"}


def guarded(frame: Frame, variable: str, privacy: Privacy) -> Frame:
    """The table with every value taken out that a rule withholds.

    Args:
        frame: The table.
        variable: Its name in the notebook; empty when it has none.
        privacy: The rules.
    """
    whole = privacy.variable(variable) != "allow"
    access: list[Access] = [
        "deny" if whole else privacy.called(column.names, variable) for column in frame.columns
    ]
    index = whole or privacy.called(frame.index, variable) != "allow"
    if not index and not any(each != "allow" for each in access):
        return frame
    columns = tuple(
        column if each == "allow" else replace(column, dtype=f"{column.dtype}, {WORDS[each]}")
        for column, each in zip(frame.columns, access, strict=True)
    )
    withheld = frozenset(at for at, each in enumerate(access) if each == "deny")
    return replace(
        frame,
        columns=columns,
        withheld=withheld,
        read=_masked_rows(frame, access, index=index),
        column=_guarded_column(frame, access),
    )


def _masked_rows(
    frame: Frame, access: Sequence[Access], *, index: bool
) -> Callable[[Sequence[int], Sequence[int]], list[list[Any]]]:
    lead = 1 if frame.has_index else 0

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        values = frame.read(rows, columns)
        for position, at in enumerate(columns):
            if access[at] != "allow":
                for row in values:
                    row[lead + position] = MASK
        if index and lead:
            for row in values:
                row[0] = MASK
        return values

    return read


def _guarded_column(frame: Frame, access: Sequence[Access]) -> Callable[[int, int], list[Any]]:
    def column(at: int, step: int) -> list[Any]:
        if access[at] == "deny":
            return []
        values = frame.column(at, step)
        if access[at] == "allow":
            return values
        if access[at] == "aggregate" and _is_numeric(values):
            present = sum(not _is_missing(value) for value in values)
            # The mean of one value is the value.
            return _grouped(values) if present >= GROUP else _anonymous(values)
        return _anonymous(values)

    return column


def _is_numeric(values: list[Any]) -> bool:
    return {type(value) for value in values if not _is_missing(value)} <= _NUMBERS


def _is_missing(value: Any) -> bool:
    kind = type(value)
    return kind.__name__ in {"NoneType", "NAType", "NaTType"} or (
        kind is float and value != value  # noqa: PLR0124 - NaN is not itself
    )


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
