"""Methods of builtin types and of the packages that we know, by the tables of their kind."""

from __future__ import annotations

import ast
from dataclasses import replace

from copilot_nb.data.effects import methods, tables, world
from copilot_nb.data.effects.call import (
    Call,
    change_argument,
    into_outputs,
    reach_of_all,
    unknown_call,
    use_up,
)
from copilot_nb.data.effects.drawing import plotted
from copilot_nb.data.effects.outside import note_owner, note_writing
from copilot_nb.data.effects.sharing import COLUMN, OWN, copies_on_write
from copilot_nb.data.effects.texts import note_texts
from copilot_nb.data.effects.values import NONE, NOTHING, Value, cells_of


def of_library(call: Call, owner: Value) -> Value:
    """A method of a builtin or of a package that we know, or of who knows what."""
    note_texts(call, owner.kind, call.method)
    note_writing(call, owner)
    plotted(call, owner)
    into_outputs(call, owner.kind)
    if call.method in methods.ARGUMENT_METHODS:
        change_argument(call, methods.ARGUMENT_METHODS[call.method])
    sure = _changes_owner(call, owner)
    if sure is not None:
        call.walk.change(owner, sure=sure)
        if owner.kind == "matplotlib" and call.method in {"clf", "clear"}:
            call.walk.change(replace(owner, live=NOTHING))  # what stands on a figure, too
        owner.keep(reach_of_all(call))
        use_up(call)
    elif not owner.kind:
        _guessed(call, owner)
    elif owner.kind not in tables.TRUSTED:
        return unknown_call(call)
    return _method_result(call, owner)


def of_some_class(call: Call) -> Value:
    """`type(xs).append(xs, 1)`: a method of a class that is not known."""
    if call.method not in methods.MUTATING_GUESS:
        return unknown_call(call)
    for value in call.values[:1]:
        call.walk.change(value, sure=False)
    return Value()


def of_file(call: Call, owner: Value) -> Value | None:
    """A method of a path or an open file."""
    name = call.method
    if owner.kind == "pathlib" and name in world.PATH_METHODS:
        note_owner(call, world.PATH_METHODS[name])
        return Value(kind="str" if name.startswith("read") else "pathlib")
    if owner.kind not in FILE_KINDS:
        return None
    if name not in world.FILE_METHODS:
        return Value()
    if owner.exact:  # of one that the code opens itself it has been said
        if owner.cls not in {"_io.StringIO", "_io.BytesIO"}:
            note_owner(call, world.FILE_METHODS[name])
        call.walk.change(owner)
    return Value(kind="list" if name == "readlines" else "str")


FILE_KINDS = {"file", "io", "zipfile", "gzip"}


def _changes_owner(call: Call, owner: Value) -> bool | None:
    """Whether the object surely (True) or perhaps (False) changes; None when it does not."""
    class_name = type(owner.live).__name__ if owner.exact else ""
    if methods.changes(owner.kind, call.method, class_name):
        return True
    if owner.cls == COLUMN and "inplace" in call.named:
        return None  # what knows the word is a column, not one of its cells
    if call.flag("inplace") or call.flag("in_place"):
        return True
    if owner.kind == "pandas" and call.flag("inplace") is None:
        return False
    return None


def _guessed(call: Call, owner: Value) -> None:
    """A method of a value of a kind that is not known: by its name."""
    if call.method in methods.MUTATING_GUESS:
        call.walk.change(owner, sure=False)
        owner.keep(reach_of_all(call))
    elif not (call.method in _HARMLESS or call.method.startswith(("to_", "read_", "get_"))):
        unknown_call(call)


_HARMLESS = frozenset(
    name
    for cls in (str, bytes, int, float, list, dict, set, tuple, frozenset, complex, range)
    for name in dir(cls)
    if name not in methods.MUTATING_GUESS and not name.startswith("__")
) | methods.words("""
    mean sum std var min max median quantile describe head tail value_counts nunique isna isnull
    notna notnull any all astype reset_index set_index sort_values sort_index groupby agg apply
    map query assign merge join drop dropna fillna rename corr abs round unique cumsum diff shift
    rolling resample iloc loc shape plot hist year month day hour date time strftime total_seconds
    isoformat weekday dayofweek tolist item reshape ravel flatten dot group groups span start end
    match search findall finditer
""")  # fmt: skip


def _method_result(call: Call, owner: Value) -> Value:
    name = call.method
    if owner.kind in tables.FRAMES:
        return _table_of(call, owner)
    if name == "copy":
        return Value(kind=owner.kind, holds=owner.holds | owner.stored)
    if owner.kind == "matplotlib" and (name in methods.ARTISTS or not name.startswith("get_")):
        return Value(kind=owner.kind, shares=owner.reach, holds=owner.reach)
    if owner.kind in tables.PLAIN - {"tuple"}:
        return Value(kind=owner.kind if owner.kind != "str" else _STR_RESULTS.get(name, "str"))
    if name in methods.HOLDING or not owner.kind:
        kind = owner.kind if owner.kind == "collections" else ""
        return Value(kind=kind, shares=owner.reach, holds=owner.reach | reach_of_all(call))
    return Value(kind=owner.kind if owner.kind not in {"list", "dict", "set"} else "",
                 holds=owner.holds | owner.stored)  # fmt: skip


def _table_of(call: Call, owner: Value) -> Value:
    """What a table's method makes of it: a view, a copy that has its cells, other values."""
    name, reach = call.method, owner.reach | reach_of_all(call)
    if name in {"ravel", "flatten", "reshape", "squeeze", "tolist"} and cells_of(owner.live):
        return owner
    if name in {"pipe", "get"} and owner.kind != "pandas":
        return Value(kind=owner.kind, shares=reach, holds=reach)
    if owner.kind == "xarray":
        return _array_of(call, owner, reach)
    if copies_on_write(owner.kind):
        shares = owner.shares if name in OWN and call.flag("copy") is not True else NONE
        cells = owner.inner | call.walk.live.inside(reach)
        return Value(kind=owner.kind, shares=shares, holds=cells)
    if name in methods.VIEWS:
        return Value(kind=owner.kind, shares=owner.reach, holds=owner.reach)
    return Value(kind=owner.kind, holds=call.walk.live.inside(reach))


def _array_of(call: Call, owner: Value, reach: frozenset[str]) -> Value:
    """The same of xarray: of a dataset what is in it is shared, of an array itself."""
    if call.method in {"to_pandas", "to_series"} and copies_on_write("pandas"):
        return Value(kind="pandas")
    copies = _is_deep(call, owner) and (call.method == "copy" or "copy" not in call.named)
    if call.method not in methods.XARRAY_VIEWS and copies:
        return Value(kind=owner.kind)
    made = {"to_dataset": "Dataset", "to_array": "DataArray", "to_dataarray": "DataArray"}
    cls = made.get(call.method, owner.cls)
    shares = NONE if "Dataset" in (cls, owner.cls) else owner.shares
    return Value(kind=owner.kind, shares=shares, holds=reach, cls=cls)


def _is_deep(call: Call, owner: Value) -> bool:
    """Whether a copy of xarray's has data of its own; a dataset's has not, if nothing is said."""
    if call.method != "copy":
        return True
    if call.node.args or "deep" in call.named or call.rest:
        first = call.node.args[0] if call.node.args else None
        said = isinstance(first, ast.Constant) and bool(first.value)
        return said or call.flag("deep") is True
    return owner.cls == "DataArray"


_STR_RESULTS = {"split": "list", "rsplit": "list", "splitlines": "list", "partition": "tuple",
                "rpartition": "tuple", "encode": "bytes", "find": "int", "count": "int",
                "startswith": "bool", "endswith": "bool", "index": "int"}  # fmt: skip
