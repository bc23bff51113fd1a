"""Names of the libraries that notebooks use with tables and pictures, and what each is now."""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = """
import io, pickle
from collections import defaultdict, namedtuple
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import xarray as xr

n, xs, OUT = 5, [3, 1, 2], Path("out/part.csv")
df = pd.DataFrame({"a": [1.0, None, 3.0], "b": [4, 5, 6], "c": ["x", "y", "x"]})
tags = pd.DataFrame({"k": [1, 2], "l": [["p"], ["q"]]})
records = [{"a": 1}, {"a": 2}]
arr = np.array([3.0, np.nan, 2.0])
v = np.array([3.0, 1.0, 2.0])
grid = np.arange(6.0).reshape(2, 3)
pdf = pl.DataFrame({"a": [3, 1, 2], "g": ["x", "y", "x"]})
lazy = pdf.lazy()
ps = pl.Series("p", [3, 1, 2])
tab = pa.table({"a": [1, 2, 3]})
ds = xr.Dataset({"v": (("x", "y"), np.arange(6.0).reshape(2, 3))}, coords={"x": [1, 2]})
da = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("x", "y"))
ns = SimpleNamespace(a=1, b=[1])
dd = defaultdict(list, old=[1])
buf = io.StringIO("abc")
Pair = namedtuple("Pair", "a b")
aggs = {"a": lambda q: xs.append(1)}


def add_column(frame):
    frame["z"] = 1
    return frame
"""
DATABASES = """
import sqlite3

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

n = 5
df = pd.DataFrame({"a": [1.0, None, 3.0], "b": [4, 5, 6], "c": ["x", "y", "x"]})
tags = pd.DataFrame({"k": [1, 2], "l": [["p"], ["q"]]})
pdf = pl.DataFrame({"a": [3, 1, 2], "g": ["x", "y", "x"]})
tab = pa.table({"a": [1, 2, 3]})
duckdb.set_default_connection(duckdb.connect())
con = duckdb.connect()
con.execute("create table t as select 1 as x")
rel = duckdb.sql("select 1 as a")
db = sqlite3.connect(":memory:")
db.execute("create table t (x)")
db.commit()
query = "select a from df"
deletion = "delete from t"


def add_column(frame):
    frame["z"] = 1
    return frame
"""
PICTURES = """
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr

df = pd.DataFrame({"a": [1.0, None, 3.0], "b": [4, 5, 6]})
da = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("x", "y"))
fig, ax = plt.subplots()
grid_fig, axs = plt.subplots(1, 2)
plt.figure(fig.number)
line, = ax.plot([1, 2])
cmap = plt.get_cmap("viridis")
"""
_COMPILED = {
    text: compile(text, f"<{len(text)}>", "exec") for text in (TABLES, DATABASES, PICTURES)
}


def close() -> None:
    """Close what pyplot holds."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    plt.close("all")


def fill(namespace: dict[str, Any], setup: str) -> None:
    """Put one of the texts' names into a namespace; what pyplot held before is gone."""
    close()
    file = _COMPILED[setup].co_filename
    linecache.cache[file] = (len(setup), None, setup.splitlines(keepends=True), file)
    exec(_COMPILED[setup], namespace)  # noqa: S102 - our own text, above


def outside(namespace: dict[str, Any]) -> object:
    """What is kept by the libraries themselves, under no name."""
    import matplotlib.pyplot as plt
    import polars as pl

    duckdb = namespace.get("duckdb")
    tables = duckdb.execute("show tables").fetchall() if duckdb else []
    return tables, plt.rcParams.copy(), pl.Config.state(if_set=True)


def frozen(value: Any) -> Any:
    """A value that equals another one exactly if their contents are the same."""
    known = _FROZEN.get(type(value).__name__)
    return value if known is None else known(value)


def _figure(figure: Any) -> Any:
    texts = [text.get_text() for text in figure.texts]
    return figure.get_suptitle(), texts, list(figure.get_size_inches()), [*map(_axes, figure.axes)]


def _axes(axes: Any) -> Any:
    artists = [type(artist).__name__ for artist in axes.get_children()]
    texts = [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    return (
        texts,
        artists,
        [*map(_line, axes.lines)],
        axes.get_xlim(),
        axes.get_ylim(),
        axes.get_xscale(),
    )


def _line(line: Any) -> Any:
    return line.get_color(), line.get_linewidth(), repr(line.get_xydata())


def _connection(connection: Any) -> Any:
    import duckdb

    try:
        tables = [row[0] for row in connection.cursor().execute("show tables").fetchall()]
    except duckdb.ConnectionException:
        return "closed"
    return [(t, connection.cursor().execute(f'from "{t}"').fetchall()) for t in tables]


def _database(database: Any) -> Any:
    return list(database.iterdump())


def _array(array: Any) -> Any:
    return repr(array.to_dict()), {name: dict(c.attrs) for name, c in array.coords.items()}


_FROZEN: dict[str, Callable[[Any], Any]] = {
    "Figure": _figure,
    "Axes": _axes,
    "Line2D": _line,
    "DuckDBPyConnection": _connection,
    "Connection": _database,
    "Dataset": _array,
    "DataArray": _array,
    "Table": lambda table: table.to_pydict(),
    "LazyFrame": id,
    "DuckDBPyRelation": id,
    "StringIO": lambda buffer: (buffer.tell(), buffer.getvalue()),
}
