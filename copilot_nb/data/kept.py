"""What values were before code changed them in place, and making the same objects that again.

Every object within a value that can change is remembered with its own content, which refers to the
objects that it held: so that they come back as themselves, wherever else they are known. Nothing of
the user's classes is run.
"""

from __future__ import annotations

import collections
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copilot_nb.data.copies import DEPTH, ITEMS, NotCopiedError, bytes_of, is_own, table_copy
from copilot_nb.data.libraries import memory_of
from copilot_nb.data.samples import ATOMS, DICTS
from copilot_nb.data.values import instance_data, is_a, module_of
from copilot_nb.data.xarrays import in_memory, is_xarray, slots, variables

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Kept:
    """What a value and everything within it was."""

    value: Any
    parts: list[tuple[Any, Any]] = field(default_factory=list)
    """An object, and its content: a copy of a table, a container of the same items."""
    nbytes: int = 0

    def put_back(self) -> Any:
        """Make every part what it was; the value, or its copy where only that is what it was."""
        now = self.value
        for part, content in self.parts:
            if not _put(part, content) and part is self.value:
                now = content
        return now


def kept(value: Any) -> Kept:
    """What the value is now.

    Raises:
        NotCopiedError: There is no way that is safe and bounded.
    """
    keeper = _Keeper()
    keeper.keep(value, DEPTH)
    if not keeper.parts and type(value) is not tuple:
        raise NotCopiedError(f"values of {type(value).__name__} are not copied")
    return Kept(value, keeper.parts, bytes_of(value))


class _Keeper:
    def __init__(self) -> None:
        self.left = ITEMS
        self.seen: set[int] = set()
        self.parts: list[tuple[Any, Any]] = []

    def keep(self, value: Any, depth: int) -> None:
        """Remember the value, if it can change, and what is in it."""
        if type(value) in ATOMS or id(value) in self.seen:
            return
        self.seen.add(id(value))
        items, content = _content(value)
        self.left -= len(items)
        if self.left < 0 or depth <= 0:
            raise NotCopiedError("it holds too many items")
        if content is not None:
            self.parts.append((value, content))
        for item in items:
            if type(item) not in ATOMS:
                self.keep(item, depth - 1)


class _Slots(dict[str, Any]):
    """What an object of xarray had stored."""


def _content(value: Any) -> tuple[list[Any], Any]:
    """What a value holds, and its own content; None where that cannot change."""
    cls = type(value)
    if cls in DICTS:
        return list(value.values()), dict(value)
    if cls in (list, set, bytearray, collections.deque):
        return [] if cls in (set, bytearray) else list(value), cls(value)
    if cls is tuple:
        return list(value), None
    if is_own(value):
        return list(instance_data(value).values()), dict(instance_data(value))
    if is_xarray(value):
        return _xarray(value)
    table = table_copy(value)
    return _objects(value), table


def _xarray(value: Any) -> tuple[list[Any], Any]:
    """The arrays and attributes of all of its variables, and what ties them together."""
    own = list(variables(value).values())
    stored = [(one, _Slots(slots(one))) for one in (value, *own)]
    arrays = [array for array in map(in_memory, own) if array is not None]
    attributes = [one for _, each in stored for one in each.values() if type(one) is dict]
    return [*arrays, *attributes], stored


def _objects(value: Any) -> list[Any]:
    """What the cells of a table or an array hold that may change."""
    root = module_of(type(value)).partition(".")[0]
    if root == "numpy":
        columns = [value.reshape(-1)] if value.dtype == object else []
    elif root == "pandas" and hasattr(value, "iloc"):
        frame = value.to_frame(name=0) if value.ndim == 1 else value
        every = [frame.iloc[:, at] for at in range(frame.shape[1])]
        columns = [column for column in every if column.dtype == object]
    else:
        columns = []
    return [item for column in columns for item in column.tolist() if type(item) not in ATOMS]


def _put(value: Any, content: Any) -> bool:
    """Make an object what it was; False where that is impossible."""
    cls = type(value)
    if cls in DICTS or is_own(value):
        _put_into(value if cls in DICTS else instance_data(value), content)
    elif cls in (list, bytearray):
        value[:] = content
    elif cls in (set, collections.deque):
        value.clear()
        (value.update if cls is set else value.extend)(content)
    elif is_xarray(value):
        for one, stored in content:
            for name, part in stored.items():
                setattr(one, name, part)
    else:
        return _put_table(value, content)
    return True


def _put_into(target: dict[Any, Any], content: dict[Any, Any]) -> None:
    # Not past a class that keeps an order of its own beside the items.
    owner: Any = collections.OrderedDict if type(target) is collections.OrderedDict else dict
    owner.clear(target)
    owner.update(target, content)


def _put_table(value: Any, copy: Any) -> bool:
    put = _TABLES.get(module_of(type(value)).partition(".")[0])
    return put is not None and put(value, copy)


def _put_tensor(value: Any, copy: Any) -> bool:
    return _put_array(memory_of(value), memory_of(copy))


def _put_array(value: Any, copy: Any) -> bool:
    if value is None or copy is None or not value.flags.writeable:
        return False
    if value.shape != copy.shape or value.dtype != copy.dtype:
        return False
    if is_a(value, sys.modules["numpy"].ma.MaskedArray):
        value.mask = copy.mask
    value[...] = copy
    return True


def _put_pandas(value: Any, copy: Any) -> bool:
    if is_a(value, sys.modules["pandas"].Index):
        value.names = copy.names  # all of it that can change
        return True
    # What pandas' own `inplace=True` ends with; a new object is bound where it is missing.
    update = getattr(value, "_update_inplace", None)
    if update is None:
        return False
    update(copy)
    value.attrs = copy.attrs
    if value.ndim == 1:
        value.name = copy.name
    return True


def _put_polars(value: Any, copy: Any) -> bool:
    """A frame is a name for what Rust holds: it can hold the copy's."""
    for name in ("_df", "_s"):
        if hasattr(value, name):
            setattr(value, name, getattr(copy, name))
            return True
    return False


_TABLES: dict[str, Callable[[Any, Any], bool]] = {
    "numpy": _put_array,
    "pandas": _put_pandas,
    "polars": _put_polars,
    "torch": _put_tensor,
}
