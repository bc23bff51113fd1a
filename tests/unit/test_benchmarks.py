"""The benchmarks run, at a size that says nothing about speed."""

from __future__ import annotations

import asyncio
import re

import pytest

from benchmarks import imports, kernel_tools, latency, readers, run, session_events, undo, view
from benchmarks.report import Budget, Report
from copilot_nb.data.effects.analysis import consequences

pytestmark = pytest.mark.thorough  # what is measured takes its time


async def test_readers_see_the_whole_flood() -> None:
    """Each counts the events of a stand-in of its own; one that misses some does not end."""
    assert session_events.read("floor", 50) > 0
    assert await readers.ours(50) > 0


def test_ratios_are_of_neighbours() -> None:
    """A round in which everything was slow counts like the others."""
    rounds = [
        {"ours": 4.0, "floor": 2.0},
        {"ours": 60.0, "floor": 20.0},
        {"ours": 5.0, "floor": 1.0},
    ]

    assert session_events.ratio(rounds, "ours", "floor") == 3


async def test_streams_at_once_all_end() -> None:
    """Nothing is lost, and the lag has been looked at."""
    quiet, bare, paced, loud = await latency.all_of(pieces=3, sessions=2, deltas=20)

    assert (len(quiet), len(bare)) == (3, 3)
    assert len(paced.wall) == len(paced.own) > 0
    assert len(loud.wall) == len(loud.own)


def test_statement_is_timed_in_a_process_of_its_own() -> None:
    """What comes before the statement does not count."""
    assert 0 <= imports.milliseconds("pass", "sum(range(1000))", 1) < 50


async def test_view_is_measured_to_the_last_token() -> None:
    """Messages are as many as the clock allows: one in 50 ms."""
    report = await asyncio.to_thread(view.measure, tokens=100, repeats=1, turns=1)

    found = {str(what): value for what, value in report.rows}
    assert 5 <= int(str(found["messages to the page"])) <= 25
    assert int(str(found["1 stored turns, bytes"])) > 1000


def test_every_tool_reads_every_table() -> None:
    """A result that is a failure would end it."""
    report = kernel_tools.measure(100)

    assert len(report.rows) == len(kernel_tools.CALLS) + 4
    assert all(isinstance(ms, float) for row in report.rows for ms in row[1:])


def test_section_is_replaced_between_its_markers() -> None:
    """The words around it stay, and a second writing changes nothing more."""
    report = Report("A", "How.", ("what", "ms"), [["x", 1234.5]], [Budget("x", 3, 2, "ms")])
    text = run.section("a machine", [report])
    page = f"before\n{run.BEGIN}\nold\n{run.END}\nafter\n"

    written = run.replaced(page, text)

    assert written.startswith("before\n")
    assert written.endswith("\nafter\n")
    assert "old" not in written
    assert "| x | 1234 |" in written
    assert "x: 3 ms, budget 2: **missed**" in written
    assert run.replaced(written, text) == written


def test_one_table_is_written_and_the_others_stay() -> None:
    """A table is replaced, or comes last; it says what it was measured on."""
    old, other = (Report(title, "How.", ("what",), [[title]]) for title in ("A", "B"))
    page = run.replaced(f"{run.BEGIN}\n{run.END}", run.section("a machine", [old, other]))
    new = Report("A", "How.", ("what",), [["new"]])

    written = run.updated(page, "another", [new, Report("C", "How.", ("what",), [["c"]])])

    assert re.findall("### (.)", written) == ["A", "B", "C"]
    assert written.count("Measured on a machine.") == 1
    assert written.count("How. Measured on another.") == 2
    assert "| new |" in written
    assert "| A |" not in written


def test_page_has_its_markers() -> None:
    """The script finds where to write."""
    assert run.replaced(run.PAGE.read_text(encoding="utf-8"), "x")


def test_undo_is_measured_in_each_of_its_steps() -> None:
    """The code that is analysed finds its names, and every step has a time."""
    report = undo.measure(rows=100, rounds=1)

    assert len(report.rows) == 6
    assert all(float(str(ms)) >= 0 for row in report.rows for ms in row[1:])
    found = consequences(undo.CODE, undo.namespace(10, 60))
    assert set(found.creates) >= {"clean", "worst"}
    assert "list_7" in found.changes
