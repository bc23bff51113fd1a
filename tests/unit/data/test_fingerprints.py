"""Before and after a run of code, in words."""

from __future__ import annotations

from array import array
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from copilot_nb.data.fingerprints import Change, fingerprint, fingerprints, lines
from copilot_nb.data.samples import sample

LONG = 2_000_000
"""Bytes of a text that is not read whole."""


def frame() -> pd.DataFrame:
    """A small table."""
    return pd.DataFrame({"a": [1, 2, 3], "b": [0.5, None, 2.0], "c": ["x", "y", None]})


def difference(before: object, after: object) -> str:
    """What is said of a value that became another one."""
    return Change("rebound", ("v",), fingerprint(before), fingerprint(after)).line


def test_frames_tell_rows_columns_and_types() -> None:
    """A table's line has its shape before and after, and the columns that came, went or changed."""
    after = frame().dropna().assign(gap=1).drop(columns="c").astype({"a": float})

    assert difference(frame(), after) == ("`v` 3 × 3 → 1 × 3, + `gap`, − `c`, `a` int64 → float64")


def test_other_kinds_tell_what_they_can() -> None:
    """Sizes of containers and arrays; a class that is another; what only changed inside."""
    assert difference([1], [1, 2]) == "`v` 1 item → 2 items"
    assert difference(np.zeros(3), np.zeros((3, 2))) == "`v` 3 → 3 × 2"
    assert difference({"a": 1}, [1]) == "`v` dict 1 item → list 1 item"
    assert difference([1, 2], [1, 3]) == "`v` changed"
    assert difference(pd.Series([1, 2]), pd.Series([1.0, 2.0])) == "`v` int64 → float64"
    assert difference(frame(), frame()[["b", "a", "c"]]) == "`v` columns in another order"


def test_new_and_deleted_names_have_their_lines() -> None:
    """A new name tells its size; several names of one object stand in one line."""
    one = fingerprint([1, 2])

    assert Change("new", ("y",), None, one).line == "new `y` (2 items)"
    assert Change("deleted", ("y",), one).line == "deleted `y`"
    after = fingerprint([1, 2, 3])
    assert Change("changed", ("y", "z"), one, after).line == "`y` (also `z`) 2 items → 3 items"


def test_many_lines_are_cut() -> None:
    """A run that makes a hundred names does not fill the page."""
    shown = lines(Change("new", (f"n{at}",), None, fingerprint(1)) for at in range(100))

    assert len(shown) == 31
    assert shown[-1] == "… 70 more"


class Thing:
    """A class of the user's."""

    def __init__(self) -> None:
        self.items = [1]

    def __repr__(self) -> str:
        raise AssertionError("nobody may ask for this")


Thing.__module__ = "__main__"


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda: [1, [2, {"k": [3]}]], lambda v: v[1][1]["k"].append(4)),
        (lambda: {"a": {1, 2}}, lambda v: v["a"].add(3)),
        (frame, lambda v: v.__setitem__("a", [1, 2, 4])),
        (frame, lambda v: v.__setitem__("c", ["x", "y", "z"])),
        (lambda: frame().set_index("a"), lambda v: setattr(v, "index", [7, 8, 9])),
        (lambda: np.arange(10), lambda v: v.__setitem__(3, 99)),
        (lambda: np.array([[1], None], dtype=object), lambda v: v[0].append(2)),
        (lambda: bytearray(b"ab"), lambda v: v.append(1)),
        (Thing, lambda v: v.items.append(2)),
        (lambda: pl.DataFrame({"a": [1, 2]}), lambda v: v.__setitem__((0, "a"), 5)),
        (lambda: pd.Series(["a", "b"], dtype="category"), lambda v: v.__setitem__(0, "b")),
        (lambda: [frame()], lambda v: v[0].__setitem__("z", 1)),
    ],
)  # fmt: skip
def test_changes_in_place_are_seen(make: Any, change: Any) -> None:
    """The content counts, not only identity and shape."""
    value = make()
    before = fingerprint(value)

    same = fingerprint(value)
    change(value)

    assert before.same_as(same)
    assert not before.same_as(fingerprint(value))


def test_equal_content_has_an_equal_number() -> None:
    """Missing values and other objects of the same content do not look like changes."""
    nothing = float("nan")

    assert fingerprint([nothing, float("nan")]).same_as(fingerprint([float("nan"), nothing]))
    assert fingerprint(frame()).same_as(fingerprint(frame()))
    assert fingerprint([3, 2]).same_as(fingerprint([3, 2]))


def test_large_values_are_sampled() -> None:
    """A value of many megabytes says that it was not read whole, and ends are read."""
    array = np.zeros(3_000_000)
    before = fingerprint(array)

    array[0] = 1

    assert before.content is not None
    assert not before.content.whole
    assert not before.same_as(fingerprint(array))
    long = list(range(100_000))
    sampled = fingerprint(long)
    long[-1] = 0
    assert not sampled.same_as(fingerprint(long))


@pytest.mark.parametrize(
    "value",
    ["x" * LONG, b"x" * LONG, bytearray(LONG), BytesIO(b"x" * LONG), array("b", bytes(LONG)),
     ["x" * LONG, 1], [["x" * LONG], [1]], type("Bytes", (bytearray,), {})(LONG)],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_long_texts_are_sampled(value: Any) -> None:
    """As arrays are, wherever they stand; their beginning is read."""
    found = sample(value)

    assert not found.whole
    assert found == sample(value)
    if isinstance(value, bytearray | array):
        value[0] = 1
        assert found != sample(value)


def test_cyclic_and_deep_values_end() -> None:
    """Reading is bounded in depth and number."""
    cyclic: list[Any] = [1]
    cyclic.append(cyclic)
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]

    found = fingerprints({"cyclic": cyclic, "deep": deep, "again": deep})

    assert found["deep"] is found["again"]
    assert found["cyclic"].content is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (-1, -2),
        (1, True),
        (1, 1.0),
        ([-1], [-2]),
        ({-1}, {-2}),
        ({"k": -1}, {"k": -2}),
        ([[1], [2]], [[1, 2], []]),
        ([[-1]], [[-2]]),
    ],
)
def test_values_that_python_takes_for_alike_are_told_apart(one: Any, other: Any) -> None:
    """Their hashes are the same; they are not."""
    assert not fingerprint(one).same_as(fingerprint(other))
