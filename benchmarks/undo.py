"""What it costs to say what code would do, to see what it did, and to be able to undo it.

A namespace of two hundred names with a frame of one gigabyte; wall time, the best of a few rounds.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from IPython.core.inputtransformer2 import TransformerManager

from benchmarks.report import Budget, Report
from copilot_nb.data.copies import bytes_of
from copilot_nb.data.effects.analysis import consequences
from copilot_nb.data.fingerprints import fingerprints
from copilot_nb.kernel.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = 200
ROWS = 10_000_000
COLUMNS = 13
ROUNDS = 5
BUDGET = 50.0
CODE = """
clean = df.dropna(subset=["c0", "c1"])
clean["gap_h"] = clean["c2"].diff() / 3600
worst = clean.groupby("c12")["gap_h"].max().sort_values(ascending=False).head(5)
for name in list(worst.index):
    if name not in list_7:
        list_7.append(name)
worst.to_csv("worst.csv")
worst
"""


def namespace(rows: int = ROWS, names: int = NAMES) -> dict[str, Any]:
    """The names of a notebook that has been used for a while, and one very large table."""
    random = np.random.default_rng(1)
    table = {f"c{at}": random.random(rows) for at in range(COLUMNS)}
    made: dict[str, Any] = {"df": pd.DataFrame(table)}
    kinds: tuple[Callable[[int], Any], ...] = (
        lambda at: at,
        lambda at: f"text {at}" * 20,
        lambda at: list(range(at * 10)),
        lambda at: {f"key {key}": [key] for key in range(100)},
        lambda at: np.arange(at * 1000),
        lambda at: pd.DataFrame({"x": range(1000), "y": [f"name {n % 9}" for n in range(1000)]}),
    )
    words = ("number", "text", "list", "dict", "array", "frame")
    for at in range(names - 1):
        made[f"{words[at % len(kinds)]}_{at // len(kinds)}"] = kinds[at % len(kinds)](at)
    return made


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> Report:
    """Each step of a run of agent code, besides the code itself."""
    names = namespace(rows)
    transform = TransformerManager().transform_cell  # type: ignore[no-untyped-call]  # IPython's
    expected = consequences(CODE, names, transform)
    inplace = consequences("df['c0'] = 0", names)
    small = pd.DataFrame({f"c{at}": np.zeros(rows // 6) for at in range(COLUMNS)})
    journal = Journal(lambda: names, names)
    steps = {
        "consequences of eight lines": lambda: consequences(CODE, names, transform),
        "fingerprints of all names": lambda: fingerprints(names),
        "before a run that changes no table in place": lambda: journal.before(expected),
        "after it": lambda: journal.after(journal.before(expected)),
        "before a run that would change the large table: too large to copy": lambda: journal.before(
            inplace
        ),
        f"copy of a table of {bytes_of(small) / 1e6:,.0f} MB": lambda: small.copy(deep=True),
    }
    found = {what: _best(step, rounds) for what, step in steps.items()}
    large = bytes_of(names["df"]) / 1e9
    return Report(
        title="Consequences, changes and undo",
        how=(
            f"{len(names)} names, among them a pandas frame of {large:.2f} GB; milliseconds, the "
            f"best of {rounds} (`benchmarks/undo.py`)."
        ),
        head=("step", "ms"),
        rows=[[what, milliseconds] for what, milliseconds in found.items()],
        budgets=(
            Budget("fingerprints", found["fingerprints of all names"], BUDGET, "ms"),
            Budget("consequences", found["consequences of eight lines"], BUDGET, "ms"),
        ),
        notes=("`after it` holds both sides: the comparison before, and the one after.",),
    )


def _best(step: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


if __name__ == "__main__":
    print(measure().markdown())
