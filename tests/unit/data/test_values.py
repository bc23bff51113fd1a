"""Short texts about any object, without running its code."""

from __future__ import annotations

import collections
import datetime
import enum
from typing import Any

import numpy as np
import pandas as pd
import pytest

from copilot_nb.data.values import clip, instance_data, plain_attribute, short, size, type_name


class Hostile:
    """Everything about it fails."""

    def __init__(self) -> None:
        self.stored = 1

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")

    def __repr__(self) -> str:
        raise AssertionError("repr was called")

    def __len__(self) -> int:
        raise AssertionError("len was called")

    def __iter__(self) -> Any:
        raise AssertionError("it was iterated")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("it was compared")

    def __hash__(self) -> int:
        return 1


class HostileMeta(type):
    """A class that fails when it is looked at."""

    def __repr__(cls) -> str:
        raise AssertionError("repr of the class was called")


class Odd(metaclass=HostileMeta):
    """Its class has a bad repr."""


class Computed:
    """A property that must not run."""

    @property
    def shape(self) -> tuple[int, int]:
        """Computes for ever, as it were."""
        raise AssertionError("the property was computed")


class BadList(list[int]):
    """A list that lies."""

    def __repr__(self) -> str:
        raise AssertionError("repr was called")

    def __len__(self) -> int:
        raise AssertionError("len was called")


class Colour(enum.Enum):
    """A plain enumeration."""

    RED = 1


CYCLE: list[Any] = [1]
CYCLE.append(CYCLE)


CASES: list[tuple[object, str]] = [
    (None, "None"),
    (True, "True"),
    (12, "12"),
    (10**5000, "<integer of 16,610 bits>"),
    (1.5, "1.5"),
    ("a'b", '"a\'b"'),
    ([1, "x", None], "[1, 'x', None]"),
    ((1,), "(1,)"),
    ((), "()"),
    ({"a": [1, 2]}, "{'a': [1, 2]}"),
    (list(range(9)), "[0, 1, 2, 3, 4, 5, … 3 more]"),
    (frozenset({1}), "frozenset({1})"),
    (collections.Counter("aa"), "Counter({'a': 2})"),
    (datetime.date(2026, 1, 2), "datetime.date(2026, 1, 2)"),
    (Colour.RED, "Colour.RED"),
    (np.float64(2.5), "2.5"),
    (pd.Timestamp("2026-01-02"), "2026-01-02 00:00:00"),
    (pd.NA, "<NA>"),
    (np.zeros((2, 3)), "<ndarray (2, 3)>"),
    (len, "<function len>"),
    (Odd, "<class tests.unit.data.test_values.Odd>"),
    (Odd(), "<tests.unit.data.test_values.Odd>"),
    (Hostile(), "<tests.unit.data.test_values.Hostile>"),
    ([Hostile()], "[<tests.unit.data.test_values.Hostile>]"),
    (BadList(), "<tests.unit.data.test_values.BadList>"),
    (Computed(), "<tests.unit.data.test_values.Computed>"),
    (CYCLE, "[1, [1, [1, […]]]]"),
]


@pytest.mark.parametrize(("value", "text"), CASES, ids=map(str, range(len(CASES))))
def test_short_text_of(value: object, text: str) -> None:
    """Known types are written as Python writes them, unknown ones by their type only."""
    assert short(value) == text


def test_long_text_is_clipped() -> None:
    """Nothing gets longer than asked for."""
    assert len(short(["x" * 200] * 100, limit=50)) == 50
    assert short("x" * 200, limit=300).endswith("… (200 in all)")
    assert clip("abcdef", 4) == "abc…"


def test_size_of_values() -> None:
    """Sizes are told where they are free."""
    assert size("abc") == "3 characters"
    assert size(b"abc") == "3 bytes"
    assert size([1, 2]) == "2 items"
    assert size(np.zeros((2, 3))) == "(2, 3)"
    assert size(Hostile()) == ""
    assert size(BadList()) == ""
    assert size(Computed()) == ""


def test_stored_attributes_are_read_past_the_class() -> None:
    """An instance's own data is there without running its code."""
    assert instance_data(Hostile()) == {"stored": 1}
    assert plain_attribute(Hostile(), "stored") == 1
    assert plain_attribute(Computed(), "shape") is None
    assert instance_data(object()) == {}


def test_type_names() -> None:
    """Builtins and data libraries go by their short name, others with their module."""
    assert type_name(3) == "int"
    assert type_name(np.zeros(1)) == "ndarray"
    assert type_name(Hostile()) == "tests.unit.data.test_values.Hostile"
