"""What tables share with what is made of them: their memory, the objects in their cells, nothing.

pandas copies on write from version 3 on, polars and pyarrow always have: then a column, a row or
another table that was made of one never changes it. What stands in its cells is shared even then.
"""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import instance_data, is_scientific, module_of, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

CELLS = 1_000
"""Cells of a column that are looked at."""
LOOKED_AT = 100_000
"""Cells of a table."""
_VALUES = {
    "int", "float", "str", "bool", "complex", "bytes", "NoneType", "frozenset", "range",
    "datetime", "decimal", "fractions", "uuid", "pathlib",
}  # fmt: skip
"""Kinds of objects that cannot change."""
_TABLES = {"DataFrame", "Series", "Index", "ndarray", "Dataset", "DataArray"}
COLUMN = "column"
"""As the class of a value: a column or a cell of a table that copies on write."""
OWN = {"loc", "iloc", "at", "iat", "index", "columns", "attrs", "flags", "axes", "values", "array",
       "to_numpy", "flat", "get_flags"}  # fmt: skip
"""What of a table leads to the table itself, also where it copies on write."""


def copies_on_write(kind: str) -> bool:
    """Whether tables of this package share no memory with what is made of them."""
    if kind != "pandas":
        return kind in {"polars", "pyarrow", "duckdb"}
    version = str(instance_data(sys.modules.get("pandas")).get("__version__", ""))
    major = version.partition(".")[0]
    return major.isdigit() and int(major) >= 3  # noqa: PLR2004 - the version it came with


def has_cells(live: object) -> bool:
    """Whether a value may hold other objects that can change; never asks one of the user's."""
    if not is_scientific(live):
        return _can_change(live)
    try:
        cells = islice(_cells(live, module_of(live).partition(".")[0]), LOOKED_AT)
        return any(map(_can_change, {type(cell): cell for cell in cells}.values()))
    except Exception:  # noqa: BLE001 - a table of a kind that no version of these libraries has
        return True


def _cells(live: Any, kind: str) -> Iterator[object]:
    """Some of the objects in a table."""
    if kind == "numpy" and hasattr(live, "dtype") and live.dtype.hasobject:
        yield from islice(live.flat, CELLS)
    elif kind == "pandas":
        table = live if type(live).__name__ in _TABLES else getattr(live, "obj", live)
        for column in _objects(table):
            yield from column.array[:CELLS]
    elif kind == "polars" and type(live).__name__ in _TABLES:
        dtypes = live.dtypes if type(live).__name__ == "DataFrame" else [live.dtype]
        yield from ([] for dtype in dtypes if str(dtype) == "Object")


def _objects(table: Any) -> Iterator[Any]:
    """Columns of objects; a column, too, is one."""
    if hasattr(table, "dtype") or not hasattr(table, "dtypes"):
        yield from [table] if _is_object(getattr(table, "dtype", None)) else []
        return
    for at, dtype in enumerate(table.dtypes):
        if _is_object(dtype):
            yield table.iloc[:, at]


def _is_object(dtype: object) -> bool:
    return str(dtype) == "object"


def _can_change(cell: object) -> bool:
    kind, name = module_of(type(cell)).partition(".")[0], type_name(cell)
    if kind in {"numpy", "pandas"}:
        return name in _TABLES
    return (name if kind == "builtins" else kind) not in _VALUES
