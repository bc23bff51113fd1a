"""A value of every kind that a notebook holds, and code that changes it in place."""

from __future__ import annotations

import random
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from functools import cached_property
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import xarray as xr

if TYPE_CHECKING:
    from collections.abc import Callable


class Tensor:
    """Shaped like torch's, over a numpy array: torch itself is not among the tests' packages."""

    layout, requires_grad = "torch.strided", False

    def __init__(self, array: Any, device: str = "cpu") -> None:
        self.array, self.device, self._version = array, device, 0

    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: f"torch.{self.array.dtype}")
    nbytes = property(lambda self: self.array.nbytes)

    def detach(self) -> Tensor:
        """One that shares the memory."""
        return Tensor(self.array, self.device)

    def clone(self) -> Tensor:
        """One with memory of its own."""
        return Tensor(self.array.copy(), self.device)

    def requires_grad_(self, wanted: bool) -> Tensor:
        """Itself, with or without gradients."""
        self.requires_grad = wanted
        return self

    def numpy(self) -> Any:
        """The array that shares the memory."""
        if self.device != "cpu":
            raise TypeError
        return self.array

    def add_(self, number: float) -> Tensor:
        """Add in place."""
        self.array += number
        self._version += 1
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        self.array[key] = value
        self._version += 1


class Model:
    """A class of a package: what `fit` learns are attributes."""

    def __init__(self) -> None:
        self.rate, self.fitted, self.steps = 0.1, False, [("scale", {"mean": np.zeros(2)})]

    def fit(self) -> Model:
        """Learn."""
        self.weights, self.fitted = np.ones(3), True
        self.steps[0][1]["mean"][0] = 5
        return self

    @cached_property
    def size(self) -> int:
        """Is remembered when it is asked for."""
        return 3


class Slots:
    """Stores in slots only."""

    __slots__ = ("a", "b", "c")

    def __init__(self) -> None:
        self.a, self.b = [1], 2


class Items(list[Any]):
    """A list with attributes."""


class Pairs(dict[str, Any]):
    """A dict whose own ways are not used."""

    def __iter__(self) -> Any:
        raise AssertionError

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)


class Point(NamedTuple):
    """Cannot change, what it holds can."""

    tags: list[int]


class Table(pd.DataFrame):
    """As GeoDataFrame is: a table with an attribute of its own."""

    _metadata: ClassVar = ["unit"]
    unit: Any = None


class Quantity(np.ndarray[Any, Any]):
    """An array with an attribute."""

    unit = ""


def quantity() -> Any:
    """Three numbers in metres."""
    value = np.arange(3.0).view(Quantity)
    value.unit = "m"
    return value


def geography() -> Table:
    """A table in degrees."""
    value = Table({"a": [1, 2], "c": [["x"], ["y"]]})
    value.unit = {"c": "degrees"}
    return value


def dataset() -> xr.Dataset:
    """Two variables, an index, a label."""
    return xr.Dataset(
        {"t": (("x", "y"), np.arange(6.0).reshape(2, 3)), "u": ("x", [1, 2])},
        coords={"x": [10, 20], "lab": ("x", ["a", "b"])},
        attrs={"k": [1]},
    )


def levels() -> pd.DataFrame:
    """A table with two levels of index."""
    index = pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["p", "q"])
    return pd.DataFrame({"v": [1, 2]}, index=index)


def records() -> Any:
    """A structured array."""
    return np.array([(1, 2.0), (3, 4.0)], dtype=[("a", int), ("b", float)])


KINDS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "Dataset": (
        dataset,
        (
            "v['t'][0, 0] = 99", "v['z'] = v.t * 2", "del v['u']", "v.attrs['k'] = 2",
            "v.attrs['k'].append(3)", "v.attrs.clear()", "v.t.values[0, 0] = 5",
            "v.coords['x'] = [1, 2]", "v.t.loc[dict(x=10)] = 7",
            "v.update({'w': ('x', [5, 6])})", "v['t'] = v.t + 1; v['t'][0, 0] = 5",
            "v['lab'][0] = 'z'", "v.t.attrs['unit'] = 'm'",
        ),
    ),
    "DataArray": (
        lambda: dataset()["t"],
        (
            "v[0, 0] = 99", "v.values[0] = 5", "v.attrs['k'] = 2", "v.name = 'other'",
            "v.loc[dict(x=10)] = 7", "v += 1", "v.coords['n'] = ('x', [1, 2])",
            "v.values = np.zeros((2, 3))", "del v.coords['x']",
        ),
    ),
    "Tensor": (lambda: Tensor(np.arange(3.0)), ("v.add_(1)", "v[0] = 5")),
    "structured": (records, ("v['a'][0] = 9", "v[0] = (9, 9)", "v['b'] += 1")),
    "recarray": (lambda: records().view(np.recarray), ("v.a[0] = 9", "v.b = [5, 6]")),
    "objects": (
        lambda: np.array([[1], None], dtype=object),
        ("v[0] = 5", "v[1] = 3", "v[0].append(2)"),
    ),
    "masked": (
        lambda: np.ma.array([1, 2, 3], mask=[False, True, False]),
        ("v[0] = 5", "v[1] = 3", "v.mask = True"),
    ),
    "Series": (
        lambda: pd.Series([3, 2, 1], index=list("abc"), name="s"),
        (
            "v['a'] = 9", "v.iloc[0] = 5", "v.index = [1, 2, 3]", "v.name = 'x'",
            "v.sort_values(inplace=True)", "v.attrs['a'] = 1", "v['new'] = 4",
        ),
    ),
    "categories": (lambda: pd.Series(["a", "b"], dtype="category"), ("v[0] = 'b'",)),
    "renamed": (
        lambda: pd.DataFrame({"a": pd.Categorical(["x", "y"])}, index=pd.CategoricalIndex([1, 2])),
        (
            "v['a'] = v['a'].cat.rename_categories({'x': 'q'})",
            "v['a'] = v['a'].cat.as_ordered()", "v['a'] = v['a'].cat.add_categories(['z'])",
            "v.index = v.index.rename_categories({1: 5})",
        ),
    ),
    "times": (
        lambda: pd.DataFrame({"a": [1]}, index=pd.to_datetime(["2020-01-01"], utc=True)),
        (
            "v.index = v.index.tz_convert('Asia/Tokyo')", "v.index = v.index.asi8",
            "v.index = v.index.asi8.view('float64')",
        ),
    ),
    "Index": (lambda: pd.Index([1, 2], name="i"), ("v.name = 'j'", "v.names = ['k']")),
    "MultiIndex": (lambda: levels().index, ("v.names = ['a', 'b']",)),
    "levels": (
        levels,
        (
            "v.index.names = ['a', 'b']", "v.loc[(1, 'a'), 'v'] = 9",
            "v.reset_index(inplace=True)", "v.columns.name = 'c'",
        ),
    ),
    "zones": (
        lambda: pd.DataFrame(
            {"t": pd.to_datetime(["2020-01-01"]).tz_localize("UTC"), "n": pd.array([1], "Int64")}
        ),
        ("v.loc[0, 'n'] = 5", "v['t'] = v['t'].dt.tz_convert('Europe/Paris')"),
    ),
    "cells": (
        lambda: pd.DataFrame({"tags": [["a"], ["b"]], "n": [1, 2]}),
        ("v.at[0, 'tags'].append('c')", "v['tags'][1].clear()", "v.loc[0, 'tags'].extend('xy')"),
    ),
    "polars": (
        lambda: pl.DataFrame({"a": [1, 2]}),
        (
            "v[0, 'a'] = 5", "v.insert_column(0, pl.Series('z', [1, 2]))", "v.columns = ['q']",
            "v.drop_in_place('a')", "v.extend(v)",
        ),
    ),
    "polars.Series": (lambda: pl.Series("a", [1, 2]), ("v[0] = 9", "v.append(v)")),
    "nested": (
        lambda: {"a": [{1, 2}, {"b": (1, [2])}]},
        ("v['a'][0].add(3)", "v['a'].reverse()", "v['a'].clear()"),
    ),
    "model": (Model, ("v.fit()", "v.steps.append(1)", "v.rate = 5; del v.fitted")),
    "slots": (Slots, ("v.a.append(2)", "v.b = 5", "v.c = 1", "del v.a")),
    "list subclass": (lambda: Items([1, [2]]), ("v.append(3)", "v[1].append(3)", "v.name = 'n'")),
    "dict subclass": (lambda: Pairs(a=[1]), ("v['b'] = 2", "v['a'].append(2)", "v.clear()")),
    "NamedTuple": (lambda: Point([1]), ("v.tags.append(2)",)),
    "table subclass": (
        geography,
        (
            "v['z'] = 1", "v.loc[0, 'a'] = 9", "v.unit['c'] = 'm'", "v.unit = 3",
            "v.loc[0, 'c'].append('z')", "v.drop(columns='a', inplace=True)",
        ),
    ),
    "array subclass": (quantity, ("v[0] = 5", "v.unit = 'km'", "v.shape = (3, 1)")),
    "namespace": (lambda: SimpleNamespace(a=1, b=[1]), ("v.a = 5", "v.b.append(2)", "v.c = 1")),
    "UserDict": (lambda: UserDict(a=[1]), ("v['q'] = 1", "v['a'].append(2)")),
    "ChainMap": (lambda: ChainMap({"a": 1}, {"b": 2}), ("v['q'] = 1", "v.maps.pop()")),
    "numbers": (lambda: array("i", [1, 2]), ("v[0] = 5", "v.append(3)")),
    "text buffer": (lambda: StringIO("abc"), ("v.seek(0, 2); v.write('d')",)),
    "buffer": (lambda: BytesIO(b"abc"), ("v.truncate(1)",)),
    "Generator": (lambda: np.random.default_rng(1), ("v.random(3)",)),
    "RandomState": (lambda: np.random.RandomState(1), ("v.rand()", "v.seed(2)")),
    "Random": (lambda: random.Random(1), ("v.random()", "v.gauss(0, 1)")),  # noqa: S311 - no secret
    "shape": (
        lambda: np.arange(12).reshape(3, 4),
        ("v.shape = (4, 3)", "v.dtype = 'i4'; v[0] = 1"),
    ),
    "OrderedDict": (
        lambda: OrderedDict(a=1, b=2),
        ("v.update(q=1)", "v.move_to_end('a')", "v.popitem(last=False); v['a'] = 3"),
    ),
    "defaultdict": (lambda: defaultdict(list, a=[1]), ("v['q'].append(1)", "v['a'].append(2)")),
    "Counter": (lambda: Counter("aab"), ("v.update('zz')", "v.subtract('ab')")),
    "deque": (lambda: deque([1, [2]], maxlen=2), ("v.append(3)", "v[1].append(3)", "v.rotate()")),
    "set": (lambda: {1, 2}, ("v |= {3}", "v.clear()")),
    "tuple": (lambda: (1, [2]), ("v[1].append(3)",)),
}  # fmt: skip


def content(value: Any) -> str:
    """A text that is another one if the content is another one."""
    for classes, read in CONTENT:
        if isinstance(value, classes):
            return repr(read(value))
    names = [getattr(value, name, None) for name in ("name", "names", "attrs", "unit", "shape")]
    axes = [getattr(getattr(value, axis, None), "names", None) for axis in ("index", "columns")]
    kinds = (
        list(value.dtypes) if isinstance(value, pd.DataFrame) else getattr(value, "schema", None)
    )
    return repr((value, kinds, names, axes))


CONTENT: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Tensor, lambda value: value.array),
    ((xr.Dataset, xr.DataArray), lambda value: value.to_dict()),
    ((Model, SimpleNamespace), vars),
    (Slots, lambda value: {name: getattr(value, name, None) for name in Slots.__slots__}),
    (Pairs, dict.copy),
    ((StringIO, BytesIO), lambda value: (value.getvalue(), value.tell())),
    (np.random.Generator, lambda value: value.bit_generator.state),
    (np.random.RandomState, lambda value: value.get_state()),
    (random.Random, lambda value: value.getstate()),
)
