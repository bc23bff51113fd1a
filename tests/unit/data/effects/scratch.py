"""A namespace with some of everything, and what it is at one moment, to be compared."""

from __future__ import annotations

import linecache
from collections import Counter, OrderedDict, deque
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.unit.data.effects import libraries

if TYPE_CHECKING:
    from pathlib import Path

SETUP = """
import asyncio, bisect, copy, functools, heapq, importlib, json, logging, os, pickle, random
import shutil, socket, subprocess, sys, threading, time, urllib.request, warnings
from collections import Counter, deque
from pathlib import Path

import numpy as np
import pandas as pd

n, s, t = 5, "a,b", (1, 2)
xs, st = [3, 1, 2], {1, 2}
df = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4, 5, 6], "c": ["x", "y", "x"]})
alias = df
frame2 = pd.DataFrame({"a": [1], "b": [2]})
arr = np.arange(6)
view = arr[2:]
mat = np.zeros((2, 2))
inner = [7]
d = {"k": [1], "frame": frame2}
nested = {"deep": {"list": [1], "frame": pd.DataFrame({"a": [1], "b": [2]})}}
dq, counter = deque([1, 2]), Counter("aab")
it = iter([1, 2, 3])
rng = np.random.default_rng(1)
total = 0


def count_rows(frame):
    return len(frame)


def pure(values):
    values = list(values)
    values.append(1)
    return values


def spoil(frame):
    frame["spoilt"] = 1


def fill(q):
    for i in range(2):
        q.append(i)


def outer():
    fill(xs)


def set_total():
    global total
    total = 3


def loud(function):
    def wrapper(*args):
        return function(*args)
    return wrapper


@loud
def decorated(q):
    q.append(1)


def make():
    kept = xs
    def append(value):
        kept.append(value)
    return append


closure_append = make()


def piling(q, pile=[]):
    pile.append(q)


def counter_of(counts):
    def count():
        counts.append(1)
    return count


counting = counter_of([])


class Box:
    def __init__(self, side):
        self.side = side
        self.items = []

    def area(self):
        return self.side ** 2

    def grow(self):
        self.side += 1

    @property
    def label(self):
        return f"box of {self.side}"

    @property
    def bad_property(self):
        self.side += 1
        return self.side

    def __add__(self, other):
        self.items.append(other)
        return self

    def __getitem__(self, key):
        self.items.append(key)
        return key

    def __str__(self):
        self.items.append("str")
        return "box"

    def __len__(self):
        return self.side


box = Box(3)
crates = [Box(1), Box(2)]
"""
FILE = "<the corpus' setup>"
_COMPILED = compile(SETUP, FILE, "exec")


def fill(namespace: dict[str, Any], folder: Path) -> None:
    """Put everything into a namespace, and files into a folder."""
    linecache.cache[FILE] = (len(SETUP), None, SETUP.splitlines(keepends=True), FILE)
    exec(_COMPILED, namespace)  # noqa: S102 - our own text, above
    exec("def elsewhere(q):\n    q.append(1)", stranger := {"__name__": "elsewhere"})  # noqa: S102 - code of another module
    namespace["elsewhere"] = stranger["elsewhere"]
    (folder / "data.txt").write_text("some text")
    (folder / "data.csv").write_text("a,b\n1,2\n")
    (folder / "data.pkl").write_bytes(b"\x80\x04K\x01.")


def frozen(value: Any) -> Any:  # noqa: PLR0911, C901 - a case per kind
    """A value that equals another one exactly if their contents are the same."""
    import numpy as np
    import pandas as pd
    import polars as pl

    match value:
        case pd.DataFrame() | pd.Series():
            return _frozen_table(value.to_frame() if isinstance(value, pd.Series) else value)
        case pl.DataFrame() | pl.Series():
            return ("polars", repr(value.to_dict() if isinstance(value, pl.DataFrame) else value))
        case np.ndarray() if value.dtype == object:
            return ("objects", value.shape, [frozen(item) for item in value.flat])
        case np.ndarray():
            return ("array", value.shape, str(value.dtype), value.tobytes())
        case np.random.Generator():
            return repr(value.bit_generator.state)
        case set() | frozenset():
            return ("set", sorted(map(repr, value)))
        case list() | tuple() | deque():
            return (type(value).__name__, [frozen(item) for item in value])
        case dict() | Counter() | OrderedDict():
            return (type(value).__name__, [(frozen(k), frozen(v)) for k, v in value.items()])
        case SimpleNamespace():
            return ("names", frozen(vars(value)))
        case _ if type(value).__name__ == "Box":
            return ("box", [(k, frozen(v)) for k, v in vars(value).items()])
        case _ if hasattr(value, "__length_hint__"):
            return ("iterator", value.__length_hint__())
    return libraries.frozen(value)


def _frozen_table(table: Any) -> Any:
    values = repr(table.to_numpy(dtype=object).tolist())
    names = (repr(table.columns.tolist()), table.index.tolist(), table.index.name)
    return ("frame", *names, table.dtypes.map(str).tolist(), values)
