"""Arrays of several dimensions as tables: a row for each cell of the grid.

What lies along some of the dimensions only, such as a coordinate, repeats along the others; it is
not copied for that. What is not in memory is left out.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.data.xarrays import in_memory, is_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Stretched:
    """An array along some dimensions of a grid, read as if it were one along its cells."""

    base: Any
    axes: tuple[int, ...]
    """Which of the grid's dimensions its own are."""
    shape: tuple[int, ...]
    """The grid's."""

    @property
    def dtype(self) -> Any:
        """That of the array."""
        return self.base.dtype

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __getitem__(self, cells: slice) -> Any:
        numpy: Any = sys.modules["numpy"]
        places = numpy.unravel_index(numpy.arange(*cells.indices(len(self))), self.shape)
        return self.base[tuple(places[axis] for axis in self.axes)]


def cells_of(array: Any) -> dict[str, Any]:
    """An array of numpy: the positions along each dimension, and the value there."""
    axes = range(array.ndim)
    places = _positions([f"axis {axis}" for axis in axes], array.shape)
    return {**places, "value": _stretched(array, tuple(axes), array.shape)}


def cells_of_xarray(value: Any) -> dict[str, Any]:
    """A dataset or an array of xarray: coordinates and variables; empty without any in memory.

    Of a dataset along the dimensions of its largest variable; what has others is left out.
    """
    is_dataset = hasattr(value, "data_vars")
    own = dict(value.data_vars) if is_dataset else {value.name or "value": value}
    known = {name: _values(part.variable) for name, part in {**value.coords, **own}.items()}
    able = [name for name in own if known[name] is not None]
    if len(value.dims) == 1 and not able:
        able = [name for name in value.coords if known[name] is not None]
    if not able:
        return {}
    parts = {**value.coords, **own}
    widest = max(able, key=lambda name: (parts[name].ndim, known[name].size))
    sizes: Mapping[Any, int] = dict(parts[widest].sizes)
    shape = tuple(sizes.values())
    columns = {
        str(name): _stretched(known[name], tuple(map(list(sizes).index, part.dims)), shape)
        for name, part in parts.items()
        if known[name] is not None and part.dims and set(part.dims) <= set(sizes)
    }
    if len(sizes) < 2:  # noqa: PLR2004 - of one dimension the rows say where they are
        return columns
    places = _positions(list(map(str, sizes)), shape)
    return {**{name: at for name, at in places.items() if name not in columns}, **columns}


def _values(variable: Any) -> Any:
    array = in_memory(variable)
    return variable.to_index().to_numpy() if array is None and is_index(variable) else array


def _positions(names: Sequence[str], shape: tuple[int, ...]) -> dict[str, Any]:
    numpy: Any = sys.modules["numpy"]
    return {
        name: Stretched(numpy.arange(shape[axis]), (axis,), shape)
        for axis, name in enumerate(names)
    }


def _stretched(array: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    whole = axes == tuple(range(len(shape))) and array.flags.c_contiguous
    return array.reshape(-1) if whole else Stretched(array, axes, shape)
