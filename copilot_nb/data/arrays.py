"""What can be said about arrays and about queries that were not run: numpy, torch, xarray, duckdb.

Only attributes of the library's own classes are read; what is not in memory is not loaded, and no
query is run.
"""

from __future__ import annotations

import math
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.frames import COUNTED_CELLS, cell
from copilot_nb.data.grids import cells_of_xarray
from copilot_nb.data.libraries import dtype_text, python_values
from copilot_nb.data.privacy import MASK
from copilot_nb.data.values import comes_from, hides_nothing, short, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from copilot_nb.data.values import Hides

FIRST = 10
NAMES = 30
"""Columns, coordinates and variables that are named."""
INDEXES = (
    *("Index", "RangeIndex", "MultiIndex", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex"),
    *("CategoricalIndex", "IntervalIndex"),
)
"""Classes of pandas' indexes."""
_WITHHELD = "Its values are withheld by the user's privacy rules."


def array_kind(value: object) -> str:
    """Type and size in one line, without values; empty for anything else."""
    for library, name, kind, _ in _KINDS:
        if comes_from(value, library, name):
            return kind(value)
    return ""


def array_lines(value: object, hides: Hides = hides_nothing) -> list[str] | None:
    """What describes it besides; None for anything else.

    Args:
        value: Anything.
        hides: Says of a name within it whether its values are withheld.
    """
    for library, name, _, lines in _KINDS:
        if comes_from(value, library, name):
            return list(lines(value, hides))
    return None


def _numpy_kind(value: Any) -> str:
    return f"ndarray, {size(value)}, {dtype_text(value.dtype)}"


def _numpy_lines(value: Any, hides: Hides) -> Iterator[str]:
    if value.dtype.names and any(map(hides, value.dtype.names)):
        yield _WITHHELD
        return
    first = [cell(item) for item in python_values(value.flat[:FIRST])]
    yield f"First values: {', '.join(first)}" + (", …" if value.size > len(first) else "")
    if value.dtype.kind in "iufb" and 0 < value.size <= COUNTED_CELLS:
        yield from _numbers(value)


def _numbers(array: Any) -> Iterator[str]:
    """Range and mean of a numpy array's numbers."""
    numpy = sys.modules["numpy"]
    missing = int(numpy.isnan(array).sum()) if array.dtype.kind == "f" else 0
    if missing == array.size:
        yield "All of them are NaN."
        return
    low, high, mean = (
        (numpy.nanmin(array), numpy.nanmax(array), numpy.nanmean(array, dtype=float))
        if missing
        else (array.min(), array.max(), array.mean(dtype=float))
    )
    gaps = f", {missing:,} NaN" if missing else ""
    yield f"Minimum {cell(low.item())}, maximum {cell(high.item())}, mean {cell(float(mean))}{gaps}"


def _torch_kind(value: Any) -> str:
    device = str(value.device)
    where = "" if device == "cpu" else f", on {device}"
    return f"Tensor, {size(value)}, {value.dtype}{where}"


def _torch_lines(value: Any, _hides: Hides) -> Iterator[str]:
    if value.requires_grad:
        yield "Requires a gradient."
    if str(value.device) != "cpu" or str(value.layout) != "torch.strided":
        return
    plain = value.detach()
    count = int(plain.numel())
    first = [cell(item) for item in plain.reshape(-1)[:FIRST].tolist()] if count else []
    yield f"First values: {', '.join(first)}" + (", …" if count > len(first) else "")
    if 0 < count <= COUNTED_CELLS and not plain.is_complex():
        numbers = plain.double()
        low, high, mean = (getattr(numbers, name)().item() for name in ("min", "max", "mean"))
        gaps = ", some NaN" if math.isnan(mean) else ""
        yield f"Minimum {cell(low)}, maximum {cell(high)}, mean {cell(mean)}{gaps}"


def sizes(value: Any) -> str:
    """The dimensions of a dataset: "time: 8,760 × lat: 90"."""
    return " × ".join(f"{name}: {length:,}" for name, length in value.sizes.items())


def _dataset_kind(value: Any) -> str:
    return f"Dataset, {sizes(value) or 'no dimensions'}, {len(value.data_vars)} variables"


def _dataset_lines(value: Any, hides: Hides) -> Iterator[str]:
    yield from _named("Coordinates", value.coords)
    yield from _named("Variables", value.data_vars)
    yield from _attributes(value, hides)
    yield from _as_table(list(cells_of_xarray(value)) if len(value.dims) > 1 else [])


def _as_table(columns: list[str]) -> Iterator[str]:
    """How a grid is read as a table."""
    if columns:
        names = ", ".join(map(cell, columns[:NAMES]))
        yield f"Tools that read tables see a row for each cell, with the columns {names}."


def _data_array_kind(value: Any) -> str:
    return f"DataArray, {sizes(value) or 'no dimensions'}, {dtype_text(value.dtype)}"


def _data_array_lines(value: Any, hides: Hides) -> Iterator[str]:
    yield from _named("Coordinates", value.coords)
    yield from _attributes(value, hides)
    numpy = sys.modules["numpy"]
    data = getattr(value.variable, "_data", None)
    if hides(value.name):
        yield _WITHHELD
    elif type(data) is numpy.ndarray:
        yield from _numpy_lines(data, hides)
    else:
        yield "Its values are not in memory."


def _named(title: str, parts: Mapping[Any, Any]) -> Iterator[str]:
    for at, (name, part) in enumerate(islice(parts.items(), NAMES)):
        if not at:
            yield f"{title}:"
        dims = ", ".join(map(str, part.dims))
        yield f"  {cell(name)} ({dims}): {dtype_text(part.dtype)}"
    if len(parts) > NAMES:
        yield f"  … {len(parts) - NAMES:,} more"


def _attributes(value: Any, hides: Hides) -> Iterator[str]:
    for name, attribute in islice(value.attrs.items(), NAMES):
        shown = MASK if hides(name) else short(attribute, hides=hides)
        yield f"  attribute {cell(name)}: {shown}"


def _relation_kind(value: Any) -> str:
    return f"duckdb relation, {len(value.columns)} columns, not run"


def _relation_lines(value: Any, _hides: Hides) -> Iterator[str]:
    yield "Columns:"
    pairs = zip(value.columns, value.types, strict=True)
    yield from (f"  {cell(name)}: {dtype_text(kind)}" for name, kind in islice(pairs, NAMES))
    yield "Tools that read tables run its query."


def _index_kind(value: Any) -> str:
    levels = f", {value.nlevels} levels" if value.nlevels > 1 else f", {dtype_text(value.dtype)}"
    return f"{type(value).__name__}, {len(value):,} items{levels}"


def _index_lines(value: Any, hides: Hides) -> Iterator[str]:
    names = [name for name in value.names if name is not None]
    if names:
        yield f"Names: {', '.join(map(cell, names))}"
    if any(map(hides, names)):
        yield _WITHHELD
    else:
        first = [cell(item) for item in value[:FIRST].tolist()]
        yield f"First values: {', '.join(first)}" + (", …" if len(value) > len(first) else "")


def _lazy_kind(_value: Any) -> str:
    return "polars.LazyFrame, not run"


def _lazy_lines(value: Any, _hides: Hides) -> Iterator[str]:
    yield "Columns:"
    schema = islice(value.collect_schema().items(), NAMES)
    yield from (f"  {cell(name)}: {dtype_text(dtype)}" for name, dtype in schema)
    yield "It is lazy: `.collect()` runs its query."


_KINDS: tuple[
    tuple[str, str, Callable[[Any], str], Callable[[Any, Hides], Iterator[str]]],
    ...,
] = (
    ("numpy", "ndarray", _numpy_kind, _numpy_lines),
    ("torch", "Tensor", _torch_kind, _torch_lines),
    ("xarray", "Dataset", _dataset_kind, _dataset_lines),
    ("xarray", "DataArray", _data_array_kind, _data_array_lines),
    ("duckdb", "DuckDBPyRelation", _relation_kind, _relation_lines),
    ("_duckdb", "DuckDBPyRelation", _relation_kind, _relation_lines),
    ("polars", "LazyFrame", _lazy_kind, _lazy_lines),
    *(("pandas", name, _index_kind, _index_lines) for name in INDEXES),
)
