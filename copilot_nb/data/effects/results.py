"""What functions return, as far as their name tells it."""

from __future__ import annotations

from copilot_nb.data.effects import methods, tables
from copilot_nb.data.effects.call import Call, reach_of_all, unknown
from copilot_nb.data.effects.parts import element
from copilot_nb.data.effects.sharing import copies_on_write
from copilot_nb.data.effects.values import NONE, Value

_BUILT = {"list", "tuple", "set", "frozenset", "dict", "sorted", "reversed", "zip", "enumerate",
          "map", "filter", "iter", "next", "min", "max", "getattr", "sum", "slice",
          "anext", "aiter", "memoryview"}  # fmt: skip
"""Builtins whose result holds what they are given."""


_KINDS = {"sorted": "list", "len": "int", "input": "str", "repr": "str", "format": "str",
          "round": "float", "abs": "float", "any": "bool", "all": "bool", "isinstance": "bool",
          "hash": "int", "id": "int", "print": "NoneType", "open": "file", "ord": "int",
          "chr": "str", "hasattr": "bool", "callable": "bool", "sum": "float",
          "type": "type"}  # fmt: skip


_SAME = {"next", "min", "max", "memoryview", "anext"}
"""Builtins whose result is what they are given, or a part of it."""


_DATASETS = {"Dataset", "merge", "align", "broadcast", "combine_by_coords", "unify_chunks"}
"""Functions of xarray whose results hold the variables that they are given."""


_HOLDING = {"collections", "itertools", "functools", "operator", "types", "contextlib"}
"""Packages whose functions make containers and wrappers of what they are given."""


def result_of(call: Call, path: str) -> Value:
    """What is known of a function's result."""
    root, _, name = path.rpartition(".")
    if path == "builtins.type" and len(call.values) > 1:
        unknown(call.walk, "type")
    if path in {"builtins.zip", "builtins.enumerate"} and not call.rest:
        parts = [element(call.walk, value) for value in call.values]
        parts = [Value(kind="int"), *parts[:1]] if name == "enumerate" else parts
        held = NONE.union(*(part.reach for part in parts))
        each = Value(kind="tuple", items=tuple(parts), holds=held)
        return Value(kind=name, holds=reach_of_all(call), yields=each)
    if path.startswith("builtins."):
        kind = _KINDS.get(name, name)
        if name in _BUILT:
            return Value(kind="" if name in {"next", "getattr", "min", "max"} else kind,
                         holds=reach_of_all(call),
                         shares=reach_of_all(call) if name in _SAME else NONE)  # fmt: skip
        return Value(kind=kind, holds=reach_of_all(call) if root != "builtins" else NONE)
    if root.startswith("copy"):
        first = call.values[0] if call.values else Value()
        return Value(kind=first.kind, holds=NONE if name == "deepcopy" else first.reach)
    return _of_package(call, path)


def _of_package(call: Call, path: str) -> Value:
    kind, name, reach = path.partition(".")[0], path.rpartition(".")[2], reach_of_all(call)
    if kind == "xarray" and name in _DATASETS:
        return Value(kind=kind, holds=reach, cls="Dataset")
    views = name in methods.VIEWING_FUNCTIONS and not (path == "numpy.array" and not call.named)
    if path == "collections.namedtuple":
        return Value(path=f"{path}()", kind="type")
    if kind in _HOLDING or (views and ("copy" in call.named or not copies_on_write(kind))):
        return Value(kind="" if kind == "types" else kind, shares=reach, holds=reach, cls=name)
    cells = kind in tables.FRAMES - {"xarray"}
    return Value(kind=kind, holds=call.walk.live.inside(reach) if cells else NONE, cls=name)
