"""What the index and the kernel tools cost on tables of ten million rows.

Each tool is called as the model calls it, in a process of its own kind of table; the index is made
for a notebook of two hundred names. CPU time of all threads, the best of a few calls.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import xarray as xr
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from benchmarks.report import Budget, Report
from copilot_nb.data.denied import denied_values
from copilot_nb.data.fingerprints import fingerprint
from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.data.tokens import estimated_tokens
from copilot_nb.kernel.shell import Shell
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.notebook.context.index import index_of
from copilot_nb.notebook.context.references import mentions
from copilot_nb.notebook.context.resolve import resolved
from copilot_nb.session.pending import PendingRequests
from copilot_nb.session.tools import FunctionTool, Invocation, run_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.protocol.tool import ToolResultObject
    from copilot_nb.session.session import Session

ROWS = 10_000_000
NAMES = 200
ROUNDS = 3
TOOL_BUDGET = 2.0
INDEX_BUDGET = 50.0
RESULT_LIMIT = 20_000
CALLS: dict[str, dict[str, Any]] = {
    "list_variables": {},
    "describe_variable": {"name": "big"},
    "preview_rows": {"name": "big", "start": 500, "rows": 20},
    "column_statistics": {"name": "big", "column": "value"},
    "value_counts": {"name": "big", "column": "station"},
    "missing_values": {"name": "big"},
    "correlations": {"name": "big"},
    "compare_frames": {"left": "big", "right": "big"},
    "search_variables": {"text": "station"},
}


_RULES = Privacy((PrivacyRule("deny", "station"),))
_TEXT = "\n".join(f"row {at}: {at / 7:.3f} of a station" for at in range(400))


class Standalone:
    """What an Invocation needs of a session."""

    session_id = "benchmark"

    def __init__(self) -> None:
        self.pending = PendingRequests()

    def emit_local(self, _: object) -> None:
        """Drop it."""


def tables(count: int) -> dict[str, Any]:
    """The same rows in each library."""
    rng = np.random.default_rng(0)
    columns = {
        "time": pd.date_range("2000-01-01", periods=count, freq="min").to_numpy(),
        "station": np.array(["Halden", "Moss", "Oslo", "Bergen"])[rng.integers(0, 4, count)],
        "value": np.where(rng.random(count) < 0.01, np.nan, rng.normal(size=count)),
        "other": rng.normal(size=count),
        "count": rng.integers(0, 1000, count),
    }
    frame = pd.DataFrame(columns)
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    dataset = xr.Dataset({name: ("row", values) for name, values in columns.items()})
    return {
        "pandas": frame,
        "polars": pl.from_arrow(arrow),
        "pyarrow": arrow,
        "xarray": dataset,
    }


def measure(count: int = ROWS) -> Report:
    """Call every tool on every table, and make the index."""
    config = Config({"HistoryManager": {"enabled": False}})
    shell = Shell(InteractiveShell(config=config))  # type: ignore[no-untyped-call]  # IPython's
    small = pd.DataFrame({f"column_{n}": [n] for n in range(20)})
    names = {f"name_{n}": small if n % 4 == 0 else n for n in range(NAMES - 1)}
    rows: list[tuple[object, ...]] = []
    slowest, largest = 0.0, 0
    big = tables(count)
    for name, arguments in CALLS.items():
        line: list[object] = [name]
        for table in big.values():
            shell.user_ns.update(names, big=table)
            seconds, result = _best(lambda n=name, a=arguments: _call(shell, n, a))
            slowest = max(slowest, seconds)
            largest = max(largest, len(result.text_result_for_llm))
            line.append(seconds * 1000)
        rows.append(tuple(line))
    rows.append(("`@big` in a prompt", *_times(big, shell, _reference)))
    index_times = _times(big, shell, _index)
    rows.append(("index, 200 names", *index_times))
    rows.append(("fingerprint of the table", *_times(big, shell, _fingerprint)))
    rows.append(("gate: a text against `station`, withheld", *_times(big, shell, _gate)))
    index = index_of(shell, "What about big?")
    shell.close()
    index_ms = max(index_times)
    return Report(
        title="Kernel tools on ten million rows",
        how=(
            f"Tables of {count:,} rows and 5 columns; milliseconds of CPU, the best of {ROUNDS}. "
            "Columns of more than 500,000 rows are sampled at even distances, of more than 100,000 "
            "to compare and 50,000 to correlate; the results say so. The gate looks into the whole "
            f"column for what stands in a text of {len(_TEXT):,} characters, and knows 200,000 "
            "values of a variable of xarray."
        ),
        head=("tool", *big),
        rows=rows,
        budgets=(
            Budget("slowest tool", slowest, TOOL_BUDGET, "s"),
            Budget("index of 200 names", index_ms, INDEX_BUDGET, "ms"),
            Budget("largest result, characters", float(largest), RESULT_LIMIT, ""),
            Budget("index, estimated tokens", float(estimated_tokens(index.text)), 1500, ""),
        ),
    )


def _times(big: dict[str, Any], shell: Shell, work: Callable[[Shell], object]) -> list[float]:
    found = []
    for table in big.values():
        shell.user_ns["big"] = table
        found.append(_best(lambda: work(shell))[0] * 1000)
    return found


def _index(shell: Shell) -> object:
    return index_of(shell, "What about big and name_7?")


def _fingerprint(shell: Shell) -> object:
    return fingerprint(shell.user_ns["big"])


def _gate(shell: Shell) -> object:
    return denied_values({"big": shell.user_ns["big"]}, _RULES).find(_TEXT)


def _reference(shell: Shell) -> object:
    return [resolved(mention, shell) for mention in mentions("@big")]


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    best, result = float("inf"), None
    for _ in range(ROUNDS):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result


def _call(shell: Shell, name: str, arguments: dict[str, Any]) -> ToolResultObject:
    tool: FunctionTool[..., Any] = next(t for t in KERNEL_TOOLS if t.name == name)
    invocation = Invocation(
        session=cast("Session", Standalone()),
        tool_name=name,
        tool_call_id="1",
        arguments=arguments,
    )
    result = asyncio.run(run_tool(tool.bind({Shell: shell}), invocation))
    assert result.result_type == "success", result.text_result_for_llm
    return result


if __name__ == "__main__":
    print(measure().markdown())
