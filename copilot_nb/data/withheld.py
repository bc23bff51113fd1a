"""The values that a rule withholds, wherever in a variable they stand.

In a column of a table, a level of its index, a row of a turned one, the labels of a pivoted one,
under a key of nested containers, in an array or an attribute of that name.
"""

from __future__ import annotations

import contextlib
import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.arrays import INDEXES
from copilot_nb.data.frames import frame_of
from copilot_nb.data.libraries import python_values
from copilot_nb.data.stored import DICTS, LISTS, SETS
from copilot_nb.data.values import (
    comes_from,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    module_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import Privacy
    from copilot_nb.data.said import Said

VALUES = 200_000
"""Values of one column, and items of one container, that are read."""
LONG = 10_000_000
"""Values of a long column that are read where its library cannot look for some of them."""
DEPTH = 6
TABLES = 200
"""Tables in one container that are read."""
_PLAIN = {str, int, float}
_SINGLE = (*_PLAIN, datetime.date, Decimal, uuid.UUID)
_LISTS = (*LISTS, *SETS)
_CONTAINERS = {*DICTS, *_LISTS}

Owned = tuple[str, object]
"""Whose value, and the value."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a variable is withheld as a whole, or a table in which columns may be."""

    variable: str
    owner: str
    value: Any
    table: Frame | None = None

    def values(self, privacy: Privacy) -> Iterator[Owned]:
        """Every value of it that must not leave, as far as it can be read."""
        if self.table is None:
            yield from ((self.owner, leaf) for leaf in leaves(self.value))
        else:
            yield from _of_frame(self.variable, self.table, privacy)

    def long_columns(self, privacy: Privacy) -> Iterator[LongColumn]:
        """Its columns of which these are only some."""
        frame = self.table or _table(self.value)
        if frame is None or frame.rows <= VALUES:
            return
        every = enumerate([self.owner] * len(frame.columns))
        columns = withheld_columns(self.variable, frame, privacy) if self.table else every
        yield from (LongColumn(owner, frame, at) for at, owner in columns)


def withheld(name: str, variable: object, privacy: Privacy) -> Iterator[Owned]:
    """Every value of the variable that must not leave, as far as it can be read."""
    return (value for part in parts(name, variable, privacy) for value in part.values(privacy))


def parts(name: str, variable: object, privacy: Privacy) -> Iterator[Part]:
    """Where in a variable something is withheld."""
    frame = frame_of(variable)
    whole = privacy.variable(name) != "allow" or privacy.value(name) != "allow"
    if frame is not None or whole:
        yield Part(name, name, variable, frame)
    else:
        yield from _within(name, variable, privacy)


def withheld_columns(name: str, frame: Frame, privacy: Privacy) -> Iterator[tuple[int, str]]:
    """Where in a table values are withheld, as in `Frame.values`, and whose values they are."""
    whole = privacy.variable(name) != "allow"
    own = (name,) if frame.called_by_variable else ()
    for at, column in enumerate(frame.columns):
        if whole or privacy.called((*column.names, *own), name) != "allow":
            yield at, _owner(name, column.name)
    for at, level in enumerate(frame.index):
        if level and (whole or privacy.called([level], name) != "allow"):
            yield -1 - at, _owner(name, level)


@dataclass(frozen=True, slots=True)
class LongColumn:
    """A column with too many values to know them all."""

    owner: str
    frame: Frame
    at: int

    def among(self, said: Said) -> Iterable[Any]:
        """What of this stands in it."""
        if self.frame.among is not None:
            with contextlib.suppress(Exception):  # values that cannot be compared: one by one, then
                return self.frame.among(self.at, said)
        values = self.frame.values(self.at, max(1, self.frame.rows // LONG))
        wanted = {*said.phrases, *(number.value for number in said.numbers)}
        return wanted.intersection(value for value in values if is_one_of(type(value), _PLAIN))


def leaves(value: Any, depth: int = DEPTH) -> Iterator[object]:
    """The single values in a value: in plain containers, tables and arrays."""
    kind = type(value)
    if is_a(value, _SINGLE) or (is_scientific(value) and not hasattr(kind, "__len__")):
        yield value
    elif depth and is_one_of(kind, DICTS):
        for each in islice(list(value.values()), VALUES):
            yield from leaves(each, depth - 1)
    elif depth and is_one_of(kind, _LISTS):
        for each in islice(list(value), VALUES):
            yield from leaves(each, depth - 1)
    else:
        yield from _cells(value)


def _cells(value: Any) -> Iterator[object]:
    """The values of a table or an array."""
    frame = frame_of(value)
    if frame is not None:
        step = max(1, frame.rows // VALUES)
        for at in range(len(frame.columns)):
            yield from frame.column(at, step)
    elif comes_from(value, "numpy", "ndarray"):
        yield from _elements(value)
    elif comes_from(value, "xarray", "DataArray"):
        yield from _in_memory(value.variable)


def _elements(array: Any) -> Iterable[object]:
    return python_values(array.reshape(-1)[:: max(1, array.size // VALUES)])


def _in_memory(variable: Any) -> Iterator[object]:
    """The values of a variable of xarray, unless reading them would load a file."""
    data = getattr(variable, "_data", None)
    if comes_from(data, "numpy", "ndarray"):
        yield from _elements(data)


def _of_frame(name: str, frame: Frame, privacy: Privacy) -> Iterator[Owned]:
    whole = privacy.variable(name) != "allow"
    step = max(1, frame.rows // VALUES)
    own = (name,) if frame.called_by_variable else ()
    for at, column in enumerate(frame.columns):
        values = frame.column(at, step)
        if whole or privacy.called((*column.names, *own), name) != "allow":
            yield from ((_owner(name, column.name), value) for value in values)
        elif any(is_one_of(type(value), _CONTAINERS) for value in values):
            within = _within(_owner(name, column.name), values, privacy, name)
            yield from (owned for part in within for owned in part.values(privacy))
    if whole or privacy.called(frame.heads, name) != "allow":
        yield from (
            (f"{name}.columns", label) for column in frame.columns for label in column.names
        )
    yield from _of_index(name, frame, privacy, step, whole=whole)


def _of_index(
    name: str, frame: Frame, privacy: Privacy, step: int, *, whole: bool
) -> Iterator[Owned]:
    """Levels of the index that a rule names, and rows whose label is that of a withheld column."""
    if not frame.has_index:
        return
    levels = [
        at
        for at, level in enumerate(frame.index)
        if whole or privacy.called([level], name) != "allow"
    ]
    rows = range(0, frame.rows, step)
    labels = [row[0] for row in frame.read(rows, ())]
    for label in labels if levels else ():
        parts = label if len(frame.index) > 1 else (label,)
        yield from ((_owner(name, frame.index[at] or "index"), parts[at]) for at in levels)
    if any(is_one_of(type(label), {str, tuple}) for label in labels):
        turned = [at for at, label in zip(rows, labels, strict=True) if privacy.hides(label, name)]
        yield from _of_rows(name, frame, turned[: VALUES // max(1, len(frame.columns))])


def _of_rows(name: str, frame: Frame, rows: Sequence[int]) -> Iterator[Owned]:
    for row in frame.read(rows, range(len(frame.columns))) if rows else ():
        yield from ((f"{name}.{row[0]}", value) for value in row[1:])


def _owner(name: str, column: str) -> str:
    """Whose values stand in a column of a variable: a series may have no name of its own."""
    return f"{name}.{column}" if column else name


def _within(name: str, value: Any, privacy: Privacy, variable: str = "") -> Iterator[Part]:
    """What stands under a withheld name somewhere in a value that may itself be seen."""
    variable = variable or name
    hides = privacy.remembered(variable)
    left = VALUES
    waiting: list[tuple[Any, int]] = [(value, DEPTH)]
    while waiting and left > 0:
        found, depth = waiting.pop()
        for key, part in _named(found):
            left -= 1
            if hides(key):
                yield Part(variable, f"{name}.{key}", part)
            elif depth and _has_parts(part):
                waiting.append((part, depth - 1))
            elif depth and left > 0 and (frame := _table(part)) is not None:
                left -= VALUES // TABLES
                yield Part(variable, variable, part, frame)


def _named(value: Any) -> Iterable[tuple[Any, Any]]:
    """The parts of a value with their names; without one where they have none."""
    return next((parts(value) for fits, parts in _KINDS if fits(value)), ())


def _pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    return islice(list(value.items()), VALUES)


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    return ((None, part) for part in islice(list(value), VALUES))


def _fields(array: Any) -> Iterable[tuple[Any, Any]]:
    return ((field, array[field]) for field in array.dtype.names or ())


def _attributes(value: Any) -> Iterable[tuple[Any, Any]]:
    return list(instance_data(value).items())


def _of_levels(index: Any) -> list[tuple[Any, Any]]:
    step = max(1, len(index) // VALUES)
    return [(n, index.get_level_values(at)[::step].tolist()) for at, n in enumerate(index.names)]


def _of_xarray(value: Any) -> list[tuple[Any, Any]]:
    names = value.variables if comes_from(value, "xarray", "Dataset") else value.coords
    own = [(value.name, value)] if comes_from(value, "xarray", "DataArray") else []
    return [*own, *((name, value[name]) for name in names), *value.attrs.items()]


def _has_parts(value: Any) -> bool:
    kind = type(value)
    if is_one_of(kind, _CONTAINERS) or module_of(kind) == "__main__":
        return True
    return _is_array(value) and value.dtype.names is not None


def _table(value: Any) -> Frame | None:
    """The table that stands in a container; the many scalars of libraries are passed by."""
    many = (
        not is_one_of(type(value), _PLAIN)
        and hasattr(type(value), "__len__")
        and is_scientific(value)
    )
    return frame_of(value) if many else None


def _is_array(value: object) -> bool:
    return comes_from(value, "numpy", "ndarray", "recarray")


_KINDS: tuple[
    tuple[Callable[[Any], bool], Callable[[Any], Iterable[tuple[Any, Any]]]],
    ...,
] = (
    (lambda value: is_one_of(type(value), DICTS), _pairs),
    (lambda value: is_one_of(type(value), _LISTS), _items),
    (_is_array, _fields),
    (lambda value: comes_from(value, "xarray", "Dataset", "DataArray"), _of_xarray),
    (lambda value: comes_from(value, "pandas", *INDEXES), _of_levels),
    (lambda value: module_of(type(value)) == "__main__" and not is_a(value, type), _attributes),
)
