"""How much memory values take, and copies of them: of tables, arrays and builtin containers.

What they hold of other classes is shared with the original. Copying runs no code of the user's
classes.
"""

from __future__ import annotations

import collections
import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.values import items_of
from copilot_nb.data.libraries import memory_of
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
    if root == "polars" and hasattr(value, "estimated_size"):
        return int(value.estimated_size())
    nbytes = plain_attribute(value, "nbytes")
    if isinstance(nbytes, int):
        return nbytes
    if root == "pandas" and hasattr(value, "memory_usage"):
        return int(value.memory_usage(index=False).sum())
    cls = type(value)
    if cls in (list, tuple, set, frozenset, collections.deque, *DICTS):
        return len(value) * _ITEM_BYTES + _held(items_of(value) or (), levels)  # type: ignore[arg-type]  # a container
    if is_own(value):
        return _ITEM_BYTES + _held(tuple(instance_data(value).values()), levels)
    return len(value) if cls in (bytes, bytearray, str) else _ITEM_BYTES  # type: ignore[arg-type]  # these have a length


def _held(items: Iterable[object], levels: int) -> int:
    large = (item for item in items if type(item) not in ATOMS)
    return sum(bytes_of(item, levels - 1) for item in large) if levels else 0


def copied_together(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copies of several values that refer to each other as the values do.

    Raises:
        NotCopiedError: One of them cannot be copied.
    """
    copier = _Copier()
    return {name: copier.copy(value, DEPTH) for name, value in values.items()}


class _Copier:
    def __init__(self) -> None:
        self.left = ITEMS
        self.done: dict[int, Any] = {}

    def copy(self, value: Any, depth: int) -> Any:
        if type(value) in ATOMS:
            return value
        if id(value) in self.done:
            return self.done[id(value)]
        cls = type(value)
        if cls in _CONTAINERS:
            return self._container(value, cls, depth)
        made = table_copy(value)
        if made is not None:
            self.done[id(value)] = made
            return made
        if is_own(value):
            raise NotCopiedError("objects of classes of the notebook are not copied for a trial")
        if depth == DEPTH:
            raise NotCopiedError(f"values of {cls.__name__} are not copied")
        return value

    def _container(self, value: Any, cls: type, depth: int) -> Any:
        self.left -= len(value)
        if self.left < 0 or depth <= 0:
            raise NotCopiedError("it holds too many items")
        if cls in DICTS:
            made = self.done[id(value)] = _empty(value, cls)
            for key, item in list(value.items()):
                made[key] = self.copy(item, depth - 1)
            return made
        if cls in (set, bytearray, frozenset):
            return cls(value)
        items = list(value)
        if cls is tuple:
            return tuple(self.copy(item, depth - 1) for item in items)
        made = self.done[id(value)] = [] if cls is list else collections.deque(maxlen=value.maxlen)
        made.extend(self.copy(item, depth - 1) for item in items)
        return made


def is_own(value: Any) -> bool:
    """Whether it is an instance of a class of the notebook, with attributes."""
    cls = type(value)
    return module_of(cls) == "__main__" and not is_a(value, type) and bool(instance_data(value))


_CONTAINERS = (list, tuple, set, frozenset, bytearray, collections.deque, *DICTS)


def _empty(value: Any, cls: type) -> Any:
    return cls(value.default_factory) if cls is collections.defaultdict else cls()


def table_copy(value: Any) -> Any:
    """A copy of a table, an array or a tensor; None for anything else."""
    root = module_of(type(value)).partition(".")[0]
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if root == "pandas" and is_a(value, (pandas.DataFrame, pandas.Series, pandas.Index)):  # type: ignore[union-attr]  # `root` says that it is there
        return value.copy(deep=not is_a(value, pandas.Index))  # type: ignore[union-attr]  # loaded
    if root == "torch" and memory_of(value) is not None:
        return value.detach().clone().requires_grad_(value.requires_grad)
    if root == "numpy" and is_a(value, numpy.ndarray):  # type: ignore[union-attr]  # loaded
        return value.copy()
    if root in _IMMUTABLE and hasattr(value, "clone"):
        return value.clone()
    return None
