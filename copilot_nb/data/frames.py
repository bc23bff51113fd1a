"""Tables of any library, seen the same way.

Rows are read by position, a few at a time, and every cell becomes text that we wrote ourselves.
`libraries.py` makes such tables out of what each library has.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import clip, comes_from, is_one_of, short
from copilot_nb.transcript.blocks import TableOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from copilot_nb.data.said import Said

CELL = 60
"""Characters of one cell."""
COUNTED_CELLS = 50_000_000
"""Above this many cells missing values are not counted: that would take seconds."""
ELLIPSIS = "…"
_TIMES = {datetime.date, datetime.datetime, datetime.time, datetime.timedelta}


@dataclass(frozen=True)
class Column:
    """A column's label and type, as text."""

    name: str
    dtype: str
    labels: tuple[str, ...] = ()
    """What it is called besides: whole where `name` is cut, and each part of a compound label."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that a rule may call it by."""
        return (self.name, *self.labels)


@dataclass(frozen=True)
class Frame:
    """One table, whatever library it belongs to."""

    kind: str
    """`DataFrame`, `Series`, `polars.DataFrame`, …"""
    columns: tuple[Column, ...]
    rows: int
    has_index: bool
    read: Callable[[Sequence[int], Sequence[int]], list[list[Any]]]
    """(row positions, column positions) -> values; an index value comes first if there is one."""
    column: Callable[[int, int], list[Any]]
    """(column position, step) -> every step-th value of it, as Python values."""
    missing: Callable[[int], int]
    """Missing values in the column at that position."""
    among: Callable[[int, Said], list[Any]] | None = None
    """(position as in `values`, what a text says) -> values of it that may be meant; None where it
    is not known how to find them faster than by reading all."""
    index: tuple[str, ...] = ()
    """Names of the index's levels, empty where they have none."""
    heads: tuple[str, ...] = ()
    """Names of the levels of the columns' labels, which then are values of what is named."""
    withheld: frozenset[int] = frozenset()
    """Positions of columns whose values a privacy rule takes out."""
    altered: frozenset[int] = frozenset()
    """Positions of columns that give others in the place of their values."""
    index_altered: bool = False
    """Whether the index does."""
    spread: Callable[[int, int], float | None] | None = None
    """(position of an altered column, step) -> the standard deviation of its own values, where it
    gives means of groups of them and there are enough."""

    @property
    def size(self) -> str:
        """Such as "8,760 rows × 12 columns"."""
        rows = f"{self.rows:,} row" + ("" if self.rows == 1 else "s")
        if self.kind.endswith("Series"):
            return rows
        many = "" if len(self.columns) == 1 else "s"
        return f"{rows} × {len(self.columns):,} column{many}"

    @property
    def called_by_variable(self) -> bool:
        """Whether its values go by the variable's own name: a series, an array."""
        return self.kind.endswith(("Series", "ndarray", "Tensor", "DataArray"))

    def table(self, *, rows: int = 20, columns: int = 20, tail: bool = True) -> TableOutput:
        """Head and tail as a table of texts; what is left out is an `…` row or column."""
        row_at = _ends(self.rows, rows, tail=tail)
        column_at = _ends(len(self.columns), columns, tail=True)
        real_columns = [at for at in column_at if at is not None]
        lead = 1 if self.has_index else 0
        values = self.read([at for at in row_at if at is not None], real_columns)
        texts = iter(list(zip(*map(_column_texts, zip(*values, strict=True)), strict=True)))

        def line(at: int | None) -> tuple[str, ...]:
            if at is None:
                return (ELLIPSIS,) * (lead + len(column_at))
            return _with_gap(list(next(texts, ())), column_at, lead)

        names = _with_gap([self.columns[at].name for at in real_columns], column_at, 0)
        return TableOutput(
            columns=names,
            rows=tuple(line(at) for at in row_at),
            has_index=self.has_index,
            caption=self.size,
        )

    def values(self, at: int, step: int) -> list[Any]:
        """Every step-th value of a column, or of a level of the index, which count from -1 down."""
        if at >= 0:
            return self.column(at, step)
        labels = [row[0] for row in self.read(range(0, self.rows, step), ())]
        return [label[-1 - at] for label in labels] if len(self.index) > 1 else labels

    def position(self, name: str) -> int | None:
        """Where the column of that label is; the first of several."""
        names = [column.name for column in self.columns]
        return names.index(name) if name in names else None

    def missing_counts(self) -> tuple[int, ...] | None:
        """Missing values per column; None when the table is too big to count them now."""
        if self.rows * len(self.columns) > COUNTED_CELLS:
            return None
        return tuple(self.missing(at) for at in range(len(self.columns)))


def frame_of(value: object) -> Frame | None:
    """The value as a Frame, or None when it is no table that we know; nothing is computed."""
    from copilot_nb.data.libraries import LIBRARIES, first_frame

    return first_frame(LIBRARIES, value)


def table_of(value: object) -> Frame | None:
    """The same, also for arrays of one or two dimensions, and for a relation of duckdb.

    A relation's query is run for it, and runs again for what is read of it.
    """
    from copilot_nb.data.libraries import COMPUTED, LIBRARIES, first_frame

    return first_frame(LIBRARIES, value) or first_frame(COMPUTED, value)


def table_text(table: TableOutput) -> str:
    """A table as lines of cells."""
    head = ("", *table.columns) if table.has_index else table.columns
    return "\n".join(" | ".join(row) for row in (head, *table.rows))


def cell(value: object) -> str:
    """One value of a table as text."""
    kind = type(value)
    if kind is str:
        return clip(value, CELL)  # type: ignore[arg-type]  # `kind is str` says so
    if kind is float:
        return f"{value:.6g}".replace("nan", "NaN")
    if kind is Decimal:
        return clip(str(value), CELL)
    if kind is tuple:
        return clip(" / ".join(cell(part) for part in value), CELL)  # type: ignore[attr-defined]  # likewise
    if _is_midnight(value):
        return str(value)[: len("2024-01-31")]
    return _whole(value)


def _whole(value: object) -> str:
    return clip(str(value) if is_one_of(type(value), _TIMES) else short(value), CELL)


def _column_texts(values: Sequence[Any]) -> list[str]:
    """The texts of one column; its times stand with every one of them, or with none."""
    texts = [cell(value) for value in values]
    moments = [at for at, value in enumerate(values) if _is_moment(value)]
    if any(not _is_midnight(values[at]) for at in moments):
        for at in moments:
            texts[at] = _whole(values[at])
    return texts


def _is_moment(value: object) -> bool:
    return type(value) is datetime.datetime or comes_from(value, "pandas", "Timestamp")


def _is_midnight(value: Any) -> bool:
    """Whether it is the beginning of a day, without a time zone: then only the day is shown."""
    return (
        _is_moment(value)
        and value.tzinfo is None
        and value.time() == datetime.time()
        and not getattr(value, "nanosecond", 0)
    )


def _ends(count: int, limit: int, *, tail: bool) -> list[int | None]:
    """Positions to show, None for the gap."""
    if count <= limit:
        return list(range(count))
    if not tail:
        return list(range(limit))
    half = max(limit // 2, 1)
    return [*range(half), None, *range(count - half, count)]


def _with_gap(texts: list[str], column_at: list[int | None], lead: int) -> tuple[str, ...]:
    if None not in column_at:
        return tuple(texts)
    gap = lead + column_at.index(None)
    return (*texts[:gap], ELLIPSIS, *texts[gap:])
