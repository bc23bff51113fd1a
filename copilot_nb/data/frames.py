"""Tables of pandas, polars and pyarrow, seen the same way.

Recognised by the libraries that are already imported; none is imported here. Rows are read by
position, a few at a time, and every cell becomes text that we wrote ourselves.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import clip, is_a, short
from copilot_nb.transcript.blocks import TableOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CELL = 60
"""Characters of one cell."""
COUNTED_CELLS = 50_000_000
"""Above this many cells missing values are not counted: that would take seconds."""
ELLIPSIS = "…"


@dataclass(frozen=True)
class Column:
    """A column's label and type, as text."""

    name: str
    dtype: str


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
    withheld: frozenset[int] = frozenset()
    """Positions of columns whose values a privacy rule takes out."""

    @property
    def size(self) -> str:
        """Such as "8,760 rows × 12 columns"."""
        if self.kind.endswith("Series"):
            return f"{self.rows:,} rows"
        many = "" if len(self.columns) == 1 else "s"
        return f"{self.rows:,} rows × {len(self.columns):,} column{many}"

    def table(self, *, rows: int = 20, columns: int = 20, tail: bool = True) -> TableOutput:
        """Head and tail as a table of texts; what is left out is an `…` row or column."""
        row_at = _ends(self.rows, rows, tail=tail)
        column_at = _ends(len(self.columns), columns, tail=True)
        real_columns = [at for at in column_at if at is not None]
        values = iter(self.read([at for at in row_at if at is not None], real_columns))
        lead = 1 if self.has_index else 0

        def line(at: int | None) -> tuple[str, ...]:
            if at is None:
                return (ELLIPSIS,) * (lead + len(column_at))
            texts = [cell(value) for value in next(values)]
            return _with_gap(texts, column_at, lead)

        names = _with_gap([self.columns[at].name for at in real_columns], column_at, 0)
        return TableOutput(
            columns=names,
            rows=tuple(line(at) for at in row_at),
            has_index=self.has_index,
            caption=self.size,
        )

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
    """The value as a Frame, or None when it is no table that we know."""
    for library, build in _LIBRARIES.items():
        module = sys.modules.get(library)
        if module is not None:
            frame = build(module, value)
            if frame is not None:
                return frame
    return None


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
    if kind is tuple:
        return clip(" / ".join(cell(part) for part in value), CELL)  # type: ignore[attr-defined]  # likewise
    return clip(short(value), CELL)


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


def _classes(module: Any, *names: str) -> tuple[Any, ...]:
    """The module's classes of those names; none while it is only half imported."""
    found = tuple(getattr(module, name, None) for name in names)
    return found if all(found) else ()


def _pandas(pandas: Any, value: Any) -> Frame | None:
    classes = _classes(pandas, "DataFrame", "Series")
    if not is_a(value, classes):
        return None
    series = is_a(value, classes[1])
    frame = value.to_frame(name="" if value.name is None else value.name) if series else value

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        part = frame.iloc[list(rows), list(columns)]
        data = [part.iloc[:, at].tolist() for at in range(part.shape[1])]
        return [list(row) for row in zip(part.index.tolist(), *data, strict=True)]

    return Frame(
        kind="Series" if series else "DataFrame",
        columns=tuple(
            Column(cell(name), str(dtype))
            for name, dtype in zip(frame.columns.tolist(), frame.dtypes.tolist(), strict=True)
        ),
        rows=len(frame),
        has_index=True,
        read=read,
        column=lambda at, step: frame.iloc[::step, at].tolist(),
        missing=lambda at: int(frame.iloc[:, at].isna().sum()),
    )


def _polars(polars: Any, value: Any) -> Frame | None:
    classes = _classes(polars, "DataFrame", "Series")
    if not is_a(value, classes):
        return None
    series = is_a(value, classes[1])
    frame = value.to_frame() if series else value

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        names = [frame.columns[at] for at in columns]
        # An empty list would be taken for columns.
        return [list(row) for row in frame.select(names)[list(rows)].rows()] if rows else []

    return Frame(
        kind="polars.Series" if series else "polars.DataFrame",
        columns=tuple(
            Column(cell(name), str(dtype))
            for name, dtype in zip(frame.columns, frame.dtypes, strict=True)
        ),
        rows=frame.height,
        has_index=False,
        read=read,
        column=lambda at, step: frame.to_series(at).gather_every(step).to_list(),
        missing=lambda at: int(frame.to_series(at).null_count()),
    )


def _pyarrow(pyarrow: Any, value: Any) -> Frame | None:
    if not is_a(value, _classes(pyarrow, "Table")):
        return None

    def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
        if not rows or not columns:
            return [[] for _ in rows]
        part = value.select(list(columns)).take(list(rows))
        data = [column.to_pylist() for column in part.columns]
        return [list(row) for row in zip(*data, strict=True)]

    return Frame(
        kind="pyarrow.Table",
        columns=tuple(Column(cell(f.name), str(f.type)) for f in value.schema),
        rows=value.num_rows,
        has_index=False,
        read=read,
        column=lambda at, step: (
            value.column(at).take(pyarrow.array(range(0, value.num_rows, step))).to_pylist()
        ),
        missing=lambda at: int(value.column(at).null_count),
    )


_LIBRARIES: dict[str, Callable[[Any, Any], Frame | None]] = {
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
}
