"""The beginning of a data file, without loading the whole of it."""

from __future__ import annotations

import csv
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.frames import cell, frame_of, table_text
from copilot_nb.data.guarded import guarded
from copilot_nb.data.privacy import MASK, OPEN, Privacy
from copilot_nb.data.values import clip, short

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD_BYTES = 65_536
SNIFFED = 4_096
"""Characters that a separator is guessed from: the time for it grows with their square."""
JSON_BYTES = 5_000_000
LINE = 300


def preview(path: Path, rows: int, privacy: Privacy = OPEN) -> str:
    """Size, form and first rows of a file.

    Args:
        path: The file.
        rows: How many rows to show.
        privacy: Rules for columns, which hold for CSV and Parquet files; the file's stem counts
            as the variable's name.

    Raises:
        OSError: It cannot be read.
        LookupError: The library for this kind of file is not installed; the message names it.
        ValueError: It is not what its name says.
    """
    read = _READERS.get(path.suffix.lower(), _text)
    try:
        shown = read(path, rows, privacy)
    except (OSError, LookupError, ValueError):
        raise
    except Exception as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return f"{path.name}: {path.stat().st_size:,} bytes\n{shown}"


def _text(path: Path, rows: int, _privacy: Privacy = OPEN) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if b"\0" in head:
        return "A binary file."
    lines = head.decode(errors="replace").splitlines()
    more = ["…"] if len(lines) > rows else []
    return "\n".join([clip(line, LINE) for line in lines[:rows]] + more)


def _csv(path: Path, rows: int, privacy: Privacy) -> str:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        head = file.read(HEAD_BYTES)
        try:
            dialect: type[csv.Dialect] = csv.Sniffer().sniff(head[:SNIFFED], delimiters=",;\t|")
        except csv.Error:
            dialect = csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel
        file.seek(0)
        lines = list(islice(csv.reader(file, dialect), rows + 1))
    hidden = _hidden(lines[0], path, privacy) if lines else frozenset()
    shown = [
        " | ".join(MASK if row and at in hidden else clip(text, 60) for at, text in enumerate(line))
        for row, line in enumerate(lines)
    ]
    columns = len(lines[0]) if lines else 0
    return "\n".join([f"{columns} columns, separated by {dialect.delimiter!r}", *shown])


def _hidden(names: list[str], path: Path, privacy: Privacy) -> frozenset[int]:
    """Positions of the columns whose values must not be shown."""
    return frozenset(
        at for at, name in enumerate(names) if privacy.column(name.strip(), path.stem) != "allow"
    )


def _json(path: Path, rows: int, _privacy: Privacy) -> str:
    if path.stat().st_size > JSON_BYTES:
        return _text(path, rows)
    value = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(value, list):
        return "\n".join([f"list of {len(value):,}", *(short(v, limit=LINE) for v in value[:rows])])
    if isinstance(value, dict):
        pairs = islice(value.items(), max(rows, 20))
        return "\n".join(
            [f"object of {len(value):,}", *(f"{cell(k)}: {short(v, limit=LINE)}" for k, v in pairs)]
        )
    return short(value, limit=LINE)


def _parquet(path: Path, rows: int, privacy: Privacy) -> str:
    try:
        from pyarrow import parquet  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        raise LookupError("pyarrow") from None
    file = parquet.ParquetFile(path)
    columns = [f"  {field.name}: {field.type}" for field in file.schema_arrow]
    batch: Any = next(file.iter_batches(batch_size=max(rows, 1)), None)
    lines = [f"{file.metadata.num_rows:,} rows; columns:", *columns]
    if batch is not None:
        import pyarrow

        frame = frame_of(pyarrow.Table.from_batches([batch]))
        if frame is not None:
            seen = guarded(frame, path.stem, privacy)
            lines.append(table_text(seen.table(rows=rows, tail=False)))
    return "\n".join(lines)


def _excel(path: Path, rows: int, _privacy: Privacy) -> str:
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped]  # optional, no types
    except ImportError:
        raise LookupError("openpyxl") from None
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        lines = [f"Sheets: {', '.join(book.sheetnames)}"]
        for row in book.worksheets[0].iter_rows(max_row=rows + 1, values_only=True):
            lines.append(" | ".join(cell(value) for value in row))  # noqa: PERF401 - reads lazily
    finally:
        book.close()
    return "\n".join(lines)


_READERS: dict[str, Callable[[Path, int, Privacy], str]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".json": _json,
    ".geojson": _json,
    ".ipynb": _json,
    ".parquet": _parquet,
    ".xlsx": _excel,
}
