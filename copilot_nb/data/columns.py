"""Numbers about the columns of a table, the same for every library.

Computed from Python values, so that a column of any kind can be counted; of very long tables every
n-th row is taken, and the text says so.
"""

from __future__ import annotations

import datetime
import math
import sys
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

from copilot_nb.data.frames import cell
from copilot_nb.data.values import are_of, is_a, is_one_of, is_scientific, short, type_name

if TYPE_CHECKING:
    from copilot_nb.data.frames import Frame

SAMPLE = 500_000
"""Rows that are read of one column."""
PAIR_SAMPLE = 50_000
"""Rows that are read of each column for correlations."""
PAIR_COLUMNS = 30
TOP = 5
_NUMBERS = {int, float, Decimal}
_HASHED = {str, int, float, bool, bytes, type(None)}
_TIMES = {datetime.date, datetime.datetime, datetime.time, datetime.timedelta}
_POINTS = (0.0, 0.25, 0.5, 0.75, 1.0)
_MISSING_TYPES = {"NoneType", "NAType", "NaTType"}


_ROUND = 2 * 3 * 5 * 7
"""What days, weeks, hours and minutes are multiples of."""


@dataclass(frozen=True)
class Sample:
    """Values of one column, missing ones counted apart."""

    present: list[Any]
    missing: int
    step: int
    grouped: bool = False
    """Whether the numbers are means of groups of neighbours, because of a privacy rule."""
    spread: float | None = None
    """The standard deviation of what was grouped."""

    @property
    def note(self) -> str:
        """How the values were chosen, when not all were taken."""
        return f"(from one row in {self.step:,})" if self.step > 1 else ""

    @property
    def kind(self) -> str:
        """What the values are, when they are not the column's own."""
        return "(means of groups of five neighbours)" if self.grouped else ""

    @property
    def numeric(self) -> bool:
        """Whether all of them are numbers, decimal ones as databases have them too."""
        return bool(self.present) and are_of(self.present, _NUMBERS)


def sample(frame: Frame, at: int, *, rows: int = SAMPLE) -> Sample:
    """The column's values, or evenly spaced ones when there are more than `rows`."""
    step = _step(frame.rows / rows)
    values = frame.column(at, step)
    absent = _absent(values)
    present = [
        v
        for v in values
        if id(type(v)) not in absent
        and (type(v) is not float or v == v)  # noqa: PLR0124 - NaN is not
        and (type(v) is not Decimal or not v.is_nan())
    ]
    made = Sample(present, len(values) - len(present), step)
    if at not in frame.altered or not made.numeric:
        return made
    return replace(made, grouped=True, spread=frame.spread(at, step) if frame.spread else None)


def _step(least: float) -> int:
    """How far apart values are taken: in step with no hours of a day and no days of a week."""
    step = max(1, math.ceil(least))
    while step > 1 and math.gcd(step, _ROUND) > 1:
        step += 1
    return step


def _absent(values: list[Any]) -> set[int]:
    """Identities of the types among the values that stand for a missing one."""
    examples = {id(type(value)): value for value in values}
    return {kind for kind, example in examples.items() if type_name(example) in _MISSING_TYPES}


def statistics(values: Sample) -> list[str]:
    """Lines about the values: a distribution of numbers, the most frequent of other things."""
    lines = [f"Values: {len(values.present):,}, missing: {values.missing:,} {values.note}".rstrip()]
    if not values.present:
        return lines
    if values.grouped:
        return lines + _of_groups(values)
    if values.numeric:
        return lines + _distribution(list(map(float, values.present)))
    if span := _span(values.present):
        return [*lines, span]
    counts = counted(values)
    top = ", ".join(f"{cell(value)} ({n:,})" for value, n in counts.most_common(TOP))
    lines += [f"Distinct: {len(counts):,}", f"Most frequent: {top}"]
    kinds = Counter(type(value).__name__ for value in values.present)
    if len(kinds) > 1:
        lines.append(f"Types: {', '.join(f'{kind} ({n:,})' for kind, n in kinds.most_common(TOP))}")
    return lines


def counted(values: Sample) -> Counter[Any]:
    """How often each value occurs; what cannot be counted safely counts by its text."""
    return Counter(comparable(values.present))


def comparable(values: list[Any]) -> list[Any]:
    """The values, those by their text whose comparison would run foreign code."""
    examples = {id(type(value)): value for value in values}
    foreign = {kind for kind, example in examples.items() if not _hashed(example)}
    if not foreign:
        return values
    return [short(value) if id(type(value)) in foreign else value for value in values]


def is_missing(value: object) -> bool:
    """Whether it stands for a value that is not there."""
    if type(value) is float:
        return value != value  # noqa: PLR0124 - NaN is not itself
    return bool(_absent([value]))


def _hashed(value: object) -> bool:
    """Whether counting the value runs no code but its library's."""
    kind = type(value)
    if is_one_of(kind, _HASHED | _TIMES):
        return True
    return is_scientific(value) and not hasattr(kind, "__len__") and kind.__hash__ is not None


def correlations(frame: Frame) -> list[tuple[str, str, float]]:
    """Pearson's r of the numeric columns, the strongest first; needs numpy in use.

    Of a column of which only groups may be read it is that of their means, and its name says so:
    with a column that marks one row, the values' own would give that row's value away.

    Raises:
        LookupError: numpy is not imported.
    """
    numpy: Any = sys.modules["numpy"]
    columns: dict[str, Any] = {}
    step = _step(frame.rows / PAIR_SAMPLE)
    for at, column in enumerate(frame.columns[:PAIR_COLUMNS]):
        values = frame.column(at, step)
        absent = _absent(values)
        filled = [math.nan if id(type(value)) in absent else value for value in values]
        if values and are_of(filled, _NUMBERS):
            label = f"{column.name} (#{at + 1})" if column.name in columns else column.name
            label += " (means of groups)" if at in frame.altered else ""
            columns[label] = numpy.asarray(list(map(float, filled)))
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


def deviation(numbers: list[float]) -> float:
    """The standard deviation of a sample."""
    return _measured(list(map(float, numbers)))[1]


def _distribution(numbers: list[float]) -> list[str]:
    mean, spread, points = _measured(numbers)
    return [f"Mean: {cell(mean)}, standard deviation: {cell(spread)}", _points(points)]


def _of_groups(values: Sample) -> list[str]:
    """What can be said of numbers of which there are only the means of groups."""
    mean, _, points = _measured(list(map(float, values.present)))
    if values.spread is None:
        return [f"Mean: {cell(mean)}; too few values to tell more than that"]
    return [
        f"Mean: {cell(mean)}, standard deviation: {cell(values.spread)}",
        f"Of the means of groups of five neighbours, not of single values: {_points(points)}",
    ]


def _points(points: list[float]) -> str:
    low, *quartiles, high = map(cell, points)
    return f"Minimum: {low}, quartiles: {', '.join(quartiles)}, maximum: {high}"


def _measured(numbers: list[float]) -> tuple[float, float, list[float]]:
    """Mean, standard deviation, and minimum, quartiles and maximum."""
    numpy = sys.modules.get("numpy")
    return _by_numpy(numpy, numbers) if numpy else _by_hand(sorted(numbers))


def _by_numpy(numpy: Any, numbers: list[float]) -> tuple[float, float, list[float]]:
    values = numpy.asarray(numbers, dtype=float)
    spread = values.std(ddof=1) if len(numbers) > 1 else 0.0
    return float(values.mean()), float(spread), numpy.quantile(values, _POINTS).tolist()


def _by_hand(ordered: list[float]) -> tuple[float, float, list[float]]:
    mean = math.fsum(ordered) / len(ordered)
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in ordered) / max(len(ordered) - 1, 1))
    return mean, spread, [_quantile(ordered, q) for q in _POINTS]


def _quantile(ordered: list[float], q: float) -> float:
    at = q * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _span(values: list[Any]) -> str:
    """First and last of dates and times; empty for anything else."""
    alike = len(set(map(id, map(type, values)))) == 1
    if not alike or not is_a(values[0], (datetime.date, datetime.timedelta)):
        return ""
    try:
        return f"From {cell(min(values))} to {cell(max(values))}"
    except TypeError:  # some with a time zone, some without
        return ""
