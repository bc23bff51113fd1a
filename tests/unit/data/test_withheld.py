"""Columns under a rule, in what is made of them: described without values, and found in text."""

from __future__ import annotations

import collections
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
import xarray as xr

from copilot_nb.data import withheld
from copilot_nb.data.columns import counted, sample, statistics
from copilot_nb.data.denied import denied_values
from copilot_nb.data.frames import table_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.namespace import describe, described_as
from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.data.shared import shared
from tests.unit.data.lazy import lazy_variable

if TYPE_CHECKING:
    from collections.abc import Callable

SSN = [f"{100 + n}-45-678{n}" for n in range(6)]
IDS = [987_650 + n for n in range(6)]
PAY = [52_301.5 + 1_111 * n for n in range(6)]
TABLE = pd.DataFrame({"name": list("abcdef"), "ssn": SSN, "id": IDS, "pay": PAY, "town": "Oslo"})
RECORDS: list[dict[Any, Any]] = TABLE.to_dict("records")
RULES = Privacy(
    (PrivacyRule("deny", "ssn"), PrivacyRule("mask", "id"), PrivacyRule("aggregate", "pay"))
)
WITHHELD = (*SSN, *map(str, IDS), *map(str, PAY), *(f"{pay:.6g}" for pay in PAY))


class Person:
    """A class of the user's."""

    def __init__(self) -> None:
        self.ssn, self.id, self.papers = SSN[0], IDS[0], {"ssn": SSN[1]}


Person.__module__ = "__main__"


class Study:
    """Another one, which keeps a table."""

    def __init__(self) -> None:
        self.people = TABLE


Study.__module__ = "__main__"

NAMED: dict[str, Callable[[], Any]] = {
    "series": lambda: TABLE.ssn,
    "categories": lambda: TABLE.assign(ssn=TABLE.ssn.astype("category")),
    "index": lambda: TABLE.set_index("ssn").town,
    "levels": lambda: TABLE.set_index(["ssn", "town"])[["pay"]],
    "row": lambda: TABLE.iloc[0],
    "turned": lambda: TABLE.T,
    "stacked": TABLE.stack,
    "counts": TABLE.ssn.value_counts,
    "pivoted": lambda: TABLE.pivot(index="name", columns="id", values="town"),
    "described": lambda: TABLE.drop(columns="town").describe(),
    "records": lambda: RECORDS,
    "columns": lambda: TABLE.to_dict("list"),
    "nested": lambda: {"a": {"b": [{"id": IDS, "pay": PAY[0]}]}},
    "ordered": lambda: collections.OrderedDict(ssn=SSN[0]),
    "cells": lambda: pd.DataFrame({"person": RECORDS}),
    "values": lambda: pd.Series(RECORDS),
    "tables": lambda: {"people": TABLE},
    "several": lambda: [TABLE.drop(columns="ssn"), pl.DataFrame({"ssn": SSN}), TABLE.ssn],
    "holder": Study,
    "keyed": lambda: dict(zip(np.array(["ssn", "x"]), [SSN[0], "y"], strict=True)),
    "ordered cells": lambda: pd.DataFrame({"x": [collections.OrderedDict(ssn=SSN[0])]}),
    "late cells": lambda: pd.DataFrame({"x": [*range(200), (collections.deque(RECORDS),)]}),
    "record array": TABLE.to_records,
    "arrays": lambda: [np.array([(SSN[0], 1.5)], dtype=[("ssn", "U12"), ("x", float)])],
    "object": Person,
    "objects": lambda: [Person()],
    "structured": lambda: np.array([(SSN[0], 1.5)], dtype=[("ssn", "U12"), ("x", float)]),
    "polars": lambda: pl.DataFrame({"ssn": SSN, "id": IDS, "pay": PAY}),
    "struct": lambda: pl.DataFrame({"person": RECORDS}),
    "enum": lambda: pl.DataFrame({"ssn": pl.Series(SSN, dtype=pl.Enum(SSN))}),
    "arrow": lambda: pa.table({"ssn": pa.array(SSN).dictionary_encode(), "pay": PAY}),
    "dataset": lambda: xr.Dataset({"ssn": ("i", SSN)}, attrs={"id": IDS[0], "x": {"ssn": SSN[1]}}),
    "labelled": lambda: xr.DataArray(PAY, dims="i", name="pay", coords={"ssn": ("i", SSN)}),
    "labels": lambda: pd.Index(SSN, name="ssn"),
    "pairs": lambda: pd.MultiIndex.from_arrays([SSN, IDS], names=["ssn", "x"]),
    "batch": lambda: pa.RecordBatch.from_pydict({"ssn": SSN}),
    "ssn": lambda: SSN[0],
    "id": lambda: np.array(IDS),
    "pay": lambda: pd.Series(PAY),
}  # fmt: skip
"""What still says whose values it holds: by a label, a key, an attribute, its own name."""

NAMELESS: dict[str, Callable[[], Any]] = {
    "unnamed": lambda: pd.Series(SSN),
    "array": TABLE.id.to_numpy,
    "long": lambda: TABLE.melt(id_vars="name"),
    "header": lambda: pl.from_pandas(TABLE).transpose(include_header=True),
    "counted": lambda: TABLE.ssn.value_counts().to_dict(),
    "listed": lambda: list(SSN),
    "largest": lambda: TABLE.groupby("town").pay.agg(["min", "max"]),
    "spread": lambda: TABLE.pivot(index="name", columns="town", values="id"),
}
"""What no longer says it: only the gate can know its values."""


def said(name: str, value: object) -> str:
    """Everything that the tools and references tell about a variable."""
    texts = [described_as(name, value, RULES), describe(name, value, rows=6, privacy=RULES)]
    table = table_of(value)
    if table is not None:
        seen = guarded(table, name, RULES)
        texts.append(str(seen.columns))
        for at in range(len(seen.columns)):
            texts += statistics(sample(seen, at)) + list(map(str, counted(sample(seen, at))))
    return "\n".join(texts)


@pytest.mark.parametrize("name", NAMED)
def test_what_says_whose_values_it_holds_is_described_without_them(name: str) -> None:
    """Rows, statistics, counts, labels of columns, categories, attributes, members."""
    text = said(name, NAMED[name]())

    assert [value for value in WITHHELD if value in text] == []


@pytest.mark.parametrize("name", [name for name in NAMED if name != "described"])
def test_what_says_whose_values_it_holds_is_looked_for_in_text(name: str) -> None:
    """Also where the table that it was made of is gone."""
    text = " ".join(WITHHELD)

    assert denied_values({name: NAMED[name]()}, RULES).find(text)


@pytest.mark.parametrize("name", NAMELESS)
def test_values_without_a_name_are_found_as_long_as_the_column_is_there(name: str) -> None:
    """The description shows some, and the gate holds it."""
    text = said(name, NAMELESS[name]())

    assert denied_values({"table": TABLE}, RULES).find(text)


def test_what_is_not_withheld_is_shown() -> None:
    """Around masked keys, rows and cells."""
    for name in ("records", "turned", "row", "cells", "struct"):
        assert "Oslo" in said(name, NAMED[name]())
    assert "{'ssn': •••, 'town': 'Oslo'}" in describe(
        "people", [{"ssn": SSN[0], "town": "Oslo"}], privacy=RULES
    )


def test_a_rule_of_one_variable_holds_for_the_object_by_every_name() -> None:
    """The same table under another name, and as a cell's result."""
    rules = Privacy((PrivacyRule("deny", "people.ssn"), PrivacyRule("deny", "raw*", variable=True)))
    people, raw = TABLE, {"code": "open-sesame"}

    held = rules.among({"people": people, "p": people, "raw": raw, "Out[3]": raw, "other": 1})

    assert [held.column("ssn", name) for name in ("people", "p", "other")] == [
        "deny",
        "deny",
        "allow",
    ]
    assert held.variable("Out[3]") == "deny"
    assert held.variable("other") == "allow"


def test_equal_numbers_are_not_the_same_object() -> None:
    """That `1` is one object says nothing about its names."""
    rules = Privacy((PrivacyRule("deny", "secret", variable=True),)).among({"secret": 1, "n": 1})

    assert rules.variable("n") == "allow"


@pytest.mark.parametrize("library", ["pandas", "objects", "polars", "pyarrow"])
def test_every_value_of_a_long_column_is_found(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in the text is looked for in the column, whatever its length."""
    monkeypatch.setattr(withheld, "VALUES", 1_000)
    rows = 2_003
    columns = {"ssn": [f"Nr {n:07} B" for n in range(rows)], "id": range(10**6, 10**6 + rows)}
    makers: dict[str, Callable[[Any], Any]] = {
        "objects": lambda made: pd.DataFrame(made, dtype=object),
        "polars": pl.DataFrame,
        "pyarrow": pa.table,
    }
    table = makers.get(library, pd.DataFrame)(columns)
    denied = denied_values({"t": table}, RULES)

    text = (
        "(Nr 0001001 B), then 1001001; not Nr 9000001 B, nor 001001 alone\n7,Nr 0001003 B,x_1001003"
    )

    assert [text[find.start : find.end] for find in denied.find(text)] == [
        *("Nr 0001001 B", "1001001"),
        *("Nr 0001003 B", "1001003"),
    ]


@pytest.mark.parametrize("place", ["index", "level", "container", "column of a key", "series"])
def test_every_value_is_found_wherever_a_long_table_stands(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Levels of an index are columns, too; tables in containers are tables."""
    monkeypatch.setattr(withheld, "VALUES", 1_000)
    values = pd.Series(range(10**6, 10**6 + 2_003), name="id")
    x = values * 0
    tables: dict[str, Any] = {
        "index": x.to_frame("x").set_index(values),
        "level": x.to_frame("x").set_index([x.rename("y"), values]),
        "container": {"people": [values.to_frame()]},
        "column of a key": {"id": values.to_frame("x")},
        "series": values.rename(None),
    }
    name = "id" if place == "series" else "t"

    finds = denied_values({name: tables[place]}, RULES).find("1000001 1000002 1000003 2000001")

    assert [find.what for find in finds] == [f"value of {name}{'' if name == 'id' else '.id'}"] * 3


@pytest.mark.parametrize("library", ["pandas", "nullable", "polars", "pyarrow"])
@pytest.mark.parametrize("most", [100, 1_000])
def test_numbers_of_32_bits_are_found_as_they_are_shown(
    library: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of short and of long columns; as Python's own, too."""
    monkeypatch.setattr(withheld, "VALUES", most)
    numbers = np.array([1.5] * 500 + [1234.6, 51.51, 1234567.9, 0.1], dtype="float32")
    makers: dict[str, Callable[[Any], Any]] = {
        "nullable": lambda made: pd.DataFrame(made).convert_dtypes(),
        "polars": pl.DataFrame,
        "pyarrow": pa.table,
    }
    table = makers.get(library, pd.DataFrame)({"pay": numbers})

    finds = denied_values({"t": table}, RULES).find(
        f"1234.6 51.51 1234567.9 {float(numbers[-4])} 0.1 1234.7 51.52"
    )

    assert len(finds) == 4


def test_a_long_column_of_lists_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no hash is passed over."""
    monkeypatch.setattr(withheld, "VALUES", 100)
    table = pd.DataFrame({"ssn": [["x"], "AB1234567"] * 100})

    (find,) = denied_values({"t": table}, RULES).find("AB1234567")

    assert find.what == "value of t.ssn"


def test_what_is_not_in_memory_is_not_loaded() -> None:
    """A variable of a file stays there."""
    dataset = xr.Dataset({"ssn": lazy_variable()})

    assert denied_values({"lazy": dataset, "part": dataset["ssn"]}, RULES).find(SSN[0]) == ()


def test_arrays_that_are_the_memory_of_a_column_are_withheld_with_it() -> None:
    """By whatever name; neighbours in the table, and copies, are not."""
    table = pd.DataFrame({"a": [1, 2], "id": [987_650, 987_651], "n": [5, 6]})
    frame = pl.DataFrame({"pay": [52_301.5, 61_442.25]})
    names: dict[str, Any] = {
        "t": table,
        "f": frame,
        "ids": table["id"].to_numpy(),
        "part": table["id"].to_numpy()[1:],
        "pays": frame["pay"].to_numpy(),
        "open": table["n"].to_numpy(),
        "copy": table["id"].to_numpy().copy(),
    }
    rules = (PrivacyRule("mask", "t.id"), PrivacyRule("deny", "pay"))

    found = shared(names, Privacy(rules))
    privacy = replace(Privacy(rules), shared=found)

    assert found == {"ids": "mask", "part": "mask", "pays": "deny"}
    assert "98765" not in describe("ids", names["ids"], privacy=privacy)
    seen = table_of(names["pays"])
    assert seen is not None
    assert guarded(seen, "pays", privacy).withheld == {0}
    assert "5, 6" in describe("open", names["open"], privacy=privacy)
