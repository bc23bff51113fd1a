"""What changed in place is seen and comes back, for every kind of object that a notebook holds."""

from __future__ import annotations

import random
import sys
import threading
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from functools import cached_property
from io import BytesIO, StringIO
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
import xarray as xr

from tests.unit.data.lazy import lazy_variable
from tests.unit.kernel.test_journal import Notebook

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


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of that name whose tensor is ours."""
    module = ModuleType("torch")
    module.Tensor = Tensor  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setattr(Tensor, "__module__", "torch")
    monkeypatch.setitem(sys.modules, "torch", module)


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
CASES = [(kind, code) for kind, (_, codes) in KINDS.items() for code in codes]


def content(value: Any) -> str:
    """A text that is another one if the content is another one."""
    for classes, read in CONTENT:
        if isinstance(value, classes):
            return repr(read(value))
    names = [getattr(value, name, None) for name in ("name", "names", "attrs", "unit", "shape")]
    axes = [getattr(getattr(value, axis, None), "names", None) for axis in ("index", "columns")]
    return repr((value, getattr(value, "schema", None), names, axes))


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


@pytest.mark.parametrize(("kind", "code"), CASES)
def test_a_change_in_place_is_seen_and_comes_back(kind: str, code: str) -> None:
    """In the same object, and in the container that holds it."""
    value = KINDS[kind][0]()
    notebook = Notebook(v=value, holder=[value], xr=xr, pl=pl)
    before = content(value)

    run = notebook.run(code)
    changed = content(notebook.names["v"])
    told = notebook.undo()

    assert not hasattr(notebook, "error")
    assert changed != before
    assert run.lines[0].startswith("`v` ")
    assert notebook.names["v"] is value
    assert content(value) == before
    assert [line for line in told if " is back" not in line or "part" in line] == []


@pytest.mark.parametrize("make", [dataset, lambda: dataset()["t"], lambda: pa.table({"a": [1]})])
def test_another_object_under_the_name_goes_back(make: Callable[[], Any]) -> None:
    """What is bound anew needs no copy."""
    value = make()
    notebook = Notebook(v=value)

    run = notebook.run("v = v[:0] if hasattr(v, 'slice') else v + 1")
    told = notebook.undo()

    assert run.lines[0].startswith("`v` ")
    assert notebook.names["v"] is value
    assert told[0].startswith("`v` is back")


def test_a_dataset_tells_its_variables() -> None:
    """As a table tells its columns."""
    notebook = Notebook(v=dataset())

    run = notebook.run("v['gap'] = v.u * 2; del v['t']")

    assert run.lines == ("`v` x: 2 × y: 3 → x: 2, + `gap`, − `t`",)


@pytest.mark.parametrize(
    ("value", "code", "why"),
    [
        (xr.Dataset({"t": ("x", np.zeros(200_000))}), "v['t'][0] = 1", "2 MB are more than"),
        (xr.DataArray(np.zeros(200_000)), "v[0] = 1", "2 MB are more than"),
        (Tensor(np.zeros(3), "cuda:0"), "v.add_(1)", "values of Tensor are not copied"),
        (Tensor(np.zeros(200_000)), "v.add_(1)", "2 MB are more than"),
    ],
)
def test_what_no_copy_was_kept_of_is_said(value: Any, code: str, why: str) -> None:
    """Too large, not foreseen, on a device: seen, and said to stay."""
    notebook = Notebook(v=value)
    notebook.journal.megabytes = 1

    run = notebook.run(code)

    assert run.lines == ("`v` changed",)
    (told,) = notebook.undo()
    assert told.startswith("`v` stays changed: ")
    assert why in told


def test_what_is_held_elsewhere_comes_back_as_itself() -> None:
    """A list in a dict is still the list that has a name of its own."""
    notebook = Notebook(xs=[1], d={})
    notebook.names["d"]["deep"] = {"xs": notebook.names["xs"]}
    deep = notebook.names["d"]["deep"]

    notebook.run("d['deep']['xs'].append(2); d['deep'] = 3")
    notebook.undo()

    assert notebook.names["d"]["deep"] is deep
    assert deep["xs"] is notebook.names["xs"]
    assert notebook.names["xs"] == [1]


def test_views_of_a_dataset_come_back_with_it() -> None:
    """An array taken out of it, and a variable of it, are the same memory."""
    data = dataset()
    notebook = Notebook(data=data, part=data["t"], array=data["t"].values)

    notebook.run("data['t'][0, 0] = 99")
    told = notebook.undo()

    assert notebook.names["array"][0, 0] == 0
    assert float(notebook.names["part"][0, 0]) == 0
    assert [line for line in told if " is back" not in line] == []


def test_what_is_not_in_memory_is_not_loaded() -> None:
    """Neither compared nor copied."""
    notebook = Notebook(v=xr.Dataset({"t": lazy_variable()}))

    run = notebook.run("v.attrs['k'] = 1")

    assert run.lines == ("`v` changed",)
    assert notebook.undo()[0].startswith("`v` is back")
    assert notebook.names["v"].attrs == {}


def test_many_texts_in_an_array_of_objects_are_copied() -> None:
    """They cannot change themselves, and count for nothing."""
    notebook = Notebook(v=np.array(["text"] * 300_000, dtype=object))

    notebook.run("v[0] = 'other'")

    assert notebook.undo() == ("`v` is back: 300000.",)


def test_a_class_that_cannot_be_measured_is_no_hindrance() -> None:
    """The run goes on; what came of it is said."""
    notebook = Notebook(i=pd.Index([1, 2]))
    notebook.run("class Odd(pd.Series):\n    memory_usage = nbytes = None\nv = Odd([1, 2])")

    run = notebook.run("v[0] = 5")

    assert run.lines
    assert "`v`" in notebook.undo()[0]


def test_what_was_only_computed_is_no_change() -> None:
    """An attribute that is remembered when it is read first."""
    notebook = Notebook(v=Model())

    run = notebook.run("v.size")

    assert run.lines == ()


def test_a_class_comes_back_with_its_object() -> None:
    """What a method stores in its class is part of the change."""
    notebook = Notebook()
    notebook.run(
        "class Net:\n    made = 0\n    names = []\n"
        "    def fit(self):\n        Net.made += 1\n        self.names.append(1)\n"
        "        self.w = 1\n        Net.late = 2\nnet = Net()"
    )
    net = notebook.names["Net"]

    run = notebook.run("net.fit()")
    told = notebook.undo()

    assert run.lines == ("`Net` changed", "`net` changed")
    assert (net.made, net.names, hasattr(net, "late")) == (0, [], False)
    assert told == ("`Net` is back.", "`net` is back.")


def test_a_class_comes_back_by_itself() -> None:
    """Where code changes only the class."""
    notebook = Notebook()
    notebook.run("class Net:\n    made = 0\n    def get(self):\n        return 1")
    net = notebook.names["Net"]

    notebook.run("Net.made = 99; Net.get = None")
    told = notebook.undo()

    assert (net.made, net().get()) == (0, 1)
    assert told == ("`Net` is back.",)


def test_what_cannot_be_read_is_said_to_be_unsure() -> None:
    """A foreseen change of an object whose content is elsewhere is not passed over."""
    notebook = Notebook(it=iter([1, 2]))

    run = notebook.run("next(it)")

    assert run.lines == ("`it` may have changed: it was not compared whole",)
    assert not run.undoable
    assert notebook.undo() == ("`it` may stay changed: values of list_iterator are not copied.",)


def test_what_is_not_back_of_an_object_is_said() -> None:
    """Its attributes are; the inside of what they hold may not be."""
    model = Model()
    model.tree = iter([1, 2])  # type: ignore[attr-defined]  # as one that was fitted
    notebook = Notebook(v=model)

    notebook.run("v.fit(); next(v.tree)")

    assert notebook.undo() == (
        "`v` is back, but for what is stored in its list_iterator: that is not copied.",
    )
    assert not model.fitted


def test_what_is_in_use_is_not_put_back() -> None:
    """A package's object with a lock belongs to threads, too."""
    model = Model()
    model.lock = threading.Lock()  # type: ignore[attr-defined]  # as a connection has
    notebook = Notebook(v=model)

    notebook.run("v.fit()")

    assert notebook.undo() == ("`v` stays changed: it holds what is no data (_thread.lock).",)


def test_an_array_of_another_size_comes_back_as_a_copy() -> None:
    """Its memory is gone: what else holds it is told to keep the other one."""
    notebook = Notebook(v=np.arange(4.0), holder=[])
    notebook.names["holder"].append(notebook.names["v"])

    notebook.run("v.resize((2,), refcheck=False)")
    told = notebook.undo()

    assert notebook.names["v"].tolist() == [0, 1, 2, 3]
    assert any("`v` is back: 4; it is a copy: what else holds" in line for line in told)
