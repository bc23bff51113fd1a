"""What it costs to say what code would do, to see what it did, and to be able to undo it.

Two hundred names, among them a frame of one gigabyte; CPU time of all threads and wall time, of a
few rounds.
"""

from __future__ import annotations

import time
from statistics import median
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
ROUNDS = 9
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
    found = {what: _times(step, rounds) for what, step in steps.items()}
    large = bytes_of(names["df"]) / 1e9
    return Report(
        title="Consequences, changes and undo",
        how=(
            f"{len(names)} names, among them a pandas frame of {large:.2f} GB; milliseconds of "
            f"{rounds} rounds. Budgets are for CPU time, the best round: what other programs do "
            "meanwhile counts least there."
        ),
        head=("step", "CPU, best", "CPU, median", "wall, median"),
        rows=[[what, *times] for what, times in found.items()],
        budgets=(
            Budget("fingerprints", found["fingerprints of all names"][0], BUDGET, "ms"),
            Budget("consequences", found["consequences of eight lines"][0], BUDGET, "ms"),
        ),
        notes=("`after it` holds both sides: the comparison before, and the one after.",),
    )


def _times(step: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """CPU time of the best round and of the median one, and the median of wall time; in ms."""
    cpu, wall = [], []
    for _ in range(rounds):
        begun = time.perf_counter(), time.process_time()
        step()
        wall.append((time.perf_counter() - begun[0]) * 1000)
        cpu.append((time.process_time() - begun[1]) * 1000)
    return min(cpu), median(cpu), median(wall)


if __name__ == "__main__":
    print(measure().markdown())
