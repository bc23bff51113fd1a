"""The tools that look into tables."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest

from copilot_nb.data import columns
from copilot_nb.data.frames import frame_of
from copilot_nb.kernel.tools.frames import (
    column_statistics,
    compare_frames,
    correlations,
    missing_values,
    preview_rows,
    value_counts,
)
from copilot_nb.kernel.tools.variables import search_variables
from tests.unit.kernel.asking import ask, failure

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

DATA: dict[str, list[Any]] = {
    "city": ["Paris", "Lyon", "Paris", None],
    "n": [1, 2, 3, 4],
    "x": [1.5, None, 2.5, 3.5],
}
LIBRARIES = [pd.DataFrame, pl.DataFrame, pa.table]
every_library = pytest.mark.parametrize("make", LIBRARIES, ids=["pandas", "polars", "pyarrow"])


@every_library
async def test_rows_from_the_middle(session: RecordingSession, shell: Shell, make: Any) -> None:
    """A window of rows and columns, with the whole's size."""
    shell.user_ns["df"] = make(DATA)

    lines = await ask(session, shell, preview_rows, name="df", start=1, rows=2, only=("n", "city"))

    assert [line.split(" | ")[-2:] for line in lines[:-1]] == [
        ["n", "city"],
        ["2", "Lyon"],
        ["3", "Paris"],
    ]
    assert lines[-1] == "[of 4 rows × 3 columns]"


async def test_rows_behind_the_end(session: RecordingSession, shell: Shell) -> None:
    """There are none, and that is no error."""
    shell.user_ns["df"] = pd.DataFrame(DATA)

    assert len(await ask(session, shell, preview_rows, name="df", start=99)) == 2


@every_library
async def test_numbers_of_a_column(session: RecordingSession, shell: Shell, make: Any) -> None:
    """Mean, deviation, quartiles; missing values are left out and counted."""
    shell.user_ns["df"] = make(DATA)

    lines = await ask(session, shell, column_statistics, name="df", column="x")

    assert lines[1:] == [
        "Values: 3, missing: 1",
        "Mean: 2.5, standard deviation: 1",
        "Minimum: 1.5, quartiles: 2, 2.5, 3, maximum: 3.5",
    ]


@every_library
async def test_counts_of_a_column(session: RecordingSession, shell: Shell, make: Any) -> None:
    """Text columns are counted."""
    shell.user_ns["df"] = make(DATA)

    statistics = await ask(session, shell, column_statistics, name="df", column="city")
    counts = await ask(session, shell, value_counts, name="df", column="city", limit=1)

    assert statistics[1:] == [
        "Values: 3, missing: 1",
        "Distinct: 2",
        "Most frequent: Paris (2), Lyon (1)",
    ]
    assert counts == ["2 distinct values, 1 missing", "Paris: 2 (66.7%)", "… 1 more"]


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ([], ["Values: 0, missing: 0"]),
        ([None, None], ["Values: 0, missing: 2"]),
        ([True, False, True], ["Values: 3, missing: 0", "Distinct: 2"]),
        ([1, "a"], ["Values: 2, missing: 0", "Distinct: 2"]),
        ([[1], [1], {"k": 2}], ["Values: 3, missing: 0", "Distinct: 2"]),
    ],
)
def test_statistics_of_odd_columns(values: list[object], lines: list[str]) -> None:
    """Empty, all missing, mixed and nested columns are counted without an error."""
    frame = frame_of(pd.DataFrame({"c": pd.Series(values, dtype=object)}))
    assert frame is not None

    assert columns.statistics(columns.sample(frame, 0))[: len(lines)] == lines


def test_numbers_are_the_same_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that only uses pyarrow may not have numpy in use."""
    values = columns.Sample([3, 1, 2.5, 7], 0, 1)
    with_numpy = columns.statistics(values)

    monkeypatch.delitem(sys.modules, "numpy")

    assert columns.statistics(values) == with_numpy


def test_statistics_of_dates() -> None:
    """Dates have a first and a last one."""
    days = [pd.Timestamp("2026-01-01"), pd.NaT, pd.Timestamp("2026-03-01")]
    for frame in (
        frame_of(pd.DataFrame({"d": days})),
        frame_of(pl.DataFrame({"d": [datetime.date(2026, 1, 1), None, datetime.date(2026, 3, 1)]})),
    ):
        assert frame is not None
        last = columns.statistics(columns.sample(frame, 0))[-1]
        assert last.startswith("From ")
        assert "2026-01-01" in last or "2026, 1, 1" in last


def test_objects_are_counted_without_their_code() -> None:
    """Neither `hash` nor `==` of unknown objects is called."""

    class Hostile:
        def __hash__(self) -> int:
            raise AssertionError("hashed")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

    frame = frame_of(pd.DataFrame({"o": pd.Series([Hostile(), Hostile()], dtype=object)}))
    assert frame is not None

    assert list(columns.counted(columns.sample(frame, 0)).values()) == [2]


def test_long_columns_are_sampled_and_it_is_said() -> None:
    """Of more rows than the limit every n-th is taken, never the same hour of each day."""
    frame = frame_of(pd.DataFrame({"n": range(400)}))
    assert frame is not None

    taken = columns.sample(frame, 0, rows=30)

    assert taken.present[:3] == [0, 17, 34]
    assert taken.note == "(from one row in 17)"


@every_library
async def test_missing_values_by_column(session: RecordingSession, shell: Shell, make: Any) -> None:
    """Only columns with gaps are listed, the worst first."""
    shell.user_ns["df"] = make(DATA | {"y": [None, None, 1, 2]})

    lines = await ask(session, shell, missing_values, name="df")

    assert lines == ["y: 2 (50.0%)", "city: 1 (25.0%)", "x: 1 (25.0%)"]


@every_library
async def test_strongest_correlations_first(
    session: RecordingSession, shell: Shell, make: Any
) -> None:
    """Numeric columns are paired; gaps are left out pairwise, constants have no correlation."""
    shell.user_ns["df"] = make(
        {"a": [1, 2, 3, 4], "b": [2.0, 4.0, None, 8.0], "c": [4, 1, 3, 2], "one": [1, 1, 1, 1]}
    )

    lines = await ask(session, shell, correlations, name="df")

    assert lines[0] == "a ~ b: +1.000"
    assert len(lines) == 3
    assert not any("one" in line for line in lines)


async def test_two_frames_compared(session: RecordingSession, shell: Shell) -> None:
    """Sizes, columns of only one, and types that differ."""
    shell.user_ns.update(
        a=pd.DataFrame({"k": [1], "old": [1]}), b=pd.DataFrame({"k": [1.0, 2.0], "new": [1, 2]})
    )

    assert await ask(session, shell, compare_frames, left="a", right="b") == [
        "a: DataFrame, 1 row × 2 columns",
        "b: DataFrame, 2 rows × 2 columns",
        "Only in a: old",
        "Only in b: new",
        "k: int64 in a, float64 in b",
        "Values were not compared: the tables have different numbers of rows.",
    ]


async def test_wrong_names_are_helped(session: RecordingSession, shell: Shell) -> None:
    """A wrong column, and a variable that is no table, say what there is."""
    shell.user_ns.update(df=pd.DataFrame(DATA), n=3)

    column = await failure(session, shell, value_counts, name="df", column="citi")
    number = await failure(session, shell, preview_rows, name="n")

    assert column == "There is no column 'citi'; there is 'city'."
    assert number == "'n' is no table but int 3; use describe_variable."


async def test_variables_are_searched(session: RecordingSession, shell: Shell) -> None:
    """Names, types and column labels are looked through."""
    shell.user_ns.update(df=pd.DataFrame(DATA), capacity=3, z=np.zeros(2))

    assert await ask(session, shell, search_variables, text="CITY") == [
        "df: DataFrame, 4 rows × 3 columns; columns city",
        "capacity: int 3",
    ]
    none = await session.call(search_variables, shell, text="qq")
    assert none.text_result_for_llm == "Nothing in the notebook is called 'qq'."


async def test_missing_values_of_a_huge_table_are_sampled(
    session: RecordingSession, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting all of them would take seconds; the result says that it did not.

    A gap at every other row is seen as that: the rows taken are not in step with it.
    """
    monkeypatch.setattr("copilot_nb.data.frames.COUNTED_CELLS", 10)
    monkeypatch.setattr(columns.sample, "__kwdefaults__", {"rows": 60})
    shell.user_ns["big"] = pd.DataFrame({"a": [None, 1.0] * 55, "b": range(110)})

    assert await ask(session, shell, missing_values, name="big") == [
        "a: 5 (50.0%) (from one row in 11)"
    ]


async def test_days_show_as_days(session: RecordingSession, shell: Shell) -> None:
    """Midnight is no time that anybody asked for."""
    shell.user_ns["df"] = pd.DataFrame({"day": pd.to_datetime(["1964-01-18", "1964-01-19"])})

    assert await ask(session, shell, preview_rows, name="df") == [
        " | day",
        "0 | 1964-01-18",
        "1 | 1964-01-19",
        "[of 2 rows × 1 column]",
    ]


async def test_array_is_read_as_a_table(session: RecordingSession, shell: Shell) -> None:
    """By the numbers of its columns."""
    shell.user_ns["a"] = np.arange(6.0).reshape(3, 2)

    lines = await ask(session, shell, column_statistics, name="a", column="1")

    assert lines[:2] == ["1: float64", "Values: 3, missing: 0"]
