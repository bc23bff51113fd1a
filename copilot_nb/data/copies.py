"""Copies of values that code may change in place, and putting them back into the same objects.

Tables, arrays and builtin containers are copied; what they hold of other classes is shared with
the original. Copying runs no code of the user's classes.
"""

from __future__ import annotations

import collections
import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.values import items_of
from copilot_nb.data.samples import ATOMS, DICTS
from copilot_nb.data.values import (
    instance_data,
    is_a,
    module_of,
    plain_attribute,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ITEMS = 200_000
"""Items of nested containers that one copy takes."""
DEPTH = 20
_ITEM_BYTES = 64
_IMMUTABLE = ("polars", "pyarrow")


class NotCopiedError(Exception):
    """The value cannot be copied; the message says why."""


def bytes_of(value: object, levels: int = 2) -> int:
    """About how much memory a value takes, with what it holds so many levels down."""
    root = module_of(type(value)).partition(".")[0]
    if root == "pandas" and hasattr(value, "memory_usage"):
        usage = value.memory_usage(index=False)
        return int(usage if isinstance(usage, int) else usage.sum())
    if root == "polars" and hasattr(value, "estimated_size"):
        return int(value.estimated_size())
    nbytes = plain_attribute(value, "nbytes")
    if isinstance(nbytes, int):
        return nbytes
    cls = type(value)
    if cls in (list, tuple, set, frozenset, collections.deque, *DICTS):
        return len(value) * _ITEM_BYTES + _held(items_of(value) or (), levels)  # type: ignore[arg-type]  # a container
    if _is_own(value):
        return _ITEM_BYTES + _held(tuple(instance_data(value).values()), levels)
    return len(value) if cls in (bytes, bytearray, str) else _ITEM_BYTES  # type: ignore[arg-type]


def _held(items: Iterable[object], levels: int) -> int:
    large = (item for item in items if type(item) not in ATOMS)
    return sum(bytes_of(item, levels - 1) for item in large) if levels else 0


Inside = list[tuple[Any, "Attributes"]]
"""Objects of the notebook's classes that a value holds, and what each had stored."""


def copied(value: object, inside: Inside | None = None) -> Any:
    """A copy that later changes of the value do not reach.

    Args:
        value: What is copied.
        inside: Gets the objects of the notebook's classes that it holds: the copy shares them.

    Raises:
        NotCopiedError: There is no way that is safe and bounded.
    """
    copier = _Copier()
    made = copier.copy(value, DEPTH)
    if inside is not None:
        inside.extend(copier.inside)
    return made


def copied_together(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copies of several values that refer to each other as the values do.

    Raises:
        NotCopiedError: One of them cannot be copied.
    """
    copier = _Copier()
    made = {name: copier.copy(value, DEPTH) for name, value in values.items()}
    if copier.inside or any(type(copy) is Attributes for copy in made.values()):
        raise NotCopiedError("objects of classes of the notebook are not copied for a trial")
    return made


class _Copier:
    def __init__(self) -> None:
        self.left = ITEMS
        self.done: dict[int, Any] = {}
        self.inside: Inside = []

    def copy(self, value: Any, depth: int) -> Any:
        if type(value) in ATOMS:
            return value
        if id(value) in self.done:
            return self.done[id(value)]
        cls = type(value)
        if cls in _CONTAINERS:
            return self._container(value, cls, depth)
        made = _table(value)
        if made is not None:
            self.done[id(value)] = made
            return made
        if depth == DEPTH:
            return self._whole(value)
        if _is_own(value):
            self.done[id(value)] = value
            self.inside.append((value, self._attributes(value, depth - 1)))
        return value

    def _attributes(self, value: Any, depth: int) -> Attributes:
        return Attributes(self.copy(instance_data(value), depth))

    def _whole(self, value: Any) -> Any:
        """What was asked for itself: an instance's attributes, or nothing."""
        if _is_own(value):
            self.done[id(value)] = value
            return self._attributes(value, DEPTH - 1)
        raise NotCopiedError(f"values of {type(value).__name__} are not copied")

    def _container(self, value: Any, cls: type, depth: int) -> Any:
        self.left -= len(value)
        if self.left < 0 or depth <= 0:
            raise NotCopiedError("it holds too many items")
        if cls in DICTS:
            made = self.done[id(value)] = _empty(value, cls)
            for key, item in list(value.items()):
                dict.__setitem__(made, key, self.copy(item, depth - 1))
            return made
        if cls in (set, bytearray, frozenset):
            return cls(value)
        items = list(value)
        if cls is tuple:
            return tuple(self.copy(item, depth - 1) for item in items)
        made = self.done[id(value)] = [] if cls is list else collections.deque(maxlen=value.maxlen)
        made.extend(self.copy(item, depth - 1) for item in items)
        return made


def _is_own(value: Any) -> bool:
    """Whether it is an instance of a class of the notebook, with attributes."""
    cls = type(value)
    return module_of(cls) == "__main__" and not is_a(value, type) and bool(instance_data(value))


class Attributes(dict[str, Any]):
    """What an instance had stored."""


_CONTAINERS = (list, tuple, set, frozenset, bytearray, collections.deque, *DICTS)


def _empty(value: Any, cls: type) -> Any:
    return cls(value.default_factory) if cls is collections.defaultdict else cls()


def _table(value: Any) -> Any:
    root = module_of(type(value)).partition(".")[0]
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if root == "pandas" and is_a(value, (pandas.DataFrame, pandas.Series)):  # type: ignore[union-attr]
        return value.copy(deep=True)
    if root == "numpy" and is_a(value, numpy.ndarray):  # type: ignore[union-attr]  # loaded
        return value.copy()
    if root in _IMMUTABLE and hasattr(value, "clone"):
        return value.clone()
    return None


def put_back(value: Any, copy: Any) -> bool:
    """Make the same object what its copy is; False where only a new object can be."""
    cls = type(value)
    if type(copy) is Attributes:
        return _put_into(instance_data(value), copy)
    if cls in DICTS:
        return _put_into(value, copy)
    if cls in (list, bytearray):
        value[:] = copy
        return True
    if cls is collections.deque or cls is set:
        value.clear()
        (value.update if cls is set else value.extend)(copy)
        return True
    return _put_table(value, copy)


def _put_into(target: dict[Any, Any], copy: dict[Any, Any]) -> bool:
    dict.clear(target)
    dict.update(target, copy)
    return True


def _put_table(value: Any, copy: Any) -> bool:
    root = module_of(type(value)).partition(".")[0]
    if root == "numpy" and value.shape == copy.shape and value.dtype == copy.dtype:
        if not value.flags.writeable:
            return False
        value[...] = copy
        return True
    # What pandas' own `inplace=True` ends with; a new object is bound where it is missing.
    update = getattr(value, "_update_inplace", None) if root == "pandas" else None
    if update is None:
        return False
    update(copy)
    return True
