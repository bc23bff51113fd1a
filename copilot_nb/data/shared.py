"""Arrays that are the memory of a withheld column under another name: `ids = df["id"].values`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.frames import frame_of
from copilot_nb.data.privacy import ACCESSES
from copilot_nb.data.values import comes_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from copilot_nb.data.privacy import Access, Privacy


def shared(variables: Mapping[str, object], privacy: Privacy) -> dict[str, Access]:
    """Names of arrays that look into withheld columns -> how much of these may leave."""
    arrays = {n: value for n, value in variables.items() if comes_from(value, "numpy", "ndarray")}
    found: dict[str, Access] = {}
    if not arrays or not privacy:
        return found
    numpy: Any = sys.modules["numpy"]
    for memory, access in _withheld_memory(variables, privacy):
        for name, array in arrays.items():
            # By bounds alone: at most a neighbour in the same block is held back, too.
            if numpy.may_share_memory(array, memory):
                found[name] = max(found.get(name, "allow"), access, key=ACCESSES.index)
    return found


def _withheld_memory(
    variables: Mapping[str, object], privacy: Privacy
) -> Iterator[tuple[Any, Access]]:
    for name, value in variables.items():
        frame = frame_of(value)
        if frame is None:
            continue
        for at, column in enumerate(frame.columns):
            whole = privacy.variable(name)
            access = max(privacy.called(column.names, name), whole, key=ACCESSES.index)
            memory = _memory(value, at) if access != "allow" else None
            if memory is not None:
                yield memory, access


def _memory(table: Any, at: int) -> Any:
    """The array that a column stands on; None where it is of another kind."""
    try:
        if comes_from(table, "pandas", "DataFrame", "Series"):
            column = table if table.ndim == 1 else table.iloc[:, at]
            array = getattr(column.array, "_ndarray", None)
        else:
            series = table.to_series(at) if hasattr(table, "to_series") else table
            array = series.to_numpy(allow_copy=False)
    except Exception:  # noqa: BLE001 - what cannot be seen without a copy is not shared
        return None
    return array if comes_from(array, "numpy", "ndarray") else None
