"""Makes a `Frame` out of what each library has.

Recognised by the libraries that are already imported; none is imported here. What is read of a
value are attributes and methods of its library's own class.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.data.among import in_arrow, in_pandas, in_polars
from copilot_nb.data.frames import Column, Frame, cell
from copilot_nb.data.grids import Stretched, cells_of, cells_of_xarray
from copilot_nb.data.values import clip, is_a, is_one_of, is_scientific, short, type_name
from copilot_nb.data.xarrays import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Builder = Callable[[Any, Any], Frame | None]
DTYPE = 60
"""Characters of a dtype's text."""
_ROW = "copilot_nb_row"


def first_frame(builders: Mapping[str, Builder], value: object) -> Frame | None:
    """What the first library makes of the value that knows it."""
    for library, build in builders.items():
        module = sys.modules.get(library)
        if module is not None:
            frame = build(module, value)
            if frame is not None:
                return frame
    return None


def dtype_text(dtype: object) -> str:
    """A dtype as text; an enumeration's without its values, a user's own by its class."""
    text = str(dtype) if is_scientific(dtype) else type_name(dtype)
    at = text.lower().find("enum(")
    return clip(text if at < 0 else text[: at + len("enum")], DTYPE)


def _columns(names: Iterable[object], dtypes: Sequence[object]) -> tuple[Column, ...]:
    """Labels with their dtypes; most columns share theirs with others."""
    distinct = {id(dtype): dtype for dtype in dtypes}
    words = {key: dtype_text(dtype) for key, dtype in distinct.items()}
    return tuple(
        Column(cell(name), words[id(dtype)], _labels(name))
        for name, dtype in zip(names, dtypes, strict=True)
    )


def _labels(name: object) -> tuple[str, ...]:
    """What rules may call a column by, besides the text that stands above it."""
    if type(name) is tuple:
        return tuple(map(_whole, name))
    return () if cell(name) == _whole(name) else (_whole(name),)


def _whole(name: object) -> str:
    return name if type(name) is str else short(name)


def _classes(module: Any, *names: str) -> tuple[Any, ...]:
    """The module's classes of those names; none while it is only half imported."""
    found = tuple(getattr(module, name, None) for name in names)
    return found if all(found) else ()


def _pandas(pandas: Any, value: Any) -> Frame | None:
    classes = _classes(pandas, "DataFrame", "Series")
    if not is_a(value, classes):
        return None
    series = is_a(value, classes[1])
    if not is_one_of(type(value), classes):  # a subclass may have overridden what is read here
        value = classes[1 if series else 0](value)
    frame = value.to_frame(name="" if value.name is None else value.name) if series else value

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        part = frame.iloc[list(rows), list(columns)]
        data = [part.iloc[:, at].tolist() for at in range(part.shape[1])]
        return [list(row) for row in zip(part.index.tolist(), *data, strict=True)]

    return Frame(
        kind="Series" if series else "DataFrame",
        columns=_columns(frame.columns.tolist(), frame.dtypes.tolist()),
        rows=len(frame),
        has_index=True,
        index=_level_names(frame.index),
        heads=() if series else _level_names(frame.columns),
        read=read,
        column=lambda at, step: frame.iloc[::step, at].tolist(),
        missing=lambda at: int(frame.iloc[:, at].isna().sum()),
        among=lambda at, said: in_pandas(
            frame.iloc[:, at] if at >= 0 else pandas.Series(frame.index.get_level_values(-1 - at)),
            said,
        ),
    )


def _level_names(index: Any) -> tuple[str, ...]:
    return tuple("" if name is None else _whole(name) for name in index.names)


def _polars(polars: Any, value: Any) -> Frame | None:
    classes = _classes(polars, "DataFrame", "Series")
    if not is_a(value, classes):
        return None
    series = is_a(value, classes[1])
    frame = value.to_frame() if series else value

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        names = [frame.columns[at] for at in columns]
        # An empty list would be taken for columns.
        return [list(row) for row in frame.select(names)[list(rows)].rows()] if rows else []

    return Frame(
        kind="polars.Series" if series else "polars.DataFrame",
        columns=_columns(frame.columns, frame.dtypes),
        rows=frame.height,
        has_index=False,
        read=read,
        column=lambda at, step: frame.to_series(at).gather_every(step).to_list(),
        missing=lambda at: int(frame.to_series(at).null_count()),
        among=lambda at, said: in_polars(frame.to_series(at), said),
    )


def _pyarrow(pyarrow: Any, value: Any) -> Frame | None:
    batch = is_a(value, _classes(pyarrow, "RecordBatch"))
    if not batch and not is_a(value, _classes(pyarrow, "Table")):
        return None
    if batch:
        value = pyarrow.Table.from_batches([value])

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        if not rows or not columns:
            return [[] for _ in rows]
        part = value.select(list(columns)).take(list(rows))
        data = [column.to_pylist() for column in part.columns]
        return [list(row) for row in zip(*data, strict=True)]

    return Frame(
        kind="pyarrow.RecordBatch" if batch else "pyarrow.Table",
        columns=_columns(value.schema.names, value.schema.types),
        rows=value.num_rows,
        has_index=False,
        read=read,
        column=lambda at, step: (
            value.column(at).take(pyarrow.array(range(0, value.num_rows, step))).to_pylist()
        ),
        missing=lambda at: int(value.column(at).null_count),
        among=lambda at, said: in_arrow(value.column(at), said),
    )


def _duckdb(duckdb: Any, value: Any) -> Frame | None:
    if not is_a(value, _classes(duckdb, "DuckDBPyRelation")):
        return None
    names = list(value.columns)
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]

    def query(what: str, where: str) -> list[tuple[Any, ...]]:
        numbered = value.project(f"*, row_number() OVER () AS {_ROW}")
        return list(numbered.filter(where).order(_ROW).project(what).fetchall())

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        if not rows or not columns:
            return [[] for _ in rows]
        wanted = ", ".join(str(at + 1) for at in rows)
        what = ", ".join([_ROW, *(quoted[at] for at in columns)])
        by_number = {row[0]: list(row[1:]) for row in query(what, f"{_ROW} IN ({wanted})")}
        return [by_number[at + 1] for at in rows]

    return Frame(
        kind="duckdb relation",
        columns=_columns(names, value.types),
        rows=int(value.aggregate("count(*)").fetchall()[0][0]),
        has_index=False,
        read=read,
        column=lambda at, step: [row[0] for row in query(quoted[at], f"({_ROW} - 1) % {step} = 0")],
        missing=lambda at: int(value.aggregate(f"count(*) - count({quoted[at]})").fetchall()[0][0]),
    )


def _numpy(numpy: Any, value: Any) -> Frame | None:
    if type(value) is not numpy.ndarray or not value.ndim:
        return None
    fields = value.dtype.names
    if value.ndim > 2 and not fields:  # noqa: PLR2004 - rows and columns
        columns = cells_of(value)
        return _of_arrays("ndarray", list(columns), list(columns.values()))
    wide = value if value.ndim == 2 else value.reshape(-1, 1)  # noqa: PLR2004 - rows and columns
    parts = [value[name] for name in fields] if fields and value.ndim == 1 else list(wide.T)
    names = list(fields) if fields and value.ndim == 1 else list(map(str, range(len(parts))))
    return _of_arrays("ndarray", names, parts)


def _of_arrays(kind: str, names: Sequence[str], parts: Sequence[Any]) -> Frame:
    """A table whose columns are arrays of numpy."""
    return Frame(
        kind=kind,
        columns=tuple(
            Column(name, str(part.dtype)) for name, part in zip(names, parts, strict=True)
        ),
        rows=len(parts[0]) if parts else 0,
        has_index=False,
        read=lambda rows, columns: [
            [python_values(parts[at][row : row + 1])[0] for at in columns] for row in rows
        ],
        column=lambda at, step: python_values(parts[at][::step]),
        missing=lambda at: _missing(parts[at]),
    )


def _missing(part: Any) -> int:
    """How many values are NaN or no time; what is repeated counts as often."""
    if str(part.dtype.kind) not in "fcmM":
        return 0
    base = part.base if type(part) is Stretched else part
    absent = int((base != base).sum())  # noqa: PLR0124 - NaN is not itself
    return absent * (len(part) // max(int(base.size), 1))


def python_values(array: Any) -> list[Any]:
    """An array's values as Python's own; times of any resolution as times, not as numbers."""
    if array.dtype.kind in "mM":
        array = array.astype(f"{array.dtype.kind}8[us]")
    return array.tolist()  # type: ignore[no-any-return]  # a list


def memory_of(tensor: Any) -> Any:
    """The array that shares a tensor's numbers; None on a device, or of another form."""
    if str(tensor.layout) != "torch.strided" or str(tensor.device) != "cpu":
        return None
    try:
        return tensor.detach().numpy()
    except (TypeError, RuntimeError):  # such as bfloat16
        return None


def _torch(torch: Any, value: Any) -> Frame | None:
    """A dense tensor in the main memory, through the array that shares its numbers."""
    numpy = sys.modules.get("numpy")
    if type(value) is not getattr(torch, "Tensor", None) or numpy is None:
        return None
    array = memory_of(value)
    frame = _numpy(numpy, array) if array is not None else None
    return replace(frame, kind="Tensor") if frame is not None else None


def _xarray(xarray: Any, value: Any) -> Frame | None:
    """An array of two dimensions as it is; of others and of datasets a row for each cell."""
    classes = _classes(xarray, "Dataset", "DataArray")
    numpy = sys.modules.get("numpy")
    if not is_a(value, classes) or numpy is None or not value.dims:
        return None
    kind = type(value).__name__
    if kind == "DataArray" and len(value.dims) == 2:  # noqa: PLR2004 - rows and columns
        array = in_memory(value.variable)
        frame = _numpy(numpy, array) if array is not None else None
        return replace(frame, kind=kind) if frame is not None else None
    columns = cells_of_xarray(value)
    return _of_arrays(kind, list(columns), list(columns.values())) if columns else None


LIBRARIES: Mapping[str, Builder] = {"pandas": _pandas, "polars": _polars, "pyarrow": _pyarrow}
"""Tables proper, by what must be imported already."""
COMPUTED: Mapping[str, Builder] = {
    "duckdb": _duckdb,
    "numpy": _numpy,
    "torch": _torch,
    "xarray": _xarray,
}
"""What can be read as a table when that is asked for."""
