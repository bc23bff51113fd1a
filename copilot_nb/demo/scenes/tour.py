"""The default scene: look at the largest DataFrame and plot what is most telling in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.charts import Chart, choose
from copilot_nb.demo.scenes.look import columns_table, look
from copilot_nb.demo.scenes.run import draw, fenced, outcome

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.frames import Frame
    from copilot_nb.demo.request import Request

EXAMPLE = """\
import pandas as pd

example = pd.DataFrame(
    {
        "month": pd.date_range("2024-01-01", periods=12, freq="MS"),
        "visitors": [120, 135, 180, 260, 310, 420, 515, 498, 360, 240, 150, 128],
    }
)
example.plot(x="month", y="visitors", figsize=(8, 3.5), marker="o", title="An example")
example["visitors"].describe().round(1)"""


def tour(request: Request) -> Scene:
    """Look, plot, explain."""
    frame = yield from look(request, "I will look at what this notebook holds.")
    if frame is None:
        yield from empty(request)
        return
    chart = choose(frame, request.prompt)
    if chart is None:
        yield Act(f"`{frame.name}` has no column that I can draw.\n\n{columns_table(frame)}")
        return
    yield from draw(request, chart, _proposal(frame, chart))


def empty(request: Request) -> Scene:
    """Answer in a notebook without DataFrames: offer a tiny example."""
    runner = request.tool("run_code")
    if runner is None:
        yield Act("There is no DataFrame that I could look at here. Ask me what I can do.")
        return
    said = (
        "There is **no DataFrame** in this notebook yet. I can make a tiny one, so that you see "
        "how I work; its numbers are made up."
    )
    result = yield Act(said, runner, {"code": EXAMPLE, "purpose": "Make a small example"})
    if result.refused:
        yield Act(
            "All right, nothing was made. Load some data, for example\n\n"
            f"{fenced('df = pd.read_csv(`data.csv`)'.replace('`', chr(34)))}\n\nand ask again."
        )
        return
    done = (
        "`example` now holds twelve months of made-up visitors, and **July** is the top of the "
        "curve. It is an ordinary variable: look at it with `example.head()`, or ask me about it."
    )
    yield Act(outcome(result, done))


def _proposal(frame: Frame, chart: Chart) -> str:
    """Say what was seen and what the code will do."""
    parts = [f"{len(frame.columns)} columns"]
    if frame.times:
        parts.append(f"time in `{frame.times[0].name}`")
    if frame.numbers:
        parts.append("numbers in " + ", ".join(f"`{c.name}`" for c in frame.numbers[:4]))
    if frame.categories:
        parts.append("names in " + ", ".join(f"`{c.name}`" for c in frame.categories[:4]))
    what = "describe" if chart.kind == "numbers" else "draw"
    return f"I see {', '.join(parts)}. Next I would {what} **{chart.title}**:"
