"""Running a chart's code through an approval, and what to say after a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.charts import Chart, explain, rethink
from copilot_nb.demo.scenes.look import columns_table

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.request import Request, Result


def draw(request: Request, chart: Chart, intro: str) -> Scene:
    """Draw a chart; a refusal with a reason gets one other proposal, one without gets none.

    Args:
        request: What is asked.
        chart: What to draw.
        intro: Text before the code.
    """
    runner = request.tool("run_code")
    if runner is None:
        yield Act(f"{intro}\n\nI cannot run code here, so this is for you:\n\n{fenced(chart.code)}")
        return
    result = yield Act(intro, runner, chart.call)
    if result.refused and result.feedback:
        other = rethink(chart, result.feedback)
        if other is not None:
            chart = other
            said = f"You said *{result.feedback}*. Then let me show {_named(chart)} instead."
            result = yield Act(said, runner, chart.call)
    yield Act(
        f"{_refused(chart)}" if result.refused else outcome(result, explain(chart, result.text))
    )


def outcome(result: Result, explanation: str) -> str:
    """Return the explanation, or what went wrong when the code raised."""
    error = failure(result)
    if not error:
        return explanation
    return (
        f"The code stopped with **`{error}`**. Nothing else was changed. "
        "Ask me to *fix the error* and I will look at it."
    )


def failure(result: Result) -> str:
    """Return the last line of a traceback in the result, empty when the code ran."""
    if "Traceback" not in result.text:
        return ""
    lines = [line.strip() for line in result.text.splitlines()]
    return next((line for line in reversed(lines) if "Error" in line or "Exception" in line), "")


def fenced(code: str, language: str = "python") -> str:
    """Return the code as a Markdown block."""
    return f"```{language}\n{code}\n```"


def _named(chart: Chart) -> str:
    return (
        f"the numbers of `{chart.column.name}`" if chart.kind == "numbers" else f"*{chart.title}*"
    )


def _refused(chart: Chart) -> str:
    return (
        "All right, **nothing was run**. This is what the description alone tells about "
        f"`{chart.frame.name}`:\n\n{columns_table(chart.frame)}\n\n"
        f"The code is yours to run when you want it:\n\n{fenced(chart.code)}"
    )
