"""A number for the content of a value, from a bounded sample of it.

The same content gives the same number within one process. Large values are sampled at even
distances, so a change between the samples is missed; `Sample.whole` says whether all was read.
"""

from __future__ import annotations

import array
import marshal
import sys
import zlib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from copilot_nb.data.libraries import dtype_text, memory_of
from copilot_nb.data.memory import is_array, plain_array
from copilot_nb.data.states import has_state, state_of
from copilot_nb.data.stored import (
    ATOMS,
    CONTAINERS,
    SETS,
    attributes,
    base_of,
    beside_table,
    computed,
    fields,
    first,
    is_fixed,
    is_foreign,
    is_live,
    is_own,
    is_own_class,
    is_plain,
    length,
)
from copilot_nb.data.values import (
    are_of,
    comes_from,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    plain_attribute,
)
from copilot_nb.data.xarrays import in_memory, is_index, is_xarray, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WHOLE = 1 << 20
"""Bytes of an array, or of texts, that are read whole."""
VALUES = 2_048
"""Values of a larger array, column or text that are read."""
CELLS = 8_192
"""Cells of a frame that are read."""
ITEMS = 1_000
"""Items of a container that are read, those of its items included."""
DEPTH = 4

_PLAIN = {int, float, complex, str, bytes, bytearray, bool, type(None)}
"""Atoms that can be written down at once."""
_TEXTS = {str, bytes, bytearray}
"""Those of them that can be long."""
KNOWN = {*CONTAINERS, *ATOMS}
"""Types that are read by themselves."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A number for the content, and whether all of it was read."""

    digest: int
    whole: bool = True
    deep: bool = True
    """False where an object of a package was passed over."""


def sample(value: object, *, deep: bool = True) -> Sample:
    """The content of a value, as far as it can be read without running its class's code.

    Args:
        value: Anything.
        deep: Whether also objects of packages are read by what they store.
    """
    reader = _Reader(deep=deep)
    digest = reader.read(value)
    return Sample(digest, reader.whole, reader.deep)


class _Reader:
    """Reads nested values until the budget is spent."""

    def __init__(self, *, deep: bool) -> None:
        self.left = ITEMS
        self.whole = True
        self.deep = True
        self._packages = deep

    def read(self, value: object, depth: int = DEPTH) -> int:
        """A number for one value."""
        cls = type(value)
        if is_one_of(cls, _PLAIN):
            return self._text(value) if is_one_of(cls, _TEXTS) else _plain(value)
        if is_one_of(cls, ATOMS):
            return hash((cls.__name__, repr(value)))
        if depth <= 0 or self.left <= 0:
            self.whole = False
            return id(value)
        if is_one_of(cls, CONTAINERS):
            return self._container(value, depth)
        try:
            return self._object(value, depth)
        except Exception:  # noqa: BLE001 - a broken subclass is compared by identity
            self.whole = False
            return id(value)

    def _object(self, value: Any, depth: int) -> int:
        """What is no builtin: by what its library reads, or by what it stores."""
        self.left -= 1
        if is_plain(value):
            return self._stored(value, depth)
        table = next((read for fits, read in _TABLES if fits(value)), None)
        if table is not None:
            self.left -= 9
            inner = table(value)
            self.whole &= inner.whole
            own = {} if is_scientific(value) else beside_table(value)
            return hash((inner.digest, self._container(own, depth))) if own else inner.digest
        if is_own_class(value):
            return hash((id(value), *self._fields(value, depth)))
        if has_state(value):
            return self.read(state_of(value), depth)
        if is_fixed(value):
            return id(value)
        self.whole = False
        return self._stored(value, depth) if is_own(value) else id(value)

    def _stored(self, value: Any, depth: int) -> int:
        """By attributes, and items if it is a container."""
        if not self._packages and is_foreign(value):
            self.whole = self.deep = False
            return id(value)
        stored = attributes(value)
        for name in computed(value) & stored.keys():
            del stored[name]
        if any(map(is_live, stored.values())) and not is_own(value):
            self.whole = False
            return id(value)
        items = self._container(value, depth) if base_of(value) else 0
        return hash((id(value), self._container(stored, depth), items))

    def _fields(self, cls: Any, depth: int) -> Iterator[int]:
        """A class's data; what is no data, such as methods, by identity."""
        for name, part in fields(cls).items():
            yield hash(name)
            yield self.read(part, depth - 1) if is_one_of(type(part), KNOWN) else id(part)

    def _container(self, value: Any, depth: int) -> int:
        base, count = base_of(value), length(value)
        if base is bytearray:
            return self._text(value)
        some = self._some(value, count)
        if base in SETS:
            return hash((count, frozenset(self.read(item, depth - 1) for item in some)))
        if issubclass(base, dict):
            keys, values = zip(*some, strict=True) if some else ((), ())
            return hash((count, tuple(self._each(keys, 1)), tuple(self._each(values, depth))))
        return hash((count, tuple(self._each(some, depth))))

    def _each(self, items: Sequence[Any], depth: int) -> Sequence[int]:
        """Numbers for the items; one for all of them if they are plain."""
        if are_of(items, _PLAIN) and _is_short(items):
            return (_plain(list(items)),)
        if items and are_of(items, {list}) and depth > 1 and sum(map(len, items)) <= self.left:
            flat = list(chain.from_iterable(items))
            if are_of(flat, _PLAIN) and _is_short(flat):
                self.left -= len(flat)
                return (_plain(list(map(len, items))), _plain(flat))
        return [self.read(item, depth - 1) for item in items]

    def _text(self, value: Any) -> int:
        """A number for text or bytes; of long ones from parts at even distances."""
        cls: Any = type(value) if is_one_of(type(value), _TEXTS) else bytearray
        count = cls.__len__(value)
        short = count <= WHOLE
        self.whole &= short
        part = cls.__getitem__(value, slice(None, None, 1 if short else count // VALUES))
        return hash((count, _plain(part)))

    def _some(self, value: Any, count: int) -> Sequence[Any]:
        room = max(self.left, 1)
        self.left -= count
        if count <= room:
            return first(value, count)
        self.whole = False
        base = base_of(value)
        if base in (list, tuple):
            step = slice(None, None, max(count // room, 1))
            return [*base.__getitem__(value, step), *base.__getitem__(value, slice(-10, None))]
        if base in SETS:
            return first(value, room)
        return [*first(value, room // 2), *first(value, room // 2, backwards=True)]


def _is_short(items: Sequence[Any]) -> bool:
    """Whether plain items are no more than what is read whole."""
    return sum(len(item) for item in items if is_one_of(type(item), _TEXTS)) <= WHOLE


def _plain(value: Any) -> int:
    """A number for plain values. `hash` will not do: -1 and -2 have the same, each NaN another."""
    return zlib.crc32(marshal.dumps(value, 0))


def _array(value: Any) -> Sample:
    value = plain_array(value)
    if value.dtype == object:
        step = max(value.size // VALUES, 1)
        inner = sample(value.flat[::step].tolist())
        return Sample(inner.digest, inner.whole and step == 1)
    small = value.nbytes <= WHOLE
    digest = zlib.crc32((value if small else _spread(value)).tobytes())
    whole = small and not value.dtype.hasobject  # what fields refer to is not read
    return Sample(hash((value.shape, str(value.dtype), digest)), whole)


def _numbers(value: Any) -> Sample:
    """Of an array of Python's own."""
    small = len(value) * value.itemsize <= WHOLE
    part = value if small else value[:: max(len(value) // VALUES, 1)]
    return Sample(hash((value.typecode, len(value), zlib.crc32(part.tobytes()))), small)


def _spread(value: Any) -> Any:
    """Values at even distances, and the last one."""
    if value.ndim == 1:
        return value[:: max(value.size // VALUES, 1)]
    return value.flat[:: max(value.size // VALUES, 1)]


def _pandas(value: Any) -> Sample:
    pandas: Any = sys.modules["pandas"]
    attrs = instance_data(value).get("_attrs")
    # Without what a subclass of the user's has overridden, and without what pandas would copy.
    value = (pandas.Series if is_a(value, pandas.Series) else pandas.DataFrame)(value)
    frame = value.to_frame(name=0) if value.ndim == 1 else value
    width = frame.shape[1]
    columns = range(0, width, max(width // 100, 1))
    rows = max(CELLS // max(len(columns), 1), 64)
    step = max(len(frame) // rows, 1)
    part = frame if step == 1 else frame.iloc[::step]
    digests = [_array_like(part.iloc[:, at].array) for at in columns]
    besides = [_names(value), frame.columns.names, attrs if type(attrs) is dict else None]
    whole = step == 1 and len(columns) == width
    return Sample(hash((tuple(digests), _index(frame.index, step), _besides(besides))), whole)


def _names(value: Any) -> list[Any]:
    """The names that a series, a frame or an index has."""
    names = list(value.names if hasattr(value, "names") else value.index.names)
    return [*names, *([value.name] if value.ndim == 1 and not hasattr(value, "names") else [])]


def _besides(parts: list[Any]) -> int:
    """A number for names and attributes."""
    return sample([list(part) if is_scientific(part) else part for part in parts]).digest


def _index(index: Any, step: int = 1) -> int:
    """A number for an index's labels, every step-th of them."""
    if index.nlevels == 1:
        return _array_like(index[::step].array)
    levels = (level[:: max(len(level) // VALUES, 1)].array for level in index.levels)
    codes = (zlib.crc32(code[::step].tobytes()) for code in index.codes)
    return hash((tuple(map(_array_like, levels)), tuple(codes)))


def _pandas_index(value: Any) -> Sample:
    """Of an index only the names can change."""
    step = max(len(value) // VALUES, 1)
    return Sample(hash((_index(value, step), _besides([_names(value)]))))


def _xarray(value: Any) -> Sample:
    """Every variable that is in memory, with dimensions, names and attributes."""
    digests: list[int] = []
    whole = True
    for name, variable in variables(value).items():
        array = in_memory(variable)
        read = _array(array) if array is not None else _elsewhere(variable)
        digests += [hash(name), hash(variable.dims), read.digest, _besides([variable._attrs])]  # noqa: SLF001 - what `attrs` gives, not made for looking
        whole &= read.whole
    besides = [value.attrs, getattr(value, "name", None), sorted(map(str, value.coords))]
    return Sample(hash((tuple(digests), _besides(besides))), whole)


def _elsewhere(variable: Any) -> Sample:
    """An index of xarray, which does not change; or what would have to be loaded."""
    if is_index(variable):
        return Sample(_index(variable._data.array))  # noqa: SLF001 - `.data` would copy it
    return Sample(0, whole=False)


def _array_like(column: Any) -> int:
    """A number for a pandas array, its dtype and the categories that it counts in."""
    parts: list[object] = [dtype_text(column.dtype), _values(column)]
    if comes_from(column, "pandas", "Categorical"):
        categories = column.categories
        parts += [column.ordered, _index(categories, max(len(categories) // VALUES, 1))]
    return hash(tuple(parts))


def _values(column: Any) -> int:
    numpy: Any = sys.modules["numpy"]
    values: Any = getattr(column, "_ndarray", None)
    if type(values) is not numpy.ndarray:
        values = column.to_numpy() if hasattr(column, "to_numpy") else numpy.asarray(column)
    if values.dtype == object:
        return sample(values.tolist()).digest
    return zlib.crc32(numpy.ascontiguousarray(values).view("u1").data)


def _polars(value: Any) -> Sample:
    frame = value.to_frame() if not hasattr(value, "columns") else value
    rows = max(CELLS // max(frame.width, 1), 64)
    step = max(frame.height // rows, 1)
    part = frame.gather_every(step) if frame.height else frame
    names = tuple(frame.columns), tuple(map(str, frame.dtypes))
    return Sample(hash((names, tuple(map(str, part.rows())))), step == 1)


def _torch(value: Any) -> Sample:
    array = memory_of(value)
    if array is not None:
        return _array(array)
    return Sample(hash((id(value), plain_attribute(value, "_version"))))


def _of(library: str, *names: str) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        module = sys.modules.get(library)
        classes = tuple(getattr(module, name) for name in names if hasattr(module, name))
        return bool(classes) and is_a(value, classes)

    return fits


_TABLES: tuple[tuple[Callable[[object], bool], Callable[[Any], Sample]], ...] = (
    (_of("pandas", "DataFrame", "Series"), _pandas),
    (_of("pandas", "Index"), _pandas_index),
    (is_xarray, _xarray),
    (is_array, _array),
    (lambda value: type(value) is array.array, _numbers),
    (_of("polars", "DataFrame", "Series"), _polars),
    (_of("torch", "Tensor"), _torch),
)
