"""The values of a long column that a text may mean, found by the column's own library.

Numbers and times are compared by numpy, a part at a time. What is found may be a little more than
what is said; the values themselves are compared afterwards.
"""

from __future__ import annotations

import datetime
import math
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copilot_nb.data.said import Said

PART = 1_000_000
"""Rows that are looked at together."""
_LATEST = 2**62
"""Microseconds; a later moment is none that a column could hold."""
_DOUBLE = 8
"""Bytes of a number as Python has them."""
_EPOCH = datetime.datetime(1970, 1, 1)


def in_pandas(column: Any, said: Said) -> list[Any]:
    """Of a series of pandas."""
    kind = str(getattr(column.dtype, "kind", ""))
    if kind in set("iuf"):
        rows = rows_with(_numbers_of(column, kind), said)
    elif kind == "M":
        rows = rows_with(column.dt.tz_localize(None).to_numpy(), said)
        if column.dt.tz is not None:
            rows |= rows_with(column.dt.tz_convert(None).to_numpy(), said)
    else:
        is_text = column.dtype != object and str(column.dtype).startswith("str")
        rows = column.isin([*said.phrases] if is_text else [*said.phrases, *_others(said)])
    return column[rows].unique().tolist()  # type: ignore[no-any-return]  # the library has no types


def _numbers_of(column: Any, kind: str) -> Any:
    """As an array; what is missing becomes NaN."""
    if hasattr(column.array, "_ndarray"):
        return column.to_numpy()
    dtype = column.dtype.numpy_dtype if kind == "f" else float
    return column.to_numpy(dtype=dtype, na_value=math.nan)


def in_polars(column: Any, said: Said) -> list[Any]:
    """Of a series of polars."""
    polars: Any = sys.modules["polars"]
    if column.dtype.is_numeric():
        rows = rows_with(column.to_numpy(), said)
    elif column.dtype in (polars.Date, polars.Datetime):
        zone = getattr(column.dtype, "time_zone", None)
        times = column.cast(polars.Datetime("us", zone))
        rows = rows_with(times.dt.replace_time_zone(None).to_numpy(), said)
        if zone:
            rows |= rows_with(times.dt.convert_time_zone("UTC").to_numpy(), said)
    else:
        texts = polars.Series(list(said.phrases)).cast(column.dtype, strict=False)
        rows = column.is_in(texts.drop_nulls())
    return column.filter(polars.Series(rows)).unique().to_list()  # type: ignore[no-any-return]  # the library has no types


def in_arrow(column: Any, said: Said) -> list[Any]:
    """Of a chunked array of pyarrow."""
    pyarrow: Any = sys.modules["pyarrow"]
    compute: Any = sys.modules["pyarrow.compute"]
    kind = column.type
    if pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind):
        rows = rows_with(column.to_numpy(), said)
    elif pyarrow.types.is_date(kind) or pyarrow.types.is_timestamp(kind):
        rows = rows_with(column.to_numpy(), said)
        if getattr(kind, "tz", None):
            rows |= rows_with(compute.local_timestamp(column).to_numpy(), said)
    else:
        texts = pyarrow.array(list(said.phrases)).cast(kind, safe=False)
        rows = compute.is_in(column, value_set=texts)
    mask = rows if isinstance(rows, pyarrow.ChunkedArray) else pyarrow.array(rows)
    return column.filter(mask).unique().to_pylist()  # type: ignore[no-any-return]  # the library has no types


def _others(said: Said) -> list[Any]:
    """What a text says besides words, for a column that may hold anything."""
    dates = [
        _EPOCH + datetime.timedelta(microseconds=each.at)
        for each in said.moments
        if abs(each.at) < _LATEST // 100
    ]
    numbers = [number.value for number in said.numbers]
    return [*numbers, *dates, *(date.date() for date in dates)]


def rows_with(values: Any, said: Said) -> Any:
    """A mask of an array of numbers or times.

    Args:
        values: One dimension of numpy; times as they are shown, or in UTC.
        said: What the text says.
    """
    numpy: Any = sys.modules["numpy"]
    is_time = values.dtype.kind == "M"
    bounds = _bounds(_moments(said) if is_time else _numbers(said, values.dtype))
    found = numpy.zeros(len(values), dtype=bool)
    for start in range(0, len(values) if bounds else 0, PART):
        part = values[start : start + PART]
        if is_time:
            part = part.astype("datetime64[us]").astype("int64")
        # An odd number of bounds lies below what is between two of them.
        below = numpy.searchsorted(bounds, numpy.abs(part) if not is_time else part)
        found[start : start + PART] = below % 2 == 1
    return found


def _numbers(said: Said, dtype: Any) -> Iterable[tuple[float, float]]:
    for number in said.numbers:
        if dtype.kind == "f" and number.rounded:
            yield number.low, number.high
        yield number.value, number.value
        if dtype.kind == "f" and dtype.itemsize < _DOUBLE:  # 1234.6 is 1234.5999755859375 there
            with sys.modules["numpy"].errstate(over="ignore"):
                single = float(dtype.type(float(number.value)))
            yield single, single


def _moments(said: Said) -> Iterable[tuple[float, float]]:
    return ((each.at, each.at) for each in said.moments if abs(each.at) < _LATEST)


def _bounds(ranges: Iterable[tuple[float, float]]) -> list[float]:
    """Beginnings and ends in turn, just outside of each range; ranges that meet are one."""
    numpy: Any = sys.modules["numpy"]
    bounds: list[float] = []
    for low, high in sorted(set(ranges)):
        start, end = numpy.nextafter([float(low), float(high)], [-numpy.inf, numpy.inf]).tolist()
        if bounds and start <= bounds[-1]:
            bounds[-1] = max(bounds[-1], end)
        else:
            bounds += [start, end]
    return bounds
