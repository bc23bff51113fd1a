"""What the kernel tools say about DataFrames, read back into values.

The scenes decide by these values which frame, columns and chart are worth showing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FRAME = re.compile(
    r"^(?P<name>[A-Za-z_]\w*): DataFrame, (?P<rows>[\d,]+) rows? × (?P<width>[\d,]+)", re.MULTILINE
)
_COLUMN = re.compile(
    r"^  (?P<name>.+): (?P<dtype>[^:]+?)(?:, (?P<missing>[\d,]+) missing)?$", re.MULTILINE
)
_DULL = re.compile(r"^(?:id|index|unnamed.*|.*_id|year|month|day|weekday)$", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One column of a frame."""

    name: str
    dtype: str
    missing: int = 0

    @property
    def is_time(self) -> bool:
        """Whether it holds points in time."""
        return self.dtype.lower().startswith("datetime")

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return bool(re.match(r"[ui]*int|float", self.dtype, re.IGNORECASE))

    @property
    def is_category(self) -> bool:
        """Whether it holds names or flags."""
        return self.dtype.lower() in {"object", "str", "string", "category", "bool", "boolean"}


@dataclass(frozen=True)
class Frame:
    """A DataFrame of the notebook, as far as the tools told."""

    name: str
    rows: int
    width: int
    columns: tuple[Column, ...] = ()

    @cached_property
    def times(self) -> tuple[Column, ...]:
        """Columns with points in time."""
        return tuple(column for column in self.columns if column.is_time)

    @cached_property
    def numbers(self) -> tuple[Column, ...]:
        """Columns with numbers, the most telling first: measured ones, then those with gaps."""
        found = [column for column in self.columns if column.is_number]
        return tuple(
            sorted(
                found,
                key=lambda c: (bool(_DULL.match(c.name)), "int" in c.dtype.lower(), -c.missing),
            )
        )

    @cached_property
    def categories(self) -> tuple[Column, ...]:
        """Columns with names or flags."""
        return tuple(column for column in self.columns if column.is_category)

    @property
    def gaps(self) -> tuple[Column, ...]:
        """Columns with missing values, the worst first."""
        return tuple(sorted((c for c in self.columns if c.missing), key=lambda c: -c.missing))


def frames(listing: str) -> tuple[Frame, ...]:
    """Return the pandas DataFrames in the text of `list_variables`."""
    return tuple(
        Frame(found["name"], _number(found["rows"]), _number(found["width"]))
        for found in _FRAME.finditer(listing)
    )


def choose(candidates: Iterable[Frame], prompt: str) -> Frame | None:
    """Return the frame that the prompt names, else the largest, else None."""
    ranked = sorted(candidates, key=lambda f: (_named(f.name, prompt), f.rows), reverse=True)
    return ranked[0] if ranked else None


def with_columns(frame: Frame, description: str) -> Frame:
    """Return the frame with the columns in the text of `describe_variable`."""
    _, _, rest = description.partition("\nColumns:\n")
    columns, _, _ = rest.partition("\nFirst ")
    found = _COLUMN.finditer(columns)
    return replace(
        frame,
        columns=tuple(Column(c["name"], c["dtype"], _number(c["missing"] or "0")) for c in found),
    )


def _named(name: str, prompt: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", prompt))


def _number(text: str) -> int:
    return int(text.replace(",", ""))
