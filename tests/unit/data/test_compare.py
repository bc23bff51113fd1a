"""Two tables side by side."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

from copilot_nb.data import columns, compare
from copilot_nb.data.compare import comparison
from copilot_nb.data.frames import frame_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.privacy import Privacy, PrivacyRule

if TYPE_CHECKING:
    from copilot_nb.data.privacy import Access


EQUAL = "The values of the columns that both have and of the index are equal."


def compared(left: Any, right: Any, *rules: PrivacyRule) -> list[str]:
    """The lines besides the sizes, under these rules."""
    first, second = frame_of(left), frame_of(right)
    assert first is not None
    assert second is not None
    seen = [guarded(frame, "", Privacy(rules)) for frame in (first, second)]
    return comparison(seen[0], seen[1], ("a", "b"))[2:]


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
    """Without rows that correspond no values are compared, and that is said."""
    assert compared(pd.DataFrame({"k": [1]}), pd.DataFrame({"k": [1, 2]})) == [
        "Values were not compared: the tables have different numbers of rows."
    ]


def test_the_index_is_compared() -> None:
    """Its labels, and what it is called."""
    table = pd.DataFrame({"k": [1, 2, 3]}, index=pd.Index([7, 8, 9], name="id"))

    assert compared(table, table.set_axis([7, 9, 8])) == [
        "The index is called id in a, (no name) in b",
        "the index: 2 of 3 labels differ",
    ]
    assert compared(table[[]], table[[]]) == ["The values of the index are equal."]


@pytest.mark.parametrize("access", ["deny", "mask", "aggregate"])
def test_what_rules_hold_back_is_not_said_to_be_equal(access: Access) -> None:
    """Nor to differ: what stands in its place says neither."""
    left = pd.DataFrame({"k": range(6), "pay": range(6)})
    right = pd.DataFrame({"k": range(6), "pay": range(10, 16)})
    held = "Not compared, because privacy rules hold them back: "

    assert compared(left, right, PrivacyRule(access, "pay")) == [
        "The values of the columns that were compared and of the index are equal.",
        f"{held}pay",
    ]
    assert compared(left.set_index("pay"), right.set_index("pay"), PrivacyRule(access, "*")) == [
        f"{held}the index, k"
    ]


def test_rows_that_rules_hold_back_are_not_said_to_be_equal() -> None:
    """As of a table that was turned."""
    left = pd.DataFrame({"k": [1, 2], "pay": [3, 4]}).T
    right = pd.DataFrame({"k": [1, 2], "pay": [5, 6]}).T

    assert compared(left, right, PrivacyRule("deny", "pay")) == [
        "The values of the index are equal.",
        "Not compared, because privacy rules hold them back: 0, 1",
    ]


def test_labels_that_stand_twice() -> None:
    """It is said, and the first is compared."""
    twice = pd.DataFrame([[1, 2]], columns=["k", "k"])

    assert compared(twice, pd.DataFrame({"k": [1]})) == [
        "More than once in a: k",
        EQUAL,
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

    assert compared(frame, frame.copy()) == [EQUAL]
    assert columns.is_missing(pd.NA)
    assert not columns.is_missing(Silent())
