"""CPU time per streamed event: ours against the least possible and against the official SDK.

Each reader runs in a process of its own, in turn, several times; ratios are of runs side by side,
so that a busy machine slows both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks.readers import READERS
from benchmarks.report import Budget, Report

ROOT = Path(__file__).parents[1]
NAMES = {
    "floor": "floor: asyncio read + `json.loads`",
    "ours": "copilot_nb: turn + subscription + callback",
    "sdk": "official SDK: one callback",
}


def measure(deltas: int = 20_000, repeats: int = 7) -> Report:
    """Flood each reader in turn and compare."""
    names = [name for name in READERS if name != "sdk" or find_spec("copilot") is not None]
    rounds = [{name: read(name, deltas) for name in names} for _ in range(repeats)]
    rows = []
    for name in names:
        spent = [one[name] for one in rounds]
        rows.append([NAMES[name], min(spent), median(spent), ratio(rounds, name, "floor")])
    budgets = [
        Budget("ours against the floor", ratio(rounds, "ours", "floor"), 2.5, "x"),
    ]
    notes = []
    if "sdk" in names:
        share = ratio(rounds, "ours", "sdk")
        budgets.append(Budget("ours against the SDK", share, 1 / 6, "x"))
    else:
        notes.append("official SDK: skipped, `github-copilot-sdk` is not installed (extra `bench`)")
    return Report(
        "CPU time per streamed event",
        f"{deltas:,} pieces of an answer, {repeats} rounds; microseconds of the reader's process.",
        ("reader", "min µs", "median µs", "x floor"),
        rows,
        budgets,
        notes,
    )


def read(name: str, deltas: int) -> float:
    """Microseconds of CPU time per event of one reader, in a new process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.readers", name, str(deltas)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return float(json.loads(done.stdout)["us"])


def ratio(rounds: list[dict[str, float]], name: str, other: str) -> float:
    """The median over the rounds of one reader's time over another's."""
    return median(one[name] / one[other] for one in rounds)


if __name__ == "__main__":
    print(measure().markdown())
