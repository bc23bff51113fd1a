"""A namespace in which code is tried: it reads the user's names, and binds only its own.

What the analysis says may change in place is copied first. Code whose effects cannot be told, and
objects that cannot be copied, are refused. Functions of the notebook see the copies too. Figures
that are open are put aside while it runs. Whether it held is checked by comparing the user's
namespace before and after.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from copilot_nb.data.copies import bytes_of, copied_together, read_only
from copilot_nb.data.effects.values import LEVELS, items_of
from copilot_nb.data.memory import sharing
from copilot_nb.data.stored import NotCopiedError
from copilot_nb.data.xarrays import is_xarray
from copilot_nb.kernel.figures import is_drawn

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
    names = dict(namespace)
    _refuse(names, expected)
    changing = _changing(names, expected)
    # What is written into a shallow copy of a dataset is written into the dataset.
    read = {n: names[n] for n in expected.reads if n not in changing and is_xarray(names.get(n))}
    if _size({**changing, **read}) <= room:
        changing, read = {**changing, **read}, {}
    if _size(changing) > room:
        size = _size(changing) / 1e6
        raise ScratchRefusedError(f"copies of {size:,.0f} MB are more than the limit")
    try:
        copies = copied_together(changing) | {n: read_only(value) for n, value in read.items()}
    except NotCopiedError as error:
        raise ScratchRefusedError(str(error)) from None
    made = names | copies
    instead = {id(names[name]): copy for name, copy in copies.items()}
    for name, value in names.items():
        if type(value) is types.FunctionType and value.__globals__ is namespace:
            made[name] = _function(value, made, instead)
    return made


def _refuse(names: Mapping[str, Any], expected: Consequences) -> None:
    """Nothing of what a copy of names cannot hold back may be among the effects."""
    for kind in ("unknown", *_OUTSIDE):
        if kind in expected.world:
            raise ScratchRefusedError(f"{kind}: {'; '.join(expected.world[kind][:3])}")
    if any(module.startswith("__main__") for module in expected.world.get("imports", ())):
        raise ScratchRefusedError("__main__ is the notebook itself")
    drawn = sorted(name for name in expected.reads if is_drawn(names.get(name)))
    if drawn:
        raise ScratchRefusedError(f"{', '.join(drawn)}: figures are not copied")


def _changing(names: Mapping[str, Any], expected: Consequences) -> dict[str, Any]:
    """What may change in place, and what must go on sharing memory and items with it."""
    theirs = {n: v for n, v in names.items() if n not in _IPYTHONS and not n.startswith("_")}
    changing = {name: names[name] for name in expected.changes}
    changing |= {name: theirs[name] for name in sharing(theirs, changing.values())}
    changed = {id(value) for value in changing.values()}
    return changing | {n: value for n, value in theirs.items() if _holds(value, changed, LEVELS)}


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


def _size(values: Mapping[str, Any]) -> int:
    return sum(bytes_of(value) for value in {id(v): v for v in values.values()}.values())


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
