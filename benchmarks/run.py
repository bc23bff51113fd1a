"""Runs all benchmarks and writes their tables into `docs/performance.md`.

python -m benchmarks.run                        everything, into the page
python -m benchmarks.run session_events view    these, to the terminal
python -m benchmarks.run --write undo           these, into the page, the other tables stay
"""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import imports, kernel_tools, latency, session_events, turn_overhead, undo, view
from benchmarks.report import Report, machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN = "<!-- begin: written by `python -m benchmarks.run` -->"
END = "<!-- end -->"
WRITE = "--write"
BENCHMARKS: dict[str, Callable[[], Report]] = {
    "session_events": session_events.measure,
    "latency": latency.measure,
    "turn_overhead": turn_overhead.measure,
    "imports": imports.measure,
    "view": view.measure,
    "kernel_tools": kernel_tools.measure,
    "undo": undo.measure,
}


def main(names: Sequence[str]) -> None:
    """Run those benchmarks, or all and write the page."""
    before = machine()
    names, write = [name for name in names if name != WRITE], WRITE in names
    reports = []
    for name in names or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        reports.append(BENCHMARKS[name]())
    text = section(before, reports)
    print(text)
    if names and write:
        PAGE.write_text(updated(PAGE.read_text(encoding="utf-8"), before, reports), "utf-8")
    elif not names:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    missed = [str(budget) for report in reports for budget in report.budgets if not budget.held]
    print("\n".join(["Missed:", *missed]) if missed else "All budgets held.", file=sys.stderr)


def section(measured_on: str, reports: Iterable[Report]) -> str:
    """The generated part of the page."""
    return "\n".join([f"Measured on {measured_on}.\n", *(report.markdown() for report in reports)])


def updated(page: str, measured_on: str, reports: Iterable[Report]) -> str:
    """The page with these tables anew, each with the machine that it was measured on.

    Raises:
        ValueError: The page has no markers.
    """
    generated = page.partition(BEGIN)[2].partition(END)[0].strip()
    head, *parts = re.split(r"^(?=### )", generated, flags=re.MULTILINE)
    kept = {part.partition("\n")[0]: part for part in parts}
    for report in reports:
        own = dataclasses.replace(report, how=f"{report.how} Measured on {measured_on}.")
        kept[f"### {report.title}"] = own.markdown()
    sections = (part.strip() for part in (head, *kept.values()))
    return replaced(page, "\n\n".join(sections))


def replaced(page: str, text: str, marker: str = BEGIN) -> str:
    """The page with that text between the marker and the next end.

    Raises:
        ValueError: The page has no markers.
    """
    head, begin, rest = page.partition(marker)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError("The page has no markers to write between.")
    return f"{head}{marker}\n\n{text.strip()}\n\n{END}{tail}"


if __name__ == "__main__":
    main(sys.argv[1:])
