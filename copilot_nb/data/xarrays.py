"""What datasets and arrays of xarray hold.

They are read by what their classes store in slots, so that what is not in memory is not loaded and
nothing is computed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import class_data, comes_from, is_a, is_scientific, mro

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_CONTENT = {"_close", "__weakref__"}
"""What an object stores that is no content of it."""


def is_xarray(value: object) -> bool:
    """Whether it is a dataset or an array of xarray."""
    xarray = sys.modules.get("xarray")
    names = ("Dataset", "DataArray")
    classes = tuple(getattr(xarray, name) for name in names if hasattr(xarray, name))
    return bool(classes) and is_a(value, classes)


def variables(value: Any) -> dict[Any, Any]:
    """The variables of a dataset, or those that an array consists of, by name."""
    own = getattr(value, "_variables", None)
    if own is not None:
        return dict(own)
    return {None: value._variable, **value._coords}  # noqa: SLF001 - reading properties would compute


def in_memory(variable: Any) -> Any:
    """The numpy array of a variable; None where its values are elsewhere, or cannot change."""
    data = getattr(variable, "_data", None)
    return data if comes_from(data, "numpy", "ndarray") else None


def is_index(variable: Any) -> bool:
    """Whether a variable's values are an index of pandas, which is in memory and never changes."""
    index = getattr(getattr(variable, "_data", None), "array", None)
    return is_scientific(index) and hasattr(index, "nlevels")


def slots(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object of xarray stores, containers of its own as copies."""
    names = {name for cls in mro(type(value)) for name in class_data(cls).get("__slots__", ())}
    for name in sorted(names - _NO_CONTENT):
        if hasattr(value, name):
            part = getattr(value, name)
            yield name, type(part)(part) if type(part) in (dict, set) and name != "_attrs" else part
