"""What values were before code changed them in place, and making the same objects that again.

Every object within a value that can change is remembered with its own content, which refers to the
objects that it held: so that they come back as themselves, wherever else they are known. Nothing of
the user's classes is run.
"""

from __future__ import annotations

import math
import sys
import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copilot_nb.data.copies import (
    DEPTH,
    ITEM_BYTES,
    ITEMS,
    bytes_of,
    hides_objects,
    object_cells,
    table_copy,
)
from copilot_nb.data.libraries import memory_of
from copilot_nb.data.memory import is_array, plain_array
from copilot_nb.data.states import has_state, set_state, state_of
from copilot_nb.data.stored import (
    ATOMS,
    CONTAINERS,
    NotCopiedError,
    attributes,
    base_of,
    fields,
    inside,
    is_fixed,
    is_live,
    is_own,
    is_own_class,
    is_plain,
    length,
    own_classes,
    set_attributes,
    set_fields,
    set_inside,
)
from copilot_nb.data.values import (
    are_of,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    module_of,
    type_name,
)
from copilot_nb.data.xarrays import in_memory, is_xarray, slots, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Put = Callable[[Any, Any], bool | None]
    """Makes an object what it was; False where that is impossible."""


@dataclass
class Kept:
    """What a value and everything within it was."""

    value: Any
    parts: list[tuple[Any, Any, Put]] = field(default_factory=list)
    """An object, its content (a copy of a table, a container of the same items), the way back."""
    beyond: tuple[str, ...] = ()
    """Classes of what it holds whose content is not kept; fields where these refer to objects."""
    nbytes: int = 0
    failed: list[Any] = field(default_factory=list)
    """What could not be made what it was."""

    def put_back(self) -> Any:
        """Make every part what it was; the value, or its copy where only that is what it was."""
        now = self.value
        for part, content, put in self.parts:
            try:
                done = put(part, content) is not False
            except Exception:  # noqa: BLE001 - a class that refuses; all else comes back
                self.failed.append(part)
                continue
            if not done and part is self.value:
                now = content
            elif not done:
                self.failed.append(part)
        return now


def kept(value: Any, room: float = math.inf, until: float = math.inf) -> Kept:
    """What the value is now.

    Args:
        value: Anything.
        room: Bytes that there are for copies.
        until: The moment, by `time.monotonic`, when it must be done.

    Raises:
        NotCopiedError: There is no way that is safe and bounded.
    """
    keeper = _Keeper(room, until)
    keeper.keep(value, DEPTH)
    if not keeper.parts and base_of(value) is not tuple:
        raise NotCopiedError(f"values of {type(value).__name__} are not copied")
    return Kept(value, keeper.parts, tuple(sorted(keeper.beyond)), keeper.nbytes)


class _Keeper:
    def __init__(self, room: float, until: float) -> None:
        self.left = ITEMS
        self.room = room
        self.until = until
        self.nbytes = 0
        self.seen: set[int] = set()
        self.parts: list[tuple[Any, Any, Put]] = []
        self.beyond: set[str] = set()

    def keep(self, value: Any, depth: int) -> None:
        """Remember the value, if it can change, and what is in it."""
        if is_one_of(type(value), ATOMS) or id(value) in self.seen:
            return
        self.seen.add(id(value))
        items = self._content(value)
        for item in () if are_of(items, ATOMS) else items:
            if not is_one_of(type(item), ATOMS):
                self.left -= 1
                if depth <= 1 or self.left < 0:
                    raise NotCopiedError("it holds too many items")
                self.keep(item, depth - 1)

    def _content(self, value: Any) -> Iterable[Any]:
        """Remember the value's own content; what it holds."""
        if time.monotonic() > self.until:
            raise NotCopiedError("copying took too long")
        if is_plain(value):
            return self._stored(value)
        if is_own_class(value):
            stored = fields(value)
            return self._part(value, stored, set_fields, stored.values())
        return () if is_fixed(value) else self._other(value)

    def _other(self, value: Any) -> Iterable[Any]:
        """Of what its library alone can read, or nobody."""
        if is_xarray(value):
            return self._xarray(value)
        self._measure(bytes_of(value, levels=0))
        table = table_copy(value)
        if table is not None:
            return self._table(value, table)
        if has_state(value):
            return self._part(value, state_of(value), set_state)
        self.beyond.add(type_name(value))
        return self._stored(value) if is_own(value) else ()

    def _measure(self, nbytes: int) -> None:
        self.nbytes += nbytes
        if self.nbytes > self.room:
            raise NotCopiedError("it holds more than the limit")

    def _stored(self, value: Any) -> Iterable[Any]:
        """Of an object whose class is no library's of tables."""
        items: list[Any] = []
        base, stored = base_of(value), attributes(value)
        self._measure(ITEM_BYTES * (1 if base is None else 1 + length(value)))
        if base is not None:
            content = inside(value)
            items += content.values() if type(content) is dict else content
            if base not in (tuple, frozenset):
                self._part(value, content, set_inside)
        if stored or not is_one_of(type(value), CONTAINERS):
            self._part(value, stored, set_attributes)
        items += stored.values()
        live = [part for part in stored.values() if is_live(part)]
        if live and not is_own(value):
            raise NotCopiedError(f"it holds what is no data ({type_name(live[0])})")
        return [*items, *own_classes(value)]

    def _table(self, value: Any, table: Any) -> Iterable[Any]:
        """A table or an array: its copy, what its cells hold, and attributes of a subclass."""
        items = [item for cells in object_cells(table) for item in cells.ravel().tolist()]
        if hides_objects(value):
            self.beyond.add("fields")
        of_pandas = "_mgr" in instance_data(value)
        stored = attributes(value) if of_pandas or not is_scientific(value) else {}
        items += [part for name, part in stored.items() if name not in _BY_PANDAS]
        if of_pandas:
            stored["_mgr"] = table._mgr  # noqa: SLF001 - as pandas' own `inplace=True` does
            if "_item_cache" in stored:
                stored["_item_cache"] = {}
            return self._part(value, stored, set_attributes, items)
        if stored:
            self._part(value, stored, set_attributes)
        if is_array(table):
            table.flags.writeable = plain_array(value).flags.writeable
        return self._part(value, table, _put_table, items)

    def _xarray(self, value: Any) -> Iterable[Any]:
        """The arrays and attributes of all of its variables, and what ties them together."""
        own = list(variables(value).values())
        stored = [(one, dict(slots(one))) for one in (value, *own)]
        arrays = [array for array in map(in_memory, own) if array is not None]
        attrs = [each.get("_attrs") for _, each in stored]
        return self._part(value, stored, _put_xarray, [*arrays, *attrs])

    def _part(self, value: Any, content: Any, put: Put, items: Iterable[Any] = ()) -> Iterable[Any]:
        self.parts.append((value, content, put))
        return items


def _put_xarray(_value: Any, content: Any) -> None:
    for one, stored in content:
        for name, part in stored.items():
            setattr(one, name, part)


def _put_table(value: Any, copy: Any) -> bool:
    root = module_of(type(copy)).partition(".")[0]
    return root in _TABLES and _TABLES[root](value, copy)


def _put_tensor(value: Any, copy: Any) -> bool:
    array = memory_of(value)
    return array is not None and _put_array(array, memory_of(copy))


def _put_array(value: Any, copy: Any) -> bool:
    if not _put_form(value, copy):
        return False
    array = plain_array(value)
    try:
        array.flags.writeable |= copy.flags.writeable
    except ValueError:  # its memory is another's
        return False
    if not array.flags.writeable:
        return False
    if is_a(array, sys.modules["numpy"].ma.MaskedArray):
        array.mask = copy.mask
    array[...] = copy
    return True


def _put_form(value: Any, copy: Any) -> bool:
    """Give an array its dtype and shape again; its memory must be as large as it was."""
    array, cls = plain_array(value), sys.modules["numpy"].ndarray
    if array.nbytes != copy.nbytes:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy advises against it
            if array.dtype != copy.dtype:
                cls.dtype.__set__(value, copy.dtype)
            if plain_array(value).shape != copy.shape:
                cls.shape.__set__(value, copy.shape)
    except (AttributeError, TypeError, ValueError):  # it is not contiguous, or holds objects
        return False
    return True


def _put_index(value: Any, copy: Any) -> bool:
    value.names = copy.names  # all of it that can change
    return True


def _put_polars(value: Any, copy: Any) -> bool:
    """A frame is a name for what Rust holds: it can hold the copy's."""
    for name in ("_df", "_s"):
        if hasattr(value, name):
            setattr(value, name, getattr(copy, name))
            return True
    return False


_BY_PANDAS = {"_mgr", "_flags", "_item_cache", "_cacher"}
"""What pandas stores that holds nothing of the user's."""
_TABLES: dict[str, Callable[[Any, Any], bool]] = {
    "numpy": _put_array,
    "pandas": _put_index,
    "polars": _put_polars,
    "torch": _put_tensor,
}
