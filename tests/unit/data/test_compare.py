"""Two tables side by side."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from copilot_nb.data import columns, compare
from copilot_nb.data.compare import comparison
from copilot_nb.data.frames import frame_of

if TYPE_CHECKING:
    import pytest


def compared(left: Any, right: Any) -> list[str]:
    """The lines besides the sizes."""
    first, second = frame_of(left), frame_of(right)
    assert first is not None
    assert second is not None
    return comparison(first, second, ("a", "b"))[2:]


def test_equal_tables_of_two_libraries() -> None:
    """Missing values are the same whatever they are called."""
    moment = datetime.datetime(2026, 1, 2, 3)
    data = {"n": [1.5, None, 3.0], "s": ["x", None, "z"], "t": [moment, None, moment]}

    lines = compared(pd.DataFrame(data), pl.DataFrame(data))

    assert lines == [
        "n: float64 in a, Float64 in b",
        f"s: {pd.DataFrame(data).dtypes.iloc[1]} in a, String in b",
        "t: datetime64[us] in a, Datetime(time_unit='us', time_zone=None) in b",
        "The values of the columns that both have are equal.",
    ]


def test_values_that_differ() -> None:
    """By column, where rows correspond."""
    lines = compared(
        pd.DataFrame({"k": [1, 2, 3], "old": 0, "t": pd.to_datetime(["2026-01-02"] * 3)}),
        pd.DataFrame({"k": [1, 5, 4], "new": 0, "t": pd.to_datetime(["2026-01-02"] * 3)}),
    )

    assert lines == ["Only in a: old", "Only in b: new", "k: 2 of 3 values differ"]


def test_other_length() -> None:
    """Without rows that correspond no values are compared."""
    assert compared(pd.DataFrame({"k": [1]}), pd.DataFrame({"k": [1, 2]})) == []


def test_labels_that_stand_twice() -> None:
    """It is said, and the first is compared."""
    twice = pd.DataFrame([[1, 2]], columns=["k", "k"])

    assert compared(twice, pd.DataFrame({"k": [1]})) == [
        "More than once in a: k",
        "The values of the columns that both have are equal.",
    ]


def test_long_tables_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is said."""
    monkeypatch.setattr(compare, "SAMPLE", 5)

    assert compared(pd.DataFrame({"k": range(10)}), pd.DataFrame({"k": [0] * 10})) == [
        "k: 4 of 5 values differ (one row in 2 was compared)"
    ]


def test_objects_are_compared_by_their_text() -> None:
    """None of their code runs."""

    class Silent:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("it was compared")

        __hash__ = None  # type: ignore[assignment]  # as it is without one

    frame = pd.DataFrame({"o": [Silent()]})

    assert compared(frame, frame.copy()) == ["The values of the columns that both have are equal."]
    assert columns.is_missing(pd.NA)
    assert not columns.is_missing(Silent())
