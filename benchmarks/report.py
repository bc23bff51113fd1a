"""What a benchmark says: a Markdown table, and whether its budgets hold."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Budget:
    """A limit, and what was measured."""

    what: str
    measured: float
    limit: float
    unit: str

    @property
    def held(self) -> bool:
        """Whether it is kept."""
        return self.measured <= self.limit

    def __str__(self) -> str:
        verdict = "held" if self.held else "**missed**"
        return f"- {self.what}: {self.measured:.3g} {self.unit}, budget {self.limit:g}: {verdict}"


@dataclass(frozen=True)
class Report:
    """The outcome of one script."""

    title: str
    how: str
    """What was done, in a sentence or two."""
    head: Sequence[str]
    rows: Sequence[Sequence[object]]
    budgets: Sequence[Budget] = ()
    notes: Sequence[str] = ()
    """What was skipped, and why."""

    def markdown(self) -> str:
        """The section of the page."""
        lines = [f"### {self.title}", "", self.how, "", *table(self.head, self.rows), ""]
        lines += [str(budget) for budget in self.budgets]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines).rstrip() + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The lines of a Markdown table; numbers get three significant digits."""
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return [f"| {' | '.join(map(cell, line))} |" for line in lines]


def cell(value: object) -> str:
    """A value as a reader wants it."""
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def machine() -> str:
    """What it was measured on, and how busy it was."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{platform.system()} on {_processor()}, {os.cpu_count()} logical CPUs, "
        f"{platform.python_implementation()} {platform.python_version()}, load average {load}"
    )


def _processor() -> str:
    place = Path("/proc/cpuinfo")
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
