"""Numbers about the columns of a table, the same for every library.

Computed from Python values, so that a column of any kind can be counted; of very long tables every
n-th row is taken, and the text says so.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from copilot_nb.kernel.frames import cell
from copilot_nb.kernel.values import is_scientific, short

if TYPE_CHECKING:
    from copilot_nb.kernel.frames import Frame

SAMPLE = 1_000_000
"""Rows that are read of one column."""
PAIR_SAMPLE = 50_000
"""Rows that are read of each column for correlations."""
PAIR_COLUMNS = 30
TOP = 5
_NUMBERS = {int, float}
_HASHED = {str, int, float, bool, bytes}
_MISSING_TYPES = {"NAType", "NaTType"}


@dataclass(frozen=True)
class Sample:
    """Values of one column, missing ones counted apart."""

    present: list[Any]
    missing: int
    step: int

    @property
    def note(self) -> str:
        """How the values were chosen, when not all were taken."""
        return f"(from every {self.step:,}th row)" if self.step > 1 else ""

    @property
    def numeric(self) -> bool:
        """Whether all of them are numbers."""
        return bool(self.present) and all(type(value) in _NUMBERS for value in self.present)


def sample(frame: Frame, at: int, *, rows: int = SAMPLE) -> Sample:
    """The column's values, or evenly spaced ones when there are more than `rows`."""
    step = max(1, math.ceil(frame.rows / rows))
    values = frame.column(at, step)
    present = [value for value in values if not is_missing(value)]
    return Sample(present, len(values) - len(present), step)


def is_missing(value: object) -> bool:
    """None, NaN, NaT, NA."""
    if type(value) is float:
        return math.isnan(value)
    return value is None or (is_scientific(value) and type(value).__name__ in _MISSING_TYPES)


def statistics(values: Sample) -> list[str]:
    """Lines about the values: a distribution of numbers, the most frequent of other things."""
    lines = [f"Values: {len(values.present):,}, missing: {values.missing:,} {values.note}".rstrip()]
    if not values.present:
        return lines
    if values.numeric:
        return lines + _distribution(sorted(values.present))
    counts = counted(values)
    lines.append(f"Distinct: {len(counts):,}")
    lines.append(f"Most frequent: {', '.join(f'{k} ({n:,})' for k, n in counts.most_common(TOP))}")
    kinds = Counter(type(value).__name__ for value in values.present)
    if len(kinds) > 1:
        lines.append(f"Types: {', '.join(f'{kind} ({n:,})' for kind, n in kinds.most_common(TOP))}")
    return lines + _range(values.present)


def counted(values: Sample) -> Counter[str]:
    """How often each value occurs; unknown objects count by their text."""
    counts: Counter[Any] = Counter(
        value if _hashed(value) else short(value) for value in values.present
    )
    by_text: Counter[str] = Counter()
    for value, number in counts.items():
        by_text[cell(value)] += number
    return by_text


def _hashed(value: object) -> bool:
    """Whether counting the value runs no code but its library's."""
    kind = type(value)
    if kind in _HASHED or kind.__module__ == "datetime":
        return True
    return is_scientific(value) and not hasattr(kind, "__len__") and kind.__hash__ is not None


def correlations(frame: Frame) -> list[tuple[str, str, float]]:
    """Pearson's r of the numeric columns, the strongest first; needs numpy in use.

    Raises:
        LookupError: numpy is not imported.
    """
    numpy: Any = sys.modules["numpy"]
    columns: dict[str, Any] = {}
    step = max(1, math.ceil(frame.rows / PAIR_SAMPLE))
    for at, column in enumerate(frame.columns[:PAIR_COLUMNS]):
        values = [math.nan if is_missing(v) else v for v in frame.column(at, step)]
        if values and all(type(value) in _NUMBERS for value in values):
            columns[column.name] = numpy.asarray(values, dtype=float)
    pairs = [
        (left, right, _pearson(numpy, columns[left], columns[right]))
        for left, right in combinations(columns, 2)
    ]
    return sorted((p for p in pairs if not math.isnan(p[2])), key=lambda p: -abs(p[2]))


def _pearson(numpy: Any, left: Any, right: Any) -> float:
    both = numpy.isfinite(left) & numpy.isfinite(right)
    left, right = left[both], right[both]
    if len(left) < 2 or left.std() == 0 or right.std() == 0:  # noqa: PLR2004 - two points make a line
        return math.nan
    return float(numpy.corrcoef(left, right)[0, 1])


def _distribution(ordered: list[float]) -> list[str]:
    number = len(ordered)
    mean = math.fsum(ordered) / number
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in ordered) / max(number - 1, 1))
    quartiles = [_quantile(ordered, q) for q in (0.25, 0.5, 0.75)]
    return [
        f"Mean: {cell(mean)}, standard deviation: {cell(spread)}",
        f"Minimum: {cell(ordered[0])}, quartiles: {', '.join(map(cell, quartiles))}, "
        f"maximum: {cell(ordered[-1])}",
    ]


def _quantile(ordered: list[float], q: float) -> float:
    at = q * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _range(values: list[Any]) -> list[str]:
    """First and last of values that have an order, such as dates."""
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or kinds & {bool, str, bytes}:
        return []
    if next(iter(kinds)).__module__ not in {"datetime", "pandas", "pandas._libs.tslibs.timestamps"}:
        return []
    return [f"From {cell(min(values))} to {cell(max(values))}"]
