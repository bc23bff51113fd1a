"""Arrays, tensors, datasets and queries: described without loading or running anything."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import xarray as xr

from copilot_nb.data.columns import sample, statistics
from copilot_nb.data.frames import Frame, frame_of, table_of
from copilot_nb.data.namespace import describe, kind_of
from tests.unit.data.lazy import lazy_variable


def library(monkeypatch: pytest.MonkeyPatch, name: str, **classes: type) -> None:
    """A library with these classes, as if it had been imported."""
    module = ModuleType(name)
    for each, cls in classes.items():
        cls.__module__, cls.__qualname__, cls.__name__ = name, each, each
        setattr(module, each, cls)
    monkeypatch.setitem(sys.modules, name, module)


class FakeRelation:
    """A relation of duckdb over the numbers 0 to 99, which tells when it runs."""

    columns = ("n", 'odd "name"')
    types = (SimpleNamespace(), SimpleNamespace())

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def __str__(self) -> str:
        raise AssertionError("its text runs the query")

    @property
    def shape(self) -> tuple[int, int]:
        """Counts the rows."""
        raise AssertionError("this runs the query")

    def __getattr__(self, name: str) -> Any:
        if name not in {"project", "filter", "order", "aggregate"}:
            raise AttributeError(name)
        return lambda *text: self._then(name, *text)

    def _then(self, *step: str) -> FakeRelation:
        made = FakeRelation()
        made.asked = [*self.asked, step]
        return made

    def fetchall(self) -> list[tuple[Any, ...]]:
        """What the last step asks for."""
        step = self.asked[-1]
        if step == ("aggregate", "count(*)"):
            return [(100,)]
        if step[0] == "aggregate":
            return [(0,)]
        where = self.asked[1][1]
        numbers = range(0, 100, 10) if "%" in where else eval(where.partition(" IN ")[2])  # noqa: S307 - our own query
        return [(n, n - 1, "x") if "%" not in where else (n,) for n in numbers]


@pytest.fixture
def relation(monkeypatch: pytest.MonkeyPatch) -> object:
    """A relation of a library that is not installed here."""
    library(monkeypatch, "duckdb", DuckDBPyRelation=FakeRelation)
    return FakeRelation()


def test_relation_is_described_without_running_it(relation: object) -> None:
    """Columns and types are known before."""
    assert frame_of(relation) is None
    assert kind_of(relation) == "duckdb relation, 2 columns, not run"
    assert describe("r", relation).splitlines()[1:4] == [
        "Columns:",
        "  n: types.SimpleNamespace",
        '  odd "name": types.SimpleNamespace',
    ]


def test_relation_is_read_as_a_table(relation: object) -> None:
    """When a tool asks for rows: by position, and columns by every n-th row."""
    frame = table_of(relation)

    assert frame is not None
    assert frame.size == "100 rows × 2 columns"
    assert frame.table(rows=2).rows == (("0", "x"), ("…", "…"), ("99", "x"))
    assert sample(frame, 0, rows=10).present == list(range(0, 100, 10))
    assert frame.missing(0) == 0


def test_arrays_are_tables_when_asked_for() -> None:
    """One or two dimensions, and records by their fields."""
    flat = table_of(np.array([1.0, np.nan, 3.0]))
    wide = table_of(np.arange(6).reshape(3, 2))
    records = table_of(np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]))

    assert flat is not None
    assert flat.missing_counts() == (1,)
    assert statistics(sample(flat, 0))[0] == "Values: 2, missing: 1"
    assert wide is not None
    assert wide.table().rows == (("0", "1"), ("2", "3"), ("4", "5"))
    assert records is not None
    assert [column.name for column in records.columns] == ["a", "b"]
    assert frame_of(np.zeros(2)) is None


def test_described_arrays() -> None:
    """Range and mean; missing numbers are counted; other dtypes show what they hold first."""
    assert describe("a", np.array([1.0, np.nan])).splitlines() == [
        "a: ndarray, (2), float64",
        "First values: 1, NaN",
        "Minimum 1, maximum 1, mean 1, 1 NaN",
    ]
    assert describe("a", np.full(3, np.nan)).splitlines()[2] == "All of them are NaN."
    assert describe("a", np.array(["x", "y"])).splitlines()[1:] == ["First values: x, y"]
    assert describe("a", np.zeros(0)).splitlines()[1:] == ["First values: "]
    assert describe("a", np.array(1.5)).splitlines()[1:] == [
        "First values: 1.5",
        "Minimum 1.5, maximum 1.5, mean 1.5",
    ]


def test_dataset() -> None:
    """Dimensions, coordinates, variables and attributes."""
    dataset = xr.Dataset(
        {"t": (("time", "lat"), np.arange(6.0).reshape(3, 2))},
        coords={"time": np.array(["2020-01-01"] * 3, dtype="M8[ns]")},
        attrs={"title": "Model run"},
    )

    assert describe("ds", dataset).splitlines() == [
        "ds: Dataset, time: 3 × lat: 2, 1 variables",
        "Coordinates:",
        "  time (time): datetime64[ns]",
        "Variables:",
        "  t (time, lat): float64",
        "  attribute title: 'Model run'",
        "Tools that read tables see a row for each cell, with the columns lat, time, t.",
    ]
    assert describe("t", dataset.t).splitlines()[-2:] == [
        "First values: 0, 1, 2, 3, 4, 5",
        "Minimum 0, maximum 5, mean 2.5",
    ]


def test_data_that_is_not_in_memory_stays_there() -> None:
    """A lazy array's values are not loaded."""
    array = xr.DataArray(lazy_variable())

    assert kind_of(array) == "DataArray, x: 3, float64"
    assert describe("a", array).splitlines()[-1] == "Its values are not in memory."


def test_lazy_frame_is_not_collected() -> None:
    """Its columns are known without."""
    lazy = pl.LazyFrame({"a": [1]}).map_batches(lambda _: 1 / 0, schema={"a": pl.Int64})  # type: ignore[arg-type, return-value]  # must not run

    assert kind_of(lazy) == "polars.LazyFrame, not run"
    assert "  a: Int64" in describe("lf", lazy).splitlines()


class FakeTensor:
    """A tensor of torch, over a numpy array."""

    requires_grad, layout = True, "torch.strided"

    def __init__(self, array: Any, device: str = "cpu") -> None:
        self.array = array
        self.device = device
        self.shape, self.dtype = array.shape, f"torch.{array.dtype}"

    def detach(self) -> FakeTensor:
        """Itself."""
        return self

    def numpy(self) -> Any:
        """The array behind it."""
        return self.array

    def reshape(self, _: int) -> Any:
        """Flat."""
        return self.array.reshape(-1)

    def numel(self) -> int:
        """How many."""
        return int(self.array.size)

    def is_complex(self) -> bool:
        """Whether it is."""
        return False

    def double(self) -> Any:
        """Its numbers."""
        return self.array.astype(float)


def test_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    """In main memory it is read; on a device it is not."""
    library(monkeypatch, "torch", Tensor=FakeTensor)
    here = FakeTensor(np.array([[1.0, 2.0], [3.0, 4.0]], dtype="float32"))
    there = FakeTensor(np.zeros((2, 2)), device="cuda:0")

    assert describe("t", here).splitlines() == [
        "t: Tensor, (2, 2), torch.float32",
        "Requires a gradient.",
        "First values: 1, 2, 3, 4",
        "Minimum 1, maximum 4, mean 2.5",
    ]
    assert kind_of(there) == "Tensor, (2, 2), torch.float64, on cuda:0"
    assert describe("t", there).splitlines()[1:] == ["Requires a gradient."]
    frame = table_of(here)
    assert isinstance(frame, Frame)
    assert frame.table().rows == (("1", "2"), ("3", "4"))
    assert table_of(there) is None


def rows(value: Any) -> list[tuple[str, ...]]:
    """The labels and the cells of what can be read as a table."""
    frame = table_of(value)
    assert frame is not None
    return [frame.table().columns, *frame.table().rows]


def test_xarray_is_read_as_tables() -> None:
    """What lies along one dimension, with its coordinates; and an array of two."""
    days = pd.date_range("2024-01-01", periods=2, unit="ns")
    data = xr.Dataset(
        {"t": ("day", [1.5, float("nan")]), "n": ("day", [3, 4]), "mean": 2.0},
        coords={"day": days, "name": ("day", ["a", "b"])},
    )

    assert rows(data.drop_vars("mean")) == [
        ("day", "name", "t", "n"),
        ("2024-01-01", "a", "1.5", "3"),
        ("2024-01-02", "b", "NaN", "4"),
    ]
    assert rows(data)[0] == ("day", "name", "t", "n")
    assert rows(data["t"])[0] == ("day", "name", "t")
    assert rows(xr.DataArray([[1, 2], [3, 4]])) == [("0", "1"), ("1", "2"), ("3", "4")]
    frame = table_of(data)
    assert frame is not None
    assert [frame.missing(at) for at in range(4)] == [0, 0, 1, 0]


def test_grids_are_read_as_a_row_for_each_cell() -> None:
    """With the coordinates of the cell; what lies along some dimensions only repeats."""
    cells = np.arange(12.0).reshape(2, 3, 2)
    cells[1, 2, 1] = np.nan
    data = xr.Dataset(
        {
            "t": (("day", "lat", "lon"), cells),
            "turned": (("lon", "lat", "day"), cells.T),
            "height": (("lat", "lon"), cells[0]),
            "other": ("station", [1, 2, 3]),
        },
        coords={"day": pd.date_range("2024-01-01", periods=2), "lat": [50.5, 51.5, np.nan]},
    )

    labels, *lines = rows(data)

    assert labels == ("lon", "day", "lat", "t", "turned", "height")
    assert len(lines) == 12
    assert lines[0] == ("0", "2024-01-01", "50.5", "0", "0", "0")
    assert lines[9] == ("1", "2024-01-02", "51.5", "9", "9", "3")
    frame = table_of(data)
    assert frame is not None
    assert frame.missing_counts() == (0, 0, 4, 1, 1, 0)
    assert frame.column(5, 5) == [0.0, 5.0, 4.0]
    assert rows(data["t"]) == [line[:4] for line in (labels, *lines)]
    assert describe("data", data).splitlines()[-1] == (
        "Tools that read tables see a row for each cell, with the columns "
        "lon, day, lat, t, turned, height."
    )


def test_arrays_of_three_dimensions_are_read_by_position() -> None:
    """One column for each axis, and the value there."""
    labels, *lines = rows(np.arange(8).reshape(2, 2, 2)[:, ::-1])

    assert labels == ("axis 0", "axis 1", "axis 2", "value")
    assert lines[5] == ("1", "0", "1", "7")


@pytest.mark.parametrize("value", [xr.DataArray(1), xr.Dataset({"a": 1}), np.array(1)])
def test_xarray_of_other_forms_is_no_table(value: Any) -> None:
    """Nothing is guessed."""
    assert table_of(value) is None


def test_tables_of_xarray_load_nothing() -> None:
    """A variable that is not in memory is left out."""

    class Lazy(xr.backends.BackendArray):
        shape, dtype = (2,), np.dtype("f8")

        def __getitem__(self, key: object) -> Any:
            raise AssertionError("this loads them")

    lazy = xr.Variable(("x",), xr.core.indexing.LazilyIndexedArray(Lazy()), fastpath=True)

    assert rows(xr.Dataset({"a": lazy, "b": ("x", [1, 2])})) == [("b",), ("1",), ("2",)]
    assert table_of(xr.Dataset({"a": lazy})) is None


def test_times_are_times_in_arrays_too() -> None:
    """Of nanoseconds numpy itself makes numbers."""
    days = np.array(["2024-01-01", "2024-01-02T03:04"], dtype="M8[ns]")

    assert rows(days)[1:] == [("2024-01-01 00:00:00",), ("2024-01-02 03:04:00",)]
    assert describe("d", days).splitlines()[1] == "First values: 2024-01-01, 2024-01-02 03:04:00"


def test_an_index_tells_its_names_and_first_values() -> None:
    """With one level or several."""
    levels = pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", None])

    assert describe("i", pd.RangeIndex(12, name="n")).splitlines() == [
        "i: RangeIndex, 12 items, int64",
        "Names: n",
        "First values: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …",
    ]
    assert describe("i", levels).splitlines() == [
        "i: MultiIndex, 2 items, 2 levels",
        "Names: n",
        "First values: 1 / a, 2 / b",
    ]
