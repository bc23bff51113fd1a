"""Objects that lie, raise, never end or change something when they are looked at."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pandas as pd
import polars as pl
import pytest

from copilot_nb.data.columns import counted, sample, statistics
from copilot_nb.data.copies import bytes_of, copied_together
from copilot_nb.data.fingerprints import fingerprint
from copilot_nb.data.frames import frame_of, table_of, table_text
from copilot_nb.data.kept import kept
from copilot_nb.data.libraries import dtype_text
from copilot_nb.data.namespace import brief, describe, kind_of
from copilot_nb.data.objects import describe_object
from copilot_nb.data.stored import NotCopiedError
from copilot_nb.data.values import is_scientific, short, size

if TYPE_CHECKING:
    from collections.abc import Callable

touched: list[str] = []


def trap(name: str) -> Any:
    """A method that must not be called."""

    def called(*_: object, **__: object) -> NoReturn:
        touched.append(name)
        raise AssertionError(f"{name} was called")

    return called


TRAPS = {
    name: trap(name)
    for name in (
        *("__repr__", "__str__", "__len__", "__iter__", "__getattr__", "__bool__", "__format__"),
        *("__eq__", "__lt__", "__contains__", "__getitem__", "__dir__", "_repr_html_"),
        *("_repr_mimebundle_", "__array__", "__dataframe__", "__arrow_c_stream__"),
    )
} | {name: property(trap(name)) for name in ("shape", "dtype", "columns", "dtypes", "size", "T")}


def made(name: str, *bases: type, **extra: Any) -> Any:
    """An instance of a class of traps."""
    cls: Any = type(name, bases or (object,), {**TRAPS, "__hash__": object.__hash__, **extra})
    return cls.__new__(cls)


def made_by(method: str) -> Any:
    """An instance of a class whose metaclass has a method that must not be called."""
    meta = type("Meta", (type,), {method: trap("class")})
    return meta("Thing", (), {})()


def cycle() -> list[Any]:
    """A list that holds itself."""
    found: list[Any] = [1]
    found.append(found)
    return found


HOSTILE: dict[str, Callable[[], Any]] = {
    "unknown": lambda: made("Unknown"),
    "says it is numpy's": lambda: made("ndarray", __module__="numpy"),
    "says it is pandas'": lambda: made("DataFrame", __module__="pandas"),
    "says it is a timestamp": lambda: made("Timestamp", __module__="pandas"),
    "says it is a relation": lambda: made("DuckDBPyRelation", __module__="duckdb"),
    "pretends to be a table": lambda: made("A", __class__=property(lambda _: pd.DataFrame)),
    "list that lies": lambda: made("L", list),
    "dict that lies": lambda: made("D", dict, items=trap("items"), keys=trap("keys")),
    "str that lies": lambda: made("S", str),
    "array that lies": lambda: np.zeros(3).view(type("Array", (np.ndarray,), dict(TRAPS))),
    "cyclic": cycle,
    "deep": lambda: eval("[" * 90 + "]" * 90),  # noqa: S307 - brackets
    "compares its class": lambda: made_by("__eq__"),
    "hashes its class": lambda: made_by("__hash__"),
    "endless": lambda: made("Endless", __iter__=lambda self: iter(int, 1)),
    "huge": lambda: ["x" * 10_000_000] * 3,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_described_without_its_help(name: str) -> None:
    """By its type; in every form in which values are shown."""
    value = HOSTILE[name]()
    touched.clear()

    texts = [
        short(value),
        brief(value),
        kind_of(value),
        describe("x", value),
        describe_object("x", value),
        table_text(_frame(pd.DataFrame({"o": pd.Series([value], dtype=object)})).table()),
    ]

    assert touched == []
    assert all(0 < len(text) < 2_000 for text in texts)
    assert table_of(value) is None


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "deep"])
def test_it_is_compared_kept_and_copied_without_its_help(name: str) -> None:
    """As itself, in a container, and as an attribute."""
    value = HOSTILE[name]()
    holder = made("Holder")
    vars(holder)["part"] = value
    touched.clear()

    for each in (value, [value], {"k": value}, holder, (value, {1, "a"})):
        assert fingerprint(each).same_as(fingerprint(each))
        bytes_of(each)
        with contextlib.suppress(NotCopiedError):
            kept(each).put_back()
        with contextlib.suppress(NotCopiedError):
            copied_together({"each": each})

    assert touched == []


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "array that lies"])
def test_columns_of_such_things(name: str) -> None:
    """Are counted by what their text would be, so the same kind counts as one."""
    column = sample(_frame(pd.DataFrame({"o": pd.Series([HOSTILE[name]()] * 3, dtype=object)})), 0)
    touched.clear()

    counts = counted(column)
    lines = statistics(column)

    assert touched == []
    assert sum(counts.values()) == 3
    assert lines[1] == "Distinct: 1"


def test_class_is_a_librarys_only_when_it_is_found_there() -> None:
    """A name can be anything."""
    assert is_scientific(np.float64(1))
    assert is_scientific(pd.Timestamp("2026-01-02"))
    assert is_scientific(pl.DataFrame())
    assert not is_scientific(made("float64", __module__="numpy"))
    assert not is_scientific(made("float64", __module__="numpy.nowhere"))


def test_class_with_a_lying_metaclass() -> None:
    """Its names are read past it."""

    class Liar(type):
        __name__ = property(trap("name"))
        __module__ = property(trap("module"))
        __repr__ = trap("repr of the class")

    value = Liar("Thing", (), {})()
    touched.clear()

    assert "Thing" in brief(value)
    assert "Thing" in describe("x", value)
    assert touched == []


def test_class_whose_metaclass_compares() -> None:
    """It is asked neither for equality nor for a hash, which it has none of."""
    meta = type("Meta", (type,), {"__eq__": trap("equality")})
    value = meta("Thing", (), {})()
    touched.clear()

    assert "Thing" in short(value)
    assert size(value) == ""
    assert touched == []


@pytest.mark.parametrize("base", [pd.DataFrame, pd.Series])
def test_table_whose_class_overrides_what_is_read(base: Any) -> None:
    """Read as its library's own class."""
    overridden = {"iloc": property(trap("iloc")), "to_frame": trap("to_frame")}
    overridden |= {name: property(trap(name)) for name in ("dtypes", "columns")}
    value = type("Mine", (base,), overridden)({"a": [1, 2]})
    touched.clear()

    frame = _frame(value)

    assert touched == []
    assert frame.rows == (2 if base is pd.DataFrame else 1)


class Secret(pd.api.extensions.ExtensionDtype):
    """A dtype that nobody may ask for its text."""

    name, type = "secret", str
    __str__ = trap("str of the dtype")


def test_dtype_of_the_users_own() -> None:
    """Is named by its class; an enumeration tells none of its values."""
    enum = pl.DataFrame({"e": ["hidden"]}, schema={"e": pl.Enum(["hidden", "too"])})
    touched.clear()

    assert dtype_text(Secret()).endswith("test_hostile.Secret")
    assert _frame(enum).columns[0].dtype == "Enum"
    assert touched == []


def test_times_with_and_without_zones_in_one_column() -> None:
    """Cannot be compared, and are counted all the same."""
    moments = [pd.Timestamp("2026-01-02"), pd.Timestamp("2026-01-02", tz="UTC")]

    lines = statistics(sample(_frame(pd.DataFrame({"t": pd.Series(moments, dtype=object)})), 0))

    assert lines[1] == "Distinct: 2"


@pytest.mark.parametrize(
    ("times", "texts"),
    [
        (["1964-01-18", "1964-01-19"], ["1964-01-18", "1964-01-19"]),
        (["1964-01-18", "1964-01-18 06:00"], ["1964-01-18 00:00:00", "1964-01-18 06:00:00"]),
    ],
)
@pytest.mark.parametrize("library", [pd, pl])
def test_days_show_as_days(library: Any, times: list[str], texts: list[str]) -> None:
    """When all times of a column are midnight; else every one shows its time."""
    moments = pd.to_datetime(times, format="mixed")
    table = _frame(library.DataFrame({"t": list(moments.to_pydatetime())})).table()

    assert [row[-1] for row in table.rows] == texts


def _frame(value: object) -> Any:
    frame = frame_of(value)
    assert frame is not None
    return frame


def test_comparing_runs_no_code_of_a_subclass() -> None:
    """Of tables and arrays, nor of what a table carries along."""
    frame_class = type("Frame", (pd.DataFrame,), {"iloc": property(trap("iloc"))})
    array_class: Any = type("Array", (np.ndarray,), {"tobytes": trap("tobytes")})
    frame: Any = frame_class({"a": [1, 2]})
    array: Any = np.zeros(3).view(array_class)
    plain = pd.DataFrame({"a": [1, 2]})
    plain.attrs["source"] = made("Source")
    touched.clear()

    before = [fingerprint(value) for value in (frame, array, plain)]
    array[0] = 1
    after = [fingerprint(value) for value in (frame, array, plain)]

    assert [one.same_as(two) for one, two in zip(before, after, strict=True)] == [True, False, True]
    assert touched == []
