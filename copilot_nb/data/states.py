"""Values whose content is one state that can be asked for and set: random numbers, buffers, arrays.

Only classes that are exactly known are asked.
"""

from __future__ import annotations

import array
import copy
import io
import random
import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import is_a, is_one_of, is_scientific, module_of

if TYPE_CHECKING:
    from collections.abc import Callable

_Ways = tuple["Callable[[Any], Any]", "Callable[[Any, Any], Any]"]


def has_state(value: object) -> bool:
    """Whether the value's content is one state."""
    return _ways(value) is not None


def state_of(value: Any) -> Any:
    """The state, which does not change with the value."""
    ways = _ways(value)
    assert ways is not None  # noqa: S101 - narrows the type; the caller has asked
    return ways[0](value)


def set_state(value: Any, state: Any) -> None:
    """Put the value into a state that it had."""
    ways = _ways(value)
    assert ways is not None  # noqa: S101 - likewise
    ways[1](value, state)


def state_copy(value: Any) -> Any:
    """Another value in the same state."""
    return copy.deepcopy(value)


def _ways(value: object) -> _Ways | None:
    """How the state is asked for and set; None where there is none."""
    if is_one_of(type(value), _OF_PYTHON):
        return _OF_PYTHON[type(value)]
    if not module_of(type(value)).startswith("numpy.random") or not is_scientific(value):
        return None
    numbers: Any = sys.modules["numpy.random"]
    bits = _BITS if is_a(value, numbers.BitGenerator) else None
    return _OF_NUMPY.get(type(value).__name__, bits)


def _set_numbers(value: Any, state: Any) -> None:
    if len(value) * value.itemsize == len(state):
        memoryview(value).cast("B")[:] = state  # also where somebody else looks at the memory
        return
    del value[:]
    value.frombytes(state)


def _seeds_stay(value: Any, state: Any) -> None:
    """Nobody can set how often seeds were drawn."""
    if value.n_children_spawned != state["n_children_spawned"]:
        raise TypeError("seeds were drawn")


def _text_and_place(value: Any) -> Any:
    """What a buffer holds, and where it is read; without attributes, which it rarely has."""
    return (*value.__getstate__()[:-1], None)


def _set_text(value: Any, state: Any) -> None:
    value.__setstate__(state)


_OF_PYTHON: dict[type, _Ways] = {
    array.array: (lambda value: value.tobytes(), _set_numbers),
    io.StringIO: (_text_and_place, _set_text),
    io.BytesIO: (_text_and_place, _set_text),
    random.Random: (lambda value: value.getstate(), lambda value, state: value.setstate(state)),
}
_BITS: _Ways = (lambda value: value.state, lambda value, state: setattr(value, "state", state))
_OF_NUMPY: dict[str, _Ways] = {
    "Generator": (
        lambda value: value.bit_generator.state,
        lambda value, state: setattr(value.bit_generator, "state", state),
    ),
    "RandomState": (
        lambda value: value.get_state(legacy=False),
        lambda value, state: value.set_state(state),
    ),
    "SeedSequence": (lambda value: value.state, _seeds_stay),
}
