"""A result cut to a size that can be sent: iterators that never end, huge and cyclic containers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

ITEMS = 10_000
"""Items of one result, all containers together."""
DEPTH = 30
MORE = "… more was left out"
_LISTS = (list, tuple, set, frozenset)


def bounded(value: Any) -> Any:
    """The value with at most `ITEMS` items, as plain lists and dicts; others are left as they are.

    An iterator is read as far as that. Only builtin containers are looked into.
    """
    return _Cut().taken(value, DEPTH)


class _Cut:
    """What is left of the allowance."""

    def __init__(self) -> None:
        self._left = ITEMS

    def taken(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is dict:
            return self._pairs(value, depth)
        if kind in _LISTS or isinstance(value, Iterator):
            return self._items(value, depth)
        return value

    def _items(self, value: Any, depth: int) -> list[Any]:
        if depth <= 0:
            return [MORE]
        found: list[Any] = []
        for item in islice(value, self._left + 1):
            if self._left <= 0:
                return [*found, MORE]
            self._left -= 1
            found.append(self.taken(item, depth - 1))
        return found

    def _pairs(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        if depth <= 0:
            return {MORE: None}
        found: dict[Any, Any] = {}
        for key, item in value.items():
            if self._left <= 0:
                return {**found, MORE: None}
            self._left -= 1
            found[key] = self.taken(item, depth - 1)
        return found
