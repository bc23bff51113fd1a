"""A namespace in which code is tried: it reads the user's names, and binds only its own.

What the analysis says may change in place is copied first. Code whose effects cannot be told, and
objects that cannot be copied, are refused. Functions of the notebook see the copies too. Whether it
held is checked by comparing the user's namespace before and after.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from copilot_nb.data.copies import bytes_of, copied_together
from copilot_nb.data.effects.values import LEVELS, items_of
from copilot_nb.data.stored import NotCopiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.data.effects.analysis import Consequences

_IPYTHONS = {"In", "Out"}
_OUTSIDE = ("process", "environment")
"""Effects that a copy of names cannot hold back."""


class ScratchRefusedError(Exception):
    """The code cannot be tried without touching what is the user's; the message says why."""


def scratch(namespace: Mapping[str, Any], expected: Consequences, *, room: float) -> dict[str, Any]:
    """A namespace for one trial.

    Args:
        namespace: The user's.
        expected: What the code is expected to do.
        room: How many bytes of copies there may be.

    Raises:
        ScratchRefusedError: It cannot be held back.
    """
    for kind in ("unknown", *_OUTSIDE):
        if kind in expected.world:
            raise ScratchRefusedError(f"{kind}: {'; '.join(expected.world[kind][:3])}")
    if any(module.startswith("__main__") for module in expected.world.get("imports", ())):
        raise ScratchRefusedError("__main__ is the notebook itself")
    names = dict(namespace)
    changing = {name: names[name] for name in expected.changes}
    changed = {id(value) for value in changing.values()}
    changing |= {
        name: value
        for name, value in names.items()
        if name not in _IPYTHONS and not name.startswith("_") and _holds(value, changed, LEVELS)
    }
    size = sum(bytes_of(value) for value in {id(v): v for v in changing.values()}.values())
    if size > room:
        raise ScratchRefusedError(f"copies of {size / 1e6:,.0f} MB are more than the limit")
    _share_nothing(changing)
    try:
        copies = copied_together(changing)
    except NotCopiedError as error:
        raise ScratchRefusedError(f"{', '.join(changing)}: {error}") from None
    made = names | copies
    instead = {id(names[name]): copy for name, copy in copies.items()}
    for name, value in names.items():
        if type(value) is types.FunctionType and value.__globals__ is namespace:
            made[name] = _function(value, made, instead)
    return made


def results(
    made: Mapping[str, Any], before: Iterable[str], expected: Consequences
) -> dict[str, Any]:
    """What a trial has bound or changed, for whoever wants to keep it."""
    known = set(before)
    kept = {*expected.overwrites, *expected.changes}
    return {
        name: value
        for name, value in made.items()
        if not name.startswith("_") and (name not in known or name in kept)
    }


def _holds(value: object, wanted: set[int], levels: int) -> bool:
    """Whether a container holds one of the objects; then its copy must hold the copy."""
    if not wanted or levels == 0:
        return False
    items = items_of(value) or ()
    return any(id(item) in wanted or _holds(item, wanted, levels - 1) for item in items)


def _share_nothing(values: Mapping[str, Any]) -> None:
    """Copies of views would be views no more."""
    for name, value in values.items():
        if getattr(type(value), "__module__", "") == "numpy" and value.base is not None:
            raise ScratchRefusedError(f"{name} shares its memory with another array")


def _function(
    function: Any, namespace: dict[str, Any], instead: Mapping[int, Any]
) -> Callable[..., Any]:
    """The function as it would be here: its globals, defaults and closure hold the copies."""

    def here(value: Any) -> Any:
        return instead.get(id(value), value)

    cells = [_cell(cell, here) for cell in function.__closure__ or ()]
    defaults = tuple(here(value) for value in function.__defaults__ or ())
    made = types.FunctionType(
        function.__code__, namespace, function.__name__, defaults or None, tuple(cells) or None
    )
    given = function.__kwdefaults__
    made.__kwdefaults__ = {k: here(v) for k, v in given.items()} if given else None
    return made


def _cell(cell: types.CellType, here: Callable[[Any], Any]) -> types.CellType:
    try:
        return types.CellType(here(cell.cell_contents))
    except ValueError:  # not bound yet
        return cell
