"""What tables share with what is made of them: their memory, the objects in their cells, nothing.

pandas copies on write from version 3 on, polars and pyarrow always have: then a column, a row or
another table that was made of one never changes it. What stands in its cells is shared even then.
"""

from __future__ import annotations

import sys
from itertools import islice
from typing import Any

from copilot_nb.data.values import instance_data, is_scientific, module_of, type_name

CELLS = 1_000
"""Cells of a column that are looked at."""
_VALUES = {
    "int", "float", "str", "bool", "complex", "bytes", "NoneType", "frozenset", "range",
    "datetime", "decimal", "fractions", "uuid", "pathlib",
}  # fmt: skip
"""Kinds of objects that cannot change."""
_TABLES = {"DataFrame", "Series", "Index", "ndarray", "Dataset", "DataArray"}
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
        return any(map(_can_change, _cells(live, module_of(live).partition(".")[0])))
    except Exception:  # noqa: BLE001 - a table of a kind that no version of these libraries has
        return True


def _cells(live: Any, kind: str) -> list[object]:
    """Some of the objects in a table; itself where it is none."""
    if kind == "numpy" and hasattr(live, "dtype"):
        return list(islice(live.flat, CELLS)) if live.dtype.hasobject else []
    if kind == "pandas":
        table = live if type(live).__name__ in _TABLES else getattr(live, "obj", live)
        return [cell for column in _objects(table) for cell in column.array[:CELLS]]
    if kind == "polars" and type(live).__name__ in _TABLES:
        dtypes = live.dtypes if type(live).__name__ == "DataFrame" else [live.dtype]
        return [[]] if any(str(dtype) == "Object" for dtype in dtypes) else []
    return []


def _objects(table: Any) -> list[Any]:
    """Columns of objects; a column, too, is one."""
    if not hasattr(table, "iloc") or not hasattr(table, "dtypes"):
        return [table] if _is_object(getattr(table, "dtype", None)) else []
    if hasattr(table, "dtype"):
        return [table] if _is_object(table.dtype) else []
    places = [at for at, dtype in enumerate(table.dtypes) if _is_object(dtype)]
    return [table.iloc[:, at] for at in places]


def _is_object(dtype: object) -> bool:
    return str(dtype) == "object"


def _can_change(cell: object) -> bool:
    kind, name = module_of(type(cell)).partition(".")[0], type_name(cell)
    if kind in {"numpy", "pandas"}:
        return name in _TABLES
    return (name if kind == "builtins" else kind) not in _VALUES
