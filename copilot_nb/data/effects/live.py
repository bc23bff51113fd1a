"""The user's namespace as the analysis sees it: which names reach an object or share its memory."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.sharing import copies_on_write, has_cells
from copilot_nb.data.effects.values import (
    ELEMENTS,
    LEVELS,
    NONE,
    Value,
    items_of,
    kind_of,
    path_of,
)
from copilot_nb.data.memory import arrays, owner_of
from copilot_nb.data.values import instance_data, is_scientific, module_of, type_name
from copilot_nb.data.xarrays import is_xarray

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Live:
    """The user's namespace: which names an object has, and what reaches it.

    Args:
        namespace: Name -> value, read and never changed.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._names: dict[int, list[str]] = {}
        # A copy: code in another thread may be adding names.
        for name, value in dict(namespace).items():
            if not name.startswith("__"):
                self._names.setdefault(id(value), []).append(name)
        self._buffers: dict[str, frozenset[int]] | None = None
        self._stored: dict[int, set[str]] = {}
        self._touched: set[int] = set()
        self._cells: dict[int, bool] = {}

    def value(self, live: object, through: frozenset[str] = NONE) -> Value:
        """A live object, reached through those names."""
        path = path_of(live)
        if path:
            return Value(live=live, path=path, fresh=False, shares=through)
        names = self.names(live) | through
        stored = self._stored.setdefault(id(live), set())
        kind = kind_of(type(live))
        holds = NONE if copies_on_write(kind) and not self._has_cells(live) else names
        return Value(live=live, kind=kind, shares=names, holds=holds, stored=stored,
                     cls=type_name(live), fresh=False)  # fmt: skip

    def touch(self, value: Value) -> None:
        """The value changes: from now on what it holds is not what it holds now."""
        if value.exact:
            self._touched.add(id(value.live))
            return
        self._touched |= {id(self.namespace[n]) for n in value.shares if n in self.namespace}

    def is_intact(self, value: Value) -> bool:
        """Whether it is a live object that still holds what it holds now."""
        return value.exact and id(value.live) not in self._touched

    def names(self, live: object) -> frozenset[str]:
        """Names whose value is the object, or shares its memory."""
        names = frozenset(self._names.get(id(live), ()))
        for whole in _pictures(live):
            names |= frozenset(self._names.get(id(whole), ()))
        buffers = _buffers(live)
        if not buffers:
            return names
        shared = {name for name, theirs in self._memory().items() if theirs & buffers}
        if copies_on_write(kind := kind_of(type(live))):
            shared = {n for n in shared if kind_of(type(self.namespace[n])) != kind}
        return names | shared

    def inside(self, names: frozenset[str]) -> frozenset[str]:
        """Those of the names whose objects hold others that can change, as cells do."""
        return frozenset(
            n for n in names if n not in self.namespace or self._has_cells(self.namespace[n])
        )

    def _has_cells(self, live: object) -> bool:
        if id(live) not in self._cells:
            self._cells[id(live)] = has_cells(live)
        return self._cells[id(live)]

    def within(self, names: frozenset[str]) -> frozenset[str]:
        """Names whose objects the objects of these names hold."""
        return NONE.union(
            *(
                self.names(item)
                for name in names
                if name in self.namespace
                for item in _inside(self.namespace[name], LEVELS)
                if id(item) in self._names or _buffers(item)
            )
        )

    def _memory(self) -> dict[str, frozenset[int]]:
        if self._buffers is None:
            found = {name: _buffers(value) for name, value in dict(self.namespace).items()}
            self._buffers = {name: buffers for name, buffers in found.items() if buffers}
        return self._buffers


def _inside(live: object, levels: int) -> Iterator[object]:
    items = items_of(live)
    if items is None and module_of(type(live)) == "__main__":
        items = list(islice(instance_data(live).values(), ELEMENTS))
    for item in items or axes_of(live):
        yield item
        if levels > 1:
            yield from _inside(item, levels - 1)


def axes_of(live: Any) -> list[object]:
    """The axes of a figure; a class of the user's is asked nothing."""
    figure = instance_data(sys.modules.get("matplotlib.figure")).get("Figure")
    return list(live.axes) if type(live) is figure else []


def _pictures(live: object) -> list[object]:
    """The axes and the figure on which a part of a picture stands."""
    if not module_of(type(live)).startswith("matplotlib."):
        return []
    stored = instance_data(live)
    return [
        stored[name] for name in ("_axes", "axes", "_parent_figure", "figure") if name in stored
    ]


def _buffers(live: object) -> frozenset[int]:
    """What memory arrays and frames stand on: the same number means shared memory."""
    pandas = module_of(type(live)).startswith("pandas.core")
    if (pandas or is_xarray(live)) and not is_scientific(live):
        return frozenset()  # a class of the user's, which is asked nothing
    if not pandas:
        return frozenset(id(owner_of(array)) for array in arrays(live, 0))
    # There is no public way to ask, and without an answer only identity is compared.
    manager = getattr(live, "_mgr", None)
    stored = getattr(manager, "arrays", ()) if manager is not None else ()
    return frozenset(id(owner_of(getattr(array, "_ndarray", array))) for array in stored)
