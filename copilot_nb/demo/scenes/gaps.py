"""Missing values: the longest gaps in time with the worst one drawn, or a count per column."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.scenes.look import columns_table, look
from copilot_nb.demo.scenes.run import fenced, outcome
from copilot_nb.demo.scenes.tour import empty

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.frames import Frame
    from copilot_nb.demo.request import Request

_DAY = r"(\d{4}-\d\d-\d\d)[\d:. ]*"
_GAP = re.compile(rf"{_DAY} \| {_DAY} \| (\d+ days?)", re.MULTILINE)


def gaps(request: Request) -> Scene:
    """Find what is missing, draw the worst of it and say where it is."""
    frame = yield from look(request, "I will look for missing values.")
    if frame is None:
        yield from empty(request)
        return
    if not frame.gaps:
        yield Act(f"`{frame.name}` has **no missing values**.\n\n{columns_table(frame)}")
        return
    worst = frame.gaps[0]
    said = f"`{worst.name}` has **{worst.missing:,} missing values** of {frame.rows:,}. "
    in_time = _is_series(frame)
    said += "I would list the longest gaps and draw the worst:" if in_time else "I would count:"
    code = _in_time(frame) if in_time else _per_column(frame)
    runner = request.tool("run_code")
    if runner is None:
        yield Act(f"{said}\n\n{fenced(code)}")
        return
    purpose = f"Find the gaps in {worst.name}" if in_time else "Count missing values"
    result = yield Act(said, runner, {"code": code, "purpose": purpose})
    if result.refused:
        yield Act(f"All right, nothing was run. Per column it is this:\n\n{columns_table(frame)}")
        return
    yield Act(outcome(result, _explain(frame, result.text)))


def _is_series(frame: Frame) -> bool:
    """Whether it is numbers over time; dates of different things have no gaps between them."""
    return bool(frame.times) and not frame.categories and frame.gaps[0].is_number


def _in_time(frame: Frame) -> str:
    time = json.dumps(frame.times[0].name, ensure_ascii=False)
    column = json.dumps(frame.gaps[0].name, ensure_ascii=False)
    name = frame.name
    return (
        f"known = {name}.dropna(subset=[{column}]).sort_values({time})\n"
        "gaps = known.assign(\n"
        f"    start=known[{time}].shift(), end=known[{time}], length=known[{time}].diff()\n"
        ')[["start", "end", "length"]].nlargest(5, "length")\n'
        "\n"
        "start, end, length = gaps.iloc[0]\n"
        f"near = {name}[{name}[{time}].between(start - 4 * length, end + 4 * length)]\n"
        f'axes = near.plot(x={time}, y={column}, marker=".", legend=False, figsize=(8, 3.5))\n'
        'axes.axvspan(start, end, color="tab:red", alpha=0.2)\n'
        "gaps"
    )


def _per_column(frame: Frame) -> str:
    return (
        f"missing = {frame.name}.isna().sum().sort_values(ascending=False)\n"
        'missing[missing > 0].plot.barh(figsize=(8, 3.5), title="Missing values")\n'
        "missing"
    )


def _explain(frame: Frame, output: str) -> str:
    found = _GAP.findall(output)
    if not found:
        worst = frame.gaps[0]
        share = f" ({worst.missing / frame.rows:.1%})" if frame.rows else ""
        return f"Most is missing in **`{worst.name}`**: {worst.missing:,} rows{share}."
    start, end, length = found[0]
    rows = [f"| {a} | {b} | {c} |" for a, b, c in found]
    table = "\n".join(
        ["| last value before | first value after | apart |", "|---|---|---:|", *rows]
    )
    return (
        f"The longest gap is **{length}**, from {start} to {end}, shaded in the plot."
        f"\n\n{table}\n\n"
        "Before you fill gaps this long, think twice: interpolation would invent a season."
    )
