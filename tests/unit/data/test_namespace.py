"""What is said about variables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from copilot_nb.data.namespace import brief, describe, matching, nearest
from tests.unit.data.test_values import Computed, Hostile


def area(width: float, height: float = 2.0, *names: str, unit: Any = Hostile()) -> float:  # noqa: B008 - a default that must not be asked for its text
    """Multiply.

    Nothing more.
    """
    return width * height


def test_a_function_is_described_with_its_defaults() -> None:
    """In a list there only stands that it has some: they are values."""
    line, *_ = describe("area", area).splitlines()

    assert line == (
        "area: function (width, height=2.0, *names, unit=<tests.unit.data.test_values.Hostile>)"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (pd.DataFrame({"a": range(8760), "b": 1}), "DataFrame, 8,760 rows × 2 columns"),
        (pd.Series([1, 2]), "Series, 2 rows"),
        (np.zeros((3, 4), dtype="float32"), "ndarray, (3, 4), float32"),
        (5, "int 5"),
        ("secret", "str, 6 characters"),
        ([1, 2], "list, 2 items"),
        (area, "function (width, height=…, *names, unit=…)"),
        (Hostile, "class"),
        (Computed(), "tests.unit.data.test_values.Computed"),
    ],
    ids=range(9),
)
def test_brief_line_of(value: object, text: str) -> None:
    """A list of variables tells types and sizes; of values only numbers."""
    assert brief(value) == text


def test_described_frame() -> None:
    """Columns with type and missing values, then the first rows."""
    frame = pd.DataFrame({"city": ["Paris", "Lyon", None], "n": [1, 2, 3]})

    assert describe("df", frame, rows=2) == (
        "df: DataFrame, 3 rows × 2 columns\n"
        "Columns:\n"
        f"  city: {frame.dtypes.iloc[0]}, 1 missing\n"
        "  n: int64\n"
        "First 2 rows:\n"
        " | city | n\n"
        "0 | Paris | 1\n"
        "1 | Lyon | 2"
    )


def test_described_wide_frame() -> None:
    """Of very many columns the first are listed."""
    text = describe("df", pd.DataFrame(np.zeros((1, 100))), rows=1)

    assert "  … 40 more columns" in text
    assert "No missing values." in text
    assert "First row:" in text


def test_described_array() -> None:
    """An array shows its first values and its range."""
    assert describe("x", np.arange(20)).splitlines() == [
        "x: ndarray, (20), int64",
        "First values: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …",
        "Minimum 0, maximum 19, mean 9.5",
    ]
    assert describe("x", np.array([])).splitlines()[1:] == ["First values: "]


def test_described_function_and_values() -> None:
    """A function shows its first line of documentation, a plain value itself."""
    assert describe("area", area).splitlines()[1:] == ["Multiply."]
    assert describe("n", 5).splitlines() == ["n: int 5", "5"]
    assert describe("s", "hello").splitlines() == ["s: str, 5 characters", "'hello'"]


def test_described_mapping() -> None:
    """A dict shows its keys and what stands behind them."""
    text = describe("d", {"df": pd.DataFrame({"a": [1]}), "s": "hello"})

    assert text.splitlines()[1:] == [
        "  'df': DataFrame, 1 row × 1 column",
        "  's': str, 5 characters 'hello'",
    ]


def test_described_unknown_object() -> None:
    """Of an unknown object only stored attributes are told."""
    assert describe("h", Hostile()).splitlines() == [
        "h: tests.unit.data.test_values.Hostile",
        "  .stored: int 1",
    ]


class Spoken:
    """Says itself what a model should know."""

    def __init__(self, words: object) -> None:
        self.words = words

    def _repr_llm_(self) -> object:
        if isinstance(self.words, Exception):
            raise self.words
        return self.words


def test_own_words_of_an_object() -> None:
    """`_repr_llm_` is asked for, bounded, and does no harm when it is broken."""
    name = "tests.unit.data.test_namespace.Spoken"

    assert describe("s", Spoken("a model of 3 layers")) == f"s: {name}\na model of 3 layers"
    assert len(describe("s", Spoken("x" * 90_000))) < 5_000
    assert describe("s", Spoken(ValueError())).splitlines()[0] == f"s: {name}"
    assert describe("s", Spoken(5)).splitlines()[1:] == ["  .words: int 5"]
    assert describe("Spoken", Spoken).splitlines()[0] == "Spoken: class"


def test_names_by_pattern() -> None:
    """A pattern is a part of the name, or has wildcards."""
    names = {"df_train": 1, "df_test": 2, "other": 3}

    assert set(matching(names, "DF")) == {"df_train", "df_test"}
    assert set(matching(names, "*_test")) == {"df_test"}
    assert set(matching(names, "")) == set(names)


def test_nearest_names() -> None:
    """Misspelt names find the right one, whatever their case."""
    assert nearest("Statoins", ["stations", "x"]) == ["stations"]
    assert nearest("zzz", ["stations"]) == []
