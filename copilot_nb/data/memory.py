"""Which values stand on the same memory: arrays, views of them, and datasets that hold them.

Tables of pandas are not meant: what is written through one of them, no other sees.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.values import items_of
from copilot_nb.data.values import is_a, is_scientific
from copilot_nb.data.xarrays import in_memory, is_xarray, variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LEVELS = 2
"""How deep containers are searched for arrays."""


def is_array(value: object) -> bool:
    """Whether the value is an array of numpy, or of a class that inherits from it."""
    array = getattr(sys.modules.get("numpy"), "ndarray", None)
    return array is not None and is_a(value, array)


def plain_array(value: Any) -> Any:
    """The array past what a subclass of the user's overrides."""
    array = sys.modules["numpy"].ndarray
    return value if is_scientific(value) else array.view(value, array)


def arrays(value: Any, levels: int = LEVELS) -> Iterator[Any]:
    """The arrays of numpy that a value is, or holds."""
    if is_array(value):
        yield value
    elif is_xarray(value):
        yield from (each for each in map(in_memory, variables(value).values()) if each is not None)
    elif levels:
        for item in items_of(value) or ():
            yield from arrays(item, levels - 1)


def owner_of(array: Any) -> Any:
    """What the memory of an array belongs to: an array, or what was made one, such as bytes."""
    while is_array(array):
        base = sys.modules["numpy"].ndarray.base.__get__(array)
        if base is None:
            break
        array = base
    return array


def owners(values: Iterable[Any], levels: int = LEVELS) -> dict[int, set[int]]:
    """Identity of what memory belongs to -> identities of the arrays that stand on it."""
    found: dict[int, set[int]] = {}
    for value in values:
        for array in arrays(value, levels):
            found.setdefault(id(owner_of(array)), set()).add(id(array))
    return found


def sharing(names: Mapping[str, Any], values: Iterable[Any], levels: int = LEVELS) -> set[str]:
    """The names whose arrays stand on the memory of these values."""
    wanted = owners(values).keys()
    if not wanted:
        return set()
    return {name for name, value in names.items() if owners([value], levels).keys() & wanted}
