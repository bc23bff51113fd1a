"""What a namespace was before and after a run of code, and the difference in words.

Names, identities, types, shapes, columns and a sample of the content; never a repr. Bounded in
time: when a namespace is too large, the content of what is left over is not compared.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.data.arrays import sizes
from copilot_nb.data.frames import frame_of
from copilot_nb.data.samples import KNOWN, Sample, sample
from copilot_nb.data.values import FUNCTIONS, comes_from, is_a, is_one_of, size, type_name
from copilot_nb.data.xarrays import variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECONDS = 0.04
"""Of computing to read content; what comes later is compared by identity and shape."""
COLUMNS = 6
"""Names of columns in one line."""
LINES = 30
"""Lines of one run."""

Kind = Literal["new", "deleted", "rebound", "changed", "unsure"]
"""unsure: it may have changed where nothing was compared: between samples, or in what C holds."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One value at one moment."""

    identity: int
    type: str
    shape: str
    """Such as "8,760 × 12", "3 items"; empty when it has none."""
    columns: tuple[tuple[str, str], ...] = ()
    """Name and type of each, of a table."""
    content: Sample | None = None
    """None when there was no time to read it."""

    @property
    def whole(self) -> bool:
        """Whether all of the content was read."""
        return self.content is not None and self.content.whole

    def same_as(self, other: Fingerprint) -> bool:
        """Whether nothing tells the two moments apart."""
        if (self.type, self.shape, self.columns) != (other.type, other.shape, other.columns):
            return False
        return self.content is None or other.content is None or self.content == other.content


def fingerprint(value: object, *, content: bool = True, deep: bool = True) -> Fingerprint:
    """One value now."""
    read = sample(value, deep=deep) if content else None
    if comes_from(value, "xarray", "Dataset"):
        return _dataset(value, read)
    frame = None if is_one_of(type(value), KNOWN) else frame_of(value)
    if frame is None:
        return Fingerprint(id(value), type_name(value), _shape(value), (), read)
    if frame.kind.endswith("Series"):
        return Fingerprint(
            id(value), frame.kind, f"{frame.rows:,} rows", (("", frame.columns[0].dtype),), read
        )
    shape = f"{frame.rows:,} × {len(frame.columns):,}"
    columns = tuple((column.name, column.dtype) for column in frame.columns)
    return Fingerprint(id(value), frame.kind, shape, columns, read)


def _dataset(value: Any, read: Sample | None) -> Fingerprint:
    columns = ((str(name), str(part.dtype)) for name, part in variables(value).items())
    return Fingerprint(id(value), "Dataset", sizes(value), tuple(columns), read)


def fingerprints(
    namespace: Mapping[str, Any],
    first: Iterable[str] = (),
    seen: dict[int, Fingerprint] | None = None,
) -> dict[str, Fingerprint]:
    """Every value now, each object once.

    Args:
        namespace: Names and values.
        first: Names whose content is read before that of others; only of these is read what objects
            of packages store, which may change by being used.
        seen: What is known of objects at this moment, by identity; gets what is read.
    """
    deadline = time.thread_time() + SECONDS
    seen = {} if seen is None else seen
    wanted = {name: True for name in first if name in namespace}
    for name in (*wanted, *namespace):
        value = namespace[name]
        if id(value) not in seen:
            content = time.thread_time() < deadline
            seen[id(value)] = fingerprint(value, content=content, deep=name in wanted)
    return {name: seen[id(value)] for name, value in namespace.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one name, or of several of the same object."""

    kind: Kind
    names: tuple[str, ...]
    before: Fingerprint | None = None
    after: Fingerprint | None = None

    @property
    def in_place(self) -> bool:
        """Whether the object is the one that it was."""
        return self.kind in ("changed", "unsure")

    @property
    def line(self) -> str:
        """The change in words: "`df` 8,760 × 12 → 8,112 × 13, + `gap_h`"."""
        first, *others = (f"`{name}`" for name in self.names)
        name = f"{first} (also {', '.join(others)})" if others else first
        match self.before, self.after:
            case Fingerprint(), Fingerprint() if self.kind == "unsure":
                return f"{name} may have changed: it was not compared whole"
            case None, Fingerprint() as after:
                return f"new {name}{_described(after)}"
            case Fingerprint(), None:
                return f"deleted {name}"
            case Fingerprint() as before, Fingerprint() as after:
                return f"{name} {_difference(before, after)}"
        return name


def lines(changes: Iterable[Change]) -> tuple[str, ...]:
    """Changes in words, bounded."""
    every = [change.line for change in changes]
    if len(every) <= LINES:
        return tuple(every)
    return (*every[:LINES], f"… {len(every) - LINES:,} more")


def _described(after: Fingerprint) -> str:
    words = after.shape or after.type
    return f" ({words})" if words else ""


def _difference(before: Fingerprint, after: Fingerprint) -> str:
    if before.type != after.type:
        return f"{_known(before)} → {_known(after)}"
    parts = []
    if before.shape != after.shape:
        parts.append(f"{before.shape} → {after.shape}")
    parts += _columns(dict(before.columns), dict(after.columns))
    if not parts and tuple(dict(before.columns)) != tuple(dict(after.columns)):
        parts.append("columns in another order")
    return ", ".join(parts) or ("changed" if not before.same_as(after) else "set again")


def _known(value: Fingerprint) -> str:
    return f"{value.type} {value.shape}".strip()


def _columns(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    added = [f"+ `{name}`" for name in after if name not in before]
    removed = [f"− `{name}`" for name in before if name not in after]
    typed = [
        f"`{name}` {before[name]} → {after[name]}" if name else f"{before[name]} → {after[name]}"
        for name in after
        if name in before and before[name] != after[name]
    ]
    return [*_few(added), *_few(removed), *_few(typed)]


def _few(parts: list[str]) -> list[str]:
    if len(parts) <= COLUMNS:
        return parts
    return [*parts[:COLUMNS], f"{parts[0][0]} {len(parts) - COLUMNS:,} more columns"]


def _shape(value: object) -> str:
    if is_a(value, (type, *FUNCTIONS)):
        return ""
    words = size(value)
    if words in {"1 items", "1 characters", "1 bytes"}:
        return words[:-1]
    return words.strip("()").replace(", ", " × ") if words.startswith("(") else words
