"""Tables of three libraries, seen the same way."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest

from copilot_nb.data.frames import Frame, frame_of

DATA: dict[str, list[Any]] = {"a": [1, 2, 3], "b": ["x", None, "z"]}


def _frame(value: object) -> Frame:
    frame = frame_of(value)
    assert frame is not None
    return frame


@pytest.mark.parametrize(
    ("value", "kind", "lead"),
    [
        (pd.DataFrame(DATA), "DataFrame", 1),
        (pl.DataFrame(DATA), "polars.DataFrame", 0),
        (pa.table(DATA), "pyarrow.Table", 0),
    ],
)
def test_rows_and_columns_of_each_library(value: object, kind: str, lead: int) -> None:
    """Columns, sizes, missing values and cells are the same everywhere."""
    frame = _frame(value)

    table = frame.table()

    assert frame.kind == kind
    assert frame.size == "3 rows × 2 columns"
    assert frame.missing_counts() == (0, 1)
    assert table.columns == ("a", "b")
    assert [row[lead:][0] for row in table.rows] == ["1", "2", "3"]
    assert table.rows[0][-1] == "x"
    assert table.rows[1][-1] in {"None", "NaN"}
    assert table.has_index == bool(lead)
    assert table.caption == "3 rows × 2 columns"


@pytest.mark.parametrize("value", [pd.Series([1.5, None], name="s"), pl.Series("s", [1.5, None])])
def test_series_is_a_table_of_one_column(value: object) -> None:
    """A Series shows like a frame."""
    frame = _frame(value)

    assert frame.kind.endswith("Series")
    assert frame.size == "2 rows"
    assert frame.table().columns == ("s",)
    assert frame.missing_counts() == (1,)


def test_long_table_shows_both_ends() -> None:
    """Rows and columns in the middle are left out, visibly."""
    frame = _frame(pd.DataFrame(np.arange(100 * 50).reshape(100, 50)))

    table = frame.table(rows=4, columns=4)

    assert table.columns == ("0", "1", "…", "48", "49")
    assert [row[0] for row in table.rows] == ["0", "1", "…", "98", "99"]
    assert table.rows[0] == ("0", "0", "1", "…", "48", "49")
    assert table.rows[2] == ("…",) * 6
    assert table.rows[4] == ("99", "4950", "4951", "…", "4998", "4999")


def test_head_only() -> None:
    """A preview shows the first rows."""
    rows = _frame(pl.DataFrame({"n": range(9)})).table(rows=2, tail=False).rows

    assert rows == (("0",), ("1",))


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame(index=[1, 2]),
        pl.DataFrame(),
        pl.DataFrame({"a": []}),
        pa.table({"a": []}),
    ],
)
def test_empty_tables(value: object) -> None:
    """Tables without rows or columns are tables."""
    table = _frame(value).table()

    assert len(table.columns) <= 1
    assert all(len(row) <= 2 for row in table.rows)


def test_awkward_pandas_frames() -> None:
    """Several levels, equal names, time zones, categories and nullable types."""
    frame = pd.DataFrame(
        {
            "when": pd.to_datetime(["2026-01-02 03:04"]).tz_localize("Europe/Paris"),
            "what": pd.Categorical(["x"]),
            "count": pd.array([None], dtype="Int64"),
            "cell": [{"nested": [1, 2]}],
            "long": ["y" * 300],
        }
    )
    frame.columns = pd.MultiIndex.from_tuples(
        [("t", "when"), ("t", "what"), ("n", "same"), ("n", "same"), ("n", 5)]
    )
    frame.index = pd.MultiIndex.from_tuples([("Paris", 1)])

    described = _frame(frame)
    table = described.table()

    assert table.columns == ("t / when", "t / what", "n / same", "n / same", "n / 5")
    assert table.rows[0][:4] == ("Paris / 1", "2026-01-02 03:04:00+01:00", "x", "<NA>")
    assert table.rows[0][4] == "{'nested': [1, 2]}"
    assert len(table.rows[0][5]) == 60
    assert [c.dtype for c in described.columns][1:3] == ["category", "Int64"]
    assert described.missing_counts() == (0, 0, 1, 0, 0)


def test_objects_in_cells_are_not_asked_for_their_text() -> None:
    """A cell with an unknown object shows its type."""

    class Silent:
        def __repr__(self) -> str:
            raise AssertionError("repr was called")

    table = _frame(pd.DataFrame({"o": [Silent(), datetime.date(2026, 1, 2)]}, dtype=object)).table()

    assert table.rows[0][1].startswith("<tests.unit.data.test_frames.")
    assert table.rows[1][1] == "2026-01-02"


def test_missing_values_of_huge_tables_are_not_counted() -> None:
    """Counting has a limit; the table is described all the same."""
    huge = pd.DataFrame({"a": np.zeros(1)}).iloc[np.zeros(2, dtype=int)]
    frame = _frame(huge)

    assert frame.missing_counts() == (0,)
    assert replace(frame, rows=60_000_000).missing_counts() is None


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, np.zeros(3), "text", pd.DataFrame])
def test_other_values_are_no_tables(value: object) -> None:
    """Only instances of known table types count."""
    assert frame_of(value) is None
