"""What agent code changed, and how much of it comes back."""

from __future__ import annotations

import types
import warnings
from collections import ChainMap, OrderedDict, defaultdict
from io import StringIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot_nb.data.effects.analysis import consequences
from copilot_nb.kernel.journal import Journal, Run
from tests.unit.data.effects.scratch import frozen
from tests.unit.kernel.kinds import Items, Model, Point, Slots, content, geography


class Notebook:
    """A namespace whose code is written down."""

    def __init__(self, **names: Any) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__", "np": np, "pd": pd, **names}
        self.journal = Journal(self.visible, self.names)

    def visible(self) -> dict[str, Any]:
        """The user's names."""
        return {k: v for k, v in self.names.items() if not k.startswith("_")}

    def run(self, code: str, call: str = "") -> Run:
        """Run agent code."""
        snapshot = self.journal.before(consequences(code, self.names))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas advises against changes in place
            try:
                exec(code, self.names)  # noqa: S102 - written in these tests
            except Exception as error:  # noqa: BLE001 - then that is how the run ended
                self.error = error
        run = self.journal.after(snapshot)
        run.tool_call_id = call
        return run

    def undo(self, call: str | None = None) -> tuple[str, ...]:
        """Take it back."""
        return self.journal.undo(call)


def table() -> pd.DataFrame:
    """A small table."""
    return pd.DataFrame({"a": [1.0, 2.0, 3.0], "c": ["x", None, "z"]})


def test_names_come_back_with_their_objects() -> None:
    """Rebound and deleted names have the very same objects again; new names are gone."""
    df, tmp = table(), [1]
    notebook = Notebook(df=df, tmp=tmp)

    run = notebook.run("df = df.dropna(); worst = df.head(1); del tmp\nimport json")
    told = notebook.undo()

    assert run.lines == (
        "`df` 3 × 2 → 2 × 2",
        "deleted `tmp`",
        "new `worst` (1 × 2)",
    )
    assert run.undoable is False
    assert notebook.names["df"] is df
    assert notebook.names["tmp"] is tmp
    assert "worst" not in notebook.names
    assert notebook.names["json"].__name__ == "json"
    assert told == ("`df` is back: 3 × 2.", "`tmp` is back: 1 item.", "`worst` is gone again.")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (table, "v['z'] = 1"),
        (table, "v.drop(columns='a', inplace=True)"),
        (table, "v.loc[0, 'a'] = 9.0; v.columns = ['p', 'q']"),
        (lambda: table()["a"], "v[0] = 9"),
        (lambda: np.arange(6).reshape(2, 3), "v[0, 0] = 9; v.sort()"),
        (lambda: [3, [1]], "v.append(1); v[1].append(2); v.reverse()"),
        (lambda: {"a": [1], "b": {2}}, "v['a'].append(3); v['b'].clear(); v['c'] = 1; del v['a']"),
        (lambda: {1, 2}, "v.add(3); v.discard(1)"),
        (lambda: bytearray(b"ab"), "v.append(1)"),
        (lambda: [table()], "v[0]['z'] = 1"),
    ],
)  # fmt: skip
def test_changes_in_place_come_back_in_the_same_object(make: Any, code: str) -> None:
    """What else refers to the object sees the old content again."""
    value = make()
    notebook = Notebook(v=value, holder=[value])
    before = frozen(value)

    run = notebook.run(code)
    offered = run.undoable
    told = notebook.undo()

    assert offered
    assert frozen(notebook.names["holder"]) == ("list", [before])
    assert notebook.names["v"] is value
    assert told[0].startswith("`v`"), told


def test_views_come_back_with_their_array() -> None:
    """An array's view is the same memory."""
    array = np.arange(6)
    notebook = Notebook(array=array, view=array[2:])

    notebook.run("view[:] = 0")
    notebook.undo()

    assert array.tolist() == [0, 1, 2, 3, 4, 5]


def test_instances_of_the_users_classes_come_back() -> None:
    """Their stored attributes are copied; their code is not run."""
    notebook = Notebook()
    notebook.run("class Box:\n    def __init__(self):\n        self.items = [1]\nbox = Box()")

    notebook.run("box.items.append(2); box.side = 3")
    notebook.undo()

    assert vars(notebook.names["box"]) == {"items": [1]}


def test_polars_frames_are_bound_anew() -> None:
    """They cannot be filled in place: the name gets what the frame was."""
    notebook = Notebook(v=pl.DataFrame({"a": [1, 2]}))

    notebook.run("v[0, 'a'] = 5")
    notebook.undo()

    assert notebook.names["v"].to_dict(as_series=False) == {"a": [1, 2]}


def test_what_was_not_foreseen_is_named() -> None:
    """A change that the analysis could not see is found afterwards, and said to stay."""
    hidden = [1]
    notebook = Notebook(values=hidden, module=types.SimpleNamespace(change=hidden.append))

    run = notebook.run("getattr(module, 'chan' + 'ge')(2)")

    assert run.lines == ("`values` 1 item → 2 items",)
    assert not run.undoable
    assert notebook.undo() == (
        "`values` stays changed: no copy was kept, the change was not foreseen.",
    )


def test_what_is_too_large_is_not_copied() -> None:
    """The limit holds, and undo says that it was the reason."""
    notebook = Notebook(array=np.zeros(2_000_000))
    notebook.journal.megabytes = 1

    run = notebook.run("array[0] = 1")

    assert not run.undoable
    assert notebook.undo() == ("`array` stays changed: 16 MB are more than the limit.",)


def test_what_changed_since_is_left_alone() -> None:
    """The user's own later work wins, name by name."""
    notebook = Notebook(x=1, y=2, z=[1], gone=3)
    notebook.run("x = 10; y = 20; z.append(2); made = 1; gone = 4")
    notebook.names["x"] = 11
    notebook.names["z"].append(3)
    notebook.names["made"] = 2
    del notebook.names["gone"]

    told = notebook.undo()

    assert set(told) == {
        "`z` was changed since: left as it is.",
        "`x` was changed since: left as it is.",
        "`gone` was changed since: left as it is.",
        "`made` was changed since: left as it is.",
        "`y` is back.",
    }
    assert (notebook.names["x"], notebook.names["y"], notebook.names["z"]) == (11, 2, [1, 2, 3])


def test_runs_are_taken_back_newest_first_or_by_name() -> None:
    """Without a name it is the last that was not undone; each can be undone once."""
    notebook = Notebook(x=1)
    notebook.run("x = 2", "one")
    notebook.run("x = 3", "two")

    assert notebook.undo() == ("`x` is back.",)
    assert notebook.names["x"] == 2
    assert notebook.undo("two") == ("There is nothing to undo.",)
    assert notebook.undo() == ("`x` is back.",)
    assert notebook.undo() == ("There is nothing to undo.",)
    assert notebook.names["x"] == 1


def test_code_that_failed_can_be_taken_back() -> None:
    """What it had done before the error counts."""
    notebook = Notebook(xs=[1])

    run = notebook.run("xs.append(2); y = 1; 1 / 0; z = 1")
    notebook.undo()

    assert run.lines == ("`xs` 1 item → 2 items", "new `y`" + " (int)")
    assert notebook.names["xs"] == [1]
    assert "y" not in notebook.names


def test_runs_that_change_nothing_are_not_kept() -> None:
    """Looking leaves no entry; setting a number to what it was is no change."""
    notebook = Notebook(x=1, df=table())

    run = notebook.run("df.head(); x = 1")

    assert run.changes == ()
    assert notebook.journal.runs == []


def test_earlier_runs_make_room() -> None:
    """Objects of old runs are let go when they take more than the limit; the newest stays."""
    notebook = Notebook(array=np.zeros(1_000_000))
    notebook.journal.megabytes = 10
    for _ in range(3):
        notebook.run("array = array + 1")

    assert len(notebook.journal.runs) == 1
    assert notebook.journal.runs[0].size == 8_000_000
    notebook.undo()
    assert notebook.names["array"][0] == 2


EDITS = (
    "df['n{i}'] = {i}", "df = df[df['a'] > {i}]", "df.drop(columns=df.columns[0], inplace=True)",
    "df.loc[len(df)] = [{i}] * df.shape[1]", "df = None", "del df", "xs.append({i})", "xs = xs[1:]",
    "xs.sort(key=str)", "xs.clear()", "xs += [{i}]", "d['k{i}'] = xs", "d['deep']['x'].append({i})",
    "d.pop('deep', None)", "d = dict(d)", "arr += {i}", "arr = arr * 2", "arr[0] = {i}",
    "y{i} = df", "y = xs; y.append({i})", "alias['z'] = {i}",
    "view[:] = {i}", "xs, d = d, xs", "d.get('k0', []).clear()",
    "n = n + {i}", "st.add({i}); st.discard(1)", "1 / 0", "d['self'] = d", "exec('n = {i}')",
    "np.random.default_rng({i}).shuffle(arr)", "xs[0].append({i})",
    "del xs[0], d['deep']",
    "s['k{i}'] = {i}", "s.name = 'n{i}'", "s.index = list(s.index)[::-1]", "ix.names = ['n{i}']",
    "pf[0, 'a'] = {i}", "pf = pf.head({i})", "pf.columns = ['z{i}']", "t = t.slice({i})",
    "ds['t'][{i} % 2] = {i}", "ds['n{i}'] = ds.t + {i}", "del ds['t']", "ds.attrs['k'] = {i}",
    "da[0] = {i}", "da.attrs['k'] = [{i}]", "da = da + {i}", "part[:] = {i}",
    "rec['a'][0] = {i}", "rec[1] = ({i}, {i})", "rec['b'] += {i}",
    "box.tags.append({i})", "box.x = xs", "box.inner.x = {i}", "box = box.inner", "del box.tags",
    "nest['a'][0].add({i})", "nest['a'][1]['b'][1].append({i})", "nest['a'] = nest['a'][::-1]",
    "for b in (box, box.inner):\n    b.x = {i}", "held[0][1].append({i})", "held[0][0]['k'] = {i}",
    "ds.attrs['list'].append({i})",
    "od['k{i}'] = {i}", "od.move_to_end(next(iter(od)))", "od.clear()", "geo['z'] = {i}",
    "groups['k{i}'].append({i})", "ns.a = xs", "ns.b.append({i})", "model.fit()", "rng.random()",
    "model.steps[0][1]['mean'][0] = {i}", "model.rate = model", "del model.rate",
    "models['one'].steps.append({i})", "models['k{i}'] = model", "geo.unit['c'] = {i}",
    "geo.loc[0, 'a'] = {i}", "arr.shape = (2, 3)", "arr.flags.writeable = False", "Box.k = {i}",
    "Box.k = xs; Box.k.append({i})", "slots.a.append({i})", "slots.b = {i}", "items.append({i})",
    "items.name = xs", "chain['q'] = {i}",
    "part[0] = {i}; ds['t'] = ds.t * 2", "point.tags.append({i})", "buffer.write('{i}')",
)  # fmt: skip
edits = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 3)), min_size=1, max_size=5).map(
    lambda chosen: "\n".join(edit.format(i=i) for edit, i in chosen)
)


@settings(
    max_examples=min(60, settings().max_examples),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(code=edits, more=edits)
def test_undo_restores_or_says_that_it_could_not(code: str, more: str) -> None:
    """Over random edits: after undo each name is what it was, or a line names it."""
    notebook = _some_of_everything()
    before = {name: _content(value) for name, value in notebook.visible().items()}
    runs = [notebook.run(code, "one"), notebook.run(more, "two")]

    told = [*notebook.undo("two"), *notebook.undo("one")]

    failed = " ".join(line for line in told if " is back" not in line and "gone" not in line)
    after = {name: _content(value) for name, value in notebook.visible().items()}
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name):
            assert f"`{name}`" in failed, (name, told, [run.lines for run in runs])


BOX = "class Box: pass\nbox = Box(); box.inner = Box(); box.tags = [1]; box.inner.x = 1"


def _some_of_everything() -> Notebook:
    df, array = table(), np.arange(6)
    data = xr.Dataset({"t": ("i", [1.0, 2.0])}, {"i": [7, 8]}, {"list": [1]})
    notebook = Notebook(
        df=df, alias=df, arr=array, view=array[2:], xs=[[3], 1, 2], d={"deep": {"x": [1]}}, n=1,
        st={1, 2}, s=pd.Series([1, 2], index=["a", "b"]), ix=pd.Index([1, 2]), ds=data,
        da=xr.DataArray([1, 2], dims="i", attrs={"k": [0]}), part=data["t"].values,
        pf=pl.DataFrame({"a": [1, 2]}), t=pa.table({"a": [1, 2, 3]}),
        rec=np.array([(1, 2.0), (3, 4.0)], dtype=[("a", int), ("b", float)]),
        nest={"a": [{1, 2}, {"b": (1, [2])}]}, held=[({"k": 0}, [1])], od=OrderedDict(a=1, b=2),
        groups=defaultdict(list), ns=SimpleNamespace(a=1, b=[1]), model=Model(),
        models={"one": Model()}, geo=geography(), rng=np.random.default_rng(1), slots=Slots(),
        items=Items([1]), chain=ChainMap({"a": 1}), point=Point([1]), buffer=StringIO("abc"),
    )  # fmt: skip
    exec(BOX, notebook.names)  # noqa: S102 - written here
    return notebook


def _content(value: Any) -> str:  # noqa: PLR0911 - a case per kind
    match value:
        case types.ModuleType() | type():
            return "module or class"
        case pl.DataFrame():
            return repr(value.to_dict(as_series=False))
        case pa.Table():
            return repr(value.to_pydict())
        case pd.Series() | pd.Index():
            return repr((value.tolist(), value.name, getattr(value, "index", None)))
        case dict() if "self" in value:
            return "cyclic"
        case _ if type(value).__name__ in ("Box", "Model", "SimpleNamespace"):
            own = (type(value), getattr(type(value), "k", None), vars(value))
            return repr(own[:2]) + repr({n: _short(part) for n, part in own[2].items()})
        case xr.Dataset() | xr.DataArray() | Slots() | Items() | np.random.Generator() | StringIO():
            return content(value)
    return repr(frozen(value))


def _short(value: Any) -> str:
    """A value in an object: not what objects in it hold, which may be itself."""
    return type(value).__name__ if type(value).__name__ == "Model" else _content(value)


@pytest.mark.parametrize(
    "code", ["for p in points:\n    p.x = 0", "points[0].tags.append(1)", "holder.point.x = 0"]
)
def test_objects_within_objects_come_back(code: str) -> None:
    """Of the notebook's own classes, in containers and in each other."""
    notebook = Notebook()
    notebook.run(
        "class Point:\n    def __init__(self, x):\n        self.x, self.tags = x, []\n"
        "class Holder: pass\n"
        "points = [Point(1), Point(2)]\nholder = Holder()\nholder.point = points[0]"
    )
    points = notebook.names["points"]

    notebook.run(code)
    told = notebook.undo()

    assert [(p.x, p.tags) for p in points] == [(1, []), (2, [])]
    assert notebook.names["points"][0] is points[0]
    assert not [line for line in told if "in part" in line]


def test_what_objects_hold_counts_as_memory() -> None:
    """An object is small, the array in it is not."""
    notebook = Notebook()
    notebook.run("class Box: pass\nbox = Box()\nbox.a = np.zeros(1_000_000)\nboxes = [box]")
    notebook.journal.megabytes = 1

    notebook.run("boxes[0].a[0] = 1")

    assert all("more than the limit" in line for line in notebook.undo())
