"""What changed in place is seen and comes back, for every kind of object that a notebook holds."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
import xarray as xr

from tests.unit.data.lazy import lazy_variable
from tests.unit.kernel.kinds import KINDS, Tensor, content, dataset
from tests.unit.kernel.test_journal import Notebook

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = [(kind, code) for kind, (_, codes) in KINDS.items() for code in codes]


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of that name whose tensor is ours."""
    module = ModuleType("torch")
    module.Tensor = Tensor  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setattr(Tensor, "__module__", "torch")
    monkeypatch.setitem(sys.modules, "torch", module)


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


def test_objects_in_fields_are_not_taken_for_read() -> None:
    """What they hold is elsewhere."""
    cells = np.zeros(2, dtype=[("a", "O"), ("b", "i4")])
    cells["a"][0] = [1]
    notebook = Notebook(cells=cells)

    run = notebook.run("cells['a'][0].append(2)")

    assert run.lines == ("`cells` may have changed: it was not compared whole",)
    (told,) = notebook.undo()
    assert told.endswith("but for what is stored in its fields: that is not copied.")


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
