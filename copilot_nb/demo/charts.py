"""Charts of a frame: the pandas code that draws them, and the words for what it printed.

The code names nothing new in the notebook unless the user would want to keep it, and prints the
numbers that `explain` then quotes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.demo.frames import Column, Frame

Kind = Literal["line", "histogram", "bar", "numbers"]

_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"\bhist", "histogram"),
    (r"\bdistribution", "histogram"),
    (r"\bbar|\bcount", "bar"),
    (r"\bline|\bover time|\btrend", "line"),
    (r"\bno (?:plot|chart|figure)|\bnumbers|\btable|\bsummar", "numbers"),
)
_STATISTIC = re.compile(r"^(count|mean|std|min|max) \| (-?[\d.]+(?:e[+-]?\d+)?)$", re.MULTILINE)
_POINT = re.compile(r"(\d{4}-\d\d-\d\d)[\d:. ]* \| (-?[\d.]+(?:e[+-]?\d+)?)$", re.MULTILINE)
_COUNT = re.compile(r"^(\S.*) \| (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Chart:
    """One view of one column."""

    kind: Kind
    frame: Frame
    column: Column

    @property
    def title(self) -> str:
        """The chart in words."""
        if self.kind == "line":
            return f"{self.column.name} over {self.frame.times[0].name}"
        return {"histogram": "Distribution of ", "bar": "Rows per ", "numbers": ""}[
            self.kind
        ] + self.column.name

    @property
    def call(self) -> dict[str, str]:
        """The arguments of run_code."""
        verb = "Describe" if self.kind == "numbers" else "Draw:"
        return {"code": self.code, "purpose": f"{verb} {self.title}"}

    @property
    def code(self) -> str:
        """The code that draws the chart and prints the numbers behind it."""
        name, column = self.frame.name, json.dumps(self.column.name, ensure_ascii=False)
        title = f"figsize=(8, 3.5), title={json.dumps(self.title, ensure_ascii=False)}"
        match self.kind:
            case "line":
                time = json.dumps(self.frame.times[0].name, ensure_ascii=False)
                return (
                    f"{name}.plot(x={time}, y={column}, legend=False, {title})\n"
                    f"{name}.dropna(subset=[{column}]).sort_values({time})"
                    f"[[{time}, {column}]].iloc[[0, -1]]"
                )
            case "histogram":
                return (
                    f"{name}[{column}].plot.hist(bins=30, {title})\n"
                    f"{name}[{column}].describe().round(2)"
                )
            case "bar":
                return (
                    f"{name}[{column}].value_counts().head(12).plot.barh({title})\n"
                    f"{name}[{column}].value_counts().head(12)"
                )
            case "numbers":
                return f"{name}[{column}].describe()"
            case _:
                assert_never(self.kind)


def choose(frame: Frame, wish: str) -> Chart | None:
    """Return the chart that suits the frame, and the wish where it says something.

    Args:
        frame: A frame with its columns.
        wish: The prompt, or the reason of a refusal.
    """
    column = _column(frame, wish)
    if column is None:
        return None
    natural: Kind = "bar" if column.is_category else "line" if frame.times else "histogram"
    wished = next(
        (kind for pattern, kind in _KINDS if re.search(pattern, wish, re.IGNORECASE)), natural
    )
    impossible = (wished == "line" and natural != "line") or (
        wished == "histogram" and column.is_category
    )
    return Chart(natural if impossible else wished, frame, column)


def rethink(chart: Chart, reason: str) -> Chart | None:
    """Return another chart for the reason that the first was refused, None without a way out."""
    if chart.kind == "numbers":
        return None
    other = choose(chart.frame, reason)
    return replace(chart, kind="numbers") if other in {None, chart} else other


def _column(frame: Frame, wish: str) -> Column | None:
    """Return the column that is named, else the most telling one."""
    usable = (*frame.numbers, *frame.categories)
    for column in usable:
        if re.search(rf"(?<!\w){re.escape(column.name)}(?!\w)", wish, re.IGNORECASE):
            return column
    return usable[0] if usable else None


def statistics(output: str) -> Mapping[str, float]:
    """Return the numbers of a printed `describe()`."""
    return {name: float(value) for name, value in _STATISTIC.findall(output)}


def explain(chart: Chart, output: str) -> str:
    """Return Markdown on what the code showed; it quotes no number that is not there."""
    match chart.kind:
        case "line":
            parts = _trend(chart, output)
        case "histogram" | "numbers":
            parts = [_spread(chart, output), _table(chart, output)]
        case "bar":
            parts = [_ranking(chart, output)]
        case _:
            assert_never(chart.kind)
    return "\n\n".join(part for part in [*parts, _missing(chart)] if part)


def _trend(chart: Chart, output: str) -> list[str]:
    points = [(date.fromisoformat(day), float(value)) for day, value in _POINT.findall(output)]
    if len(points) < 2:  # noqa: PLR2004  the first and the last point
        return [f"That is `{chart.column.name}` over time."]
    (start, first), (end, last) = points[0], points[-1]
    change, years = last - first, (end - start).days / 365.25
    word = "rises" if change > 0 else "falls" if change < 0 else "ends where it began"
    rows = [f"| first, {start} | {first:g} |", f"| last, {end} | {last:g} |"]
    rows.append(f"| change | {change:+.4g} |")
    if years >= 1:
        rows.append(f"| per year | {change / years:+.3g} |")
    return [
        f"**`{chart.column.name}` {word}**, from {first:g} to {last:g}.",
        "\n".join([f"| | `{chart.column.name}` |", "|---|---:|", *rows]),
        _next(chart, years),
    ]


def _spread(chart: Chart, output: str) -> str:
    found = statistics(output)
    if not {"mean", "std", "min", "max"} <= set(found):
        return f"That is `{chart.column.name}`."
    low, high = found["mean"] - found["std"], found["mean"] + found["std"]
    return (
        f"**`{chart.column.name}`** goes from {found['min']:,g} to {found['max']:,g}; "
        f"most values lie between {low:,.4g} and {high:,.4g}."
    )


def _table(chart: Chart, output: str) -> str:
    found = statistics(output)
    labels = {"count": "values", "mean": "mean", "min": "lowest", "max": "highest"}
    rows = [f"| {label} | {found[name]:,.6g} |" for name, label in labels.items() if name in found]
    return "\n".join([f"| `{chart.column.name}` | |", "|---|---:|", *rows]) if rows else ""


def _ranking(chart: Chart, output: str) -> str:
    counts = [(name, int(count)) for name, count in _COUNT.findall(output)]
    if not counts:
        return f"These are the rows per `{chart.column.name}`."
    rows = [f"| {name} | {count:,} |" for name, count in counts[:5]]
    table = "\n".join([f"| {chart.column.name} | rows |", "|---|---:|", *rows])
    name, count = counts[0]
    return (
        f"**{name}** is the most frequent with {count:,} of {chart.frame.rows:,} rows.\n\n{table}"
    )


def _missing(chart: Chart) -> str:
    missing, rows = chart.column.missing, chart.frame.rows
    if not missing or not rows:
        return ""
    return f"{missing:,} of {rows:,} rows ({missing / rows:.1%}) have no value."


def _next(chart: Chart, years: float) -> str:
    step = "YE" if years > 4 else "MS" if years > 1 else "D"  # noqa: PLR2004  a handful of points
    time = json.dumps(chart.frame.times[0].name, ensure_ascii=False)
    column = json.dumps(chart.column.name, ensure_ascii=False)
    return (
        "For the long view, paste this into a cell:\n\n```python\n"
        f'{chart.frame.name}.resample("{step}", on={time})[{column}].mean().plot()\n```'
    )
