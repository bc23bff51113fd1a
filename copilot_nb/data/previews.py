"""The beginning of a data file, without loading the whole of it."""

from __future__ import annotations

import codecs
import csv
import json
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.frames import cell, frame_of, table_text
from copilot_nb.data.guarded import guarded
from copilot_nb.data.privacy import MASK, OPEN, Privacy
from copilot_nb.data.values import clip, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

HEAD_BYTES = 65_536
SNIFFED = 4_096
"""Characters that a separator is guessed from: the time for it grows with their square."""
JSON_BYTES = 5_000_000
LINE = 300
SHOWN = 20
"""Items of a list that are looked at for names: more than are shown."""
NESTED = 8
"""Levels of JSON that are: more than are shown."""
_SEPARATORS = re.compile(r"[,;\t|]")
_ANY_SEPARATORS = re.compile(r"[,;\t|:^~\s]+")
_AROUND = "\ufeff \t\"'"
_UNREAD = "(not shown: too long or not JSON, so that the privacy rules cannot be applied)"


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file."""

    text: str
    rows: int = 0
    """How many rows of a table, or items of a list, stand in it."""
    columns: int = 0


def preview(path: Path, rows: int, privacy: Privacy = OPEN) -> Preview:
    """Size, form and first rows of a file.

    Args:
        path: The file.
        rows: How many rows to show.
        privacy: Rules for columns; the file's stem counts as the variable's name. Single values of
            a column of which only aggregates may leave are masked, too.

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
    return replace(shown, text=f"{path.name}: {path.stat().st_size:,} bytes\n{shown.text}")


def _text(path: Path, rows: int, privacy: Privacy = OPEN) -> Preview:
    """Lines as they stand; below one that names a withheld column any may be a row of a table."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if b"\0" in head:
        return Preview("A binary file.")
    lines = head.decode(errors="replace").splitlines()
    more = ["…"] if len(lines) > rows else []
    shown = (line for [line] in _masked(([line] for line in lines[:rows]), path, privacy))
    return Preview("\n".join([clip(line, LINE) for line in shown] + more))


def _csv(path: Path, rows: int, privacy: Privacy) -> Preview:
    with path.open(newline="", encoding=_encoding(path), errors="replace") as file:
        head = file.read(HEAD_BYTES)
        if "\0" in head:
            return Preview("A binary file.")
        try:
            dialect: type[csv.Dialect] = csv.Sniffer().sniff(head[:SNIFFED], delimiters=",;\t|")
        except csv.Error:
            dialect = csv.excel_tab if path.suffix.lower() in {".tsv", ".tab"} else csv.excel
        file.seek(0)
        lines = list(islice(csv.reader(file, dialect), rows + 1))
    shown = [" | ".join(clip(text, 60) for text in line) for line in _masked(lines, path, privacy)]
    columns = len(lines[0]) if lines else 0
    text = "\n".join([f"{columns} columns, separated by {dialect.delimiter!r}", *shown])
    return Preview(text, max(len(lines) - 1, 0), columns)


def _encoding(path: Path) -> str:
    """UTF-16 where the file says so, as some programs write tables."""
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _masked(lines: Iterable[Iterable[Any]], path: Path, privacy: Privacy) -> Iterator[list[Any]]:
    """Lines of a table; what stands below a withheld name is masked.

    The names need not be in the first line; they share a cell where the separator was not found.
    """
    hidden: set[int] = set()
    for line in lines:
        values = list(line)
        yield [MASK if at in hidden else value for at, value in enumerate(values)]
        if privacy:
            separators = _SEPARATORS if len(values) > 1 else _ANY_SEPARATORS
            hidden |= {
                at
                for at, v in enumerate(values)
                if type(v) is str and _names(v, separators, path, privacy)
            }


def _names(text: str, separators: re.Pattern[str], path: Path, privacy: Privacy) -> bool:
    """Whether a cell holds the name of a withheld column."""
    parts = (text, *separators.split(text))
    return privacy.called([part.strip(_AROUND) for part in parts], path.stem) != "allow"


def _json(path: Path, rows: int, privacy: Privacy) -> Preview:
    if path.stat().st_size > JSON_BYTES:
        return Preview(_UNREAD) if privacy else _text(path, rows)
    value = json.loads(path.read_text(encoding="utf-8-sig"))

    def text(part: object) -> str:
        return short(part, limit=LINE, hides=lambda key: privacy.hides(key, path.stem))

    if isinstance(value, list):
        shown = _seen(value[:rows], path, privacy)
        lines = [f"list of {len(value):,}", *map(text, shown)]
        return Preview("\n".join(lines), len(shown), max(map(_width, shown), default=0))
    if isinstance(value, dict):
        seen = _seen(value, path, privacy)
        shown = [f"{cell(key)}: {text(v)}" for key, v in islice(seen.items(), max(rows, 20))]
        return Preview("\n".join([f"object of {len(value):,}", *shown]))
    return Preview(text(value))


def _width(value: Any) -> int:
    """The columns of one row."""
    return len(value) if isinstance(value, dict | list) else 1


def _seen(value: Any, path: Path, privacy: Privacy, depth: int = NESTED) -> Any:
    """JSON without what stands under a withheld name, or below one in tables as lists."""
    if not privacy or not depth:
        return value
    if isinstance(value, dict):
        heads = [names for part in value.values() if (names := _heads(part))]
        return {
            key: MASK
            if privacy.hides(key, path.stem)
            else _seen(_below(heads, part, path, privacy), path, privacy, depth - 1)
            for key, part in value.items()
        }
    if isinstance(value, list):
        some = _masked_lists(value[:SHOWN], path, privacy)
        return [*(_seen(item, path, privacy, depth - 1) for item in some), *value[SHOWN:]]
    return value


def _heads(value: Any) -> list[str]:
    """The names of columns that a list gives: as texts, or as objects with a name."""
    items = value if isinstance(value, list) else []
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    texts = [name for name in names if isinstance(name, str)]
    return texts if len(texts) == len(names) else []


def _below(heads: list[list[str]], value: Any, path: Path, privacy: Privacy) -> Any:
    """Rows whose names stand apart from them, in the same object."""
    if not isinstance(value, list) or _heads(value):
        return value
    some = value[:SHOWN]
    for head in heads:
        some = _masked_lists([head, *some], path, privacy)[1:]
    return [*some, *value[SHOWN:]]


def _masked_lists(items: list[Any], path: Path, privacy: Privacy) -> list[Any]:
    """The items; where they are rows as lists, without what stands below a withheld name."""
    if not privacy or not all(isinstance(item, list) for item in items):
        return items
    return list(_masked(items, path, privacy))


def _json_lines(path: Path, rows: int, privacy: Privacy) -> Preview:
    with path.open("rb") as file:
        lines = file.read(HEAD_BYTES).decode("utf-8-sig", errors="replace").splitlines()
    more = ["…"] if len(lines) > rows else []
    values = list(map(_parsed, lines[:rows]))
    columns = max(map(_width, values), default=0)
    if not privacy:
        text = "\n".join([clip(line, LINE) for line in lines[:rows]] + more)
        return Preview(text, len(values), columns)
    tables = _masked([value for value in values if isinstance(value, list)], path, privacy)
    shown = [next(tables) if isinstance(value, list) else value for value in values]
    text = "\n".join([_json_line(value, path, privacy) for value in shown] + more)
    return Preview(text, len(values), columns)


def _parsed(line: str) -> Any:
    """The line's value; `...` for one that is no JSON, such as one that is cut."""
    try:
        return json.loads(line)
    except ValueError:
        return ...


def _json_line(value: Any, path: Path, privacy: Privacy) -> str:
    if value is ...:
        return _UNREAD
    seen = _seen(value, path, privacy)
    return short(seen, limit=LINE, hides=lambda key: privacy.hides(key, path.stem))


def _parquet(path: Path, rows: int, privacy: Privacy) -> Preview:
    try:
        from pyarrow import parquet  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        raise LookupError("pyarrow") from None
    file = parquet.ParquetFile(path)
    columns = [f"  {field.name}: {field.type}" for field in file.schema_arrow]
    batch: Any = next(file.iter_batches(batch_size=max(rows, 1)), None)
    lines = [f"{file.metadata.num_rows:,} rows; columns:", *columns]
    shown = min(rows, batch.num_rows) if batch is not None else 0
    if batch is not None:
        import pyarrow

        frame = frame_of(pyarrow.Table.from_batches([batch]))
        if frame is not None:
            seen = guarded(frame, path.stem, privacy)
            lines.append(table_text(seen.table(rows=rows, tail=False)))
    return Preview("\n".join(lines), shown, len(columns))


def _excel(path: Path, rows: int, privacy: Privacy) -> Preview:
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped]  # optional, no types
    except ImportError:
        raise LookupError("openpyxl") from None
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        lines = [f"Sheets: {', '.join(book.sheetnames)}"]
        table = list(book.worksheets[0].iter_rows(max_row=rows + 1, values_only=True))
        lines += [" | ".join(map(cell, row)) for row in _masked(table, path, privacy)]
    finally:
        book.close()
    return Preview("\n".join(lines), max(len(table) - 1, 0), max(map(len, table), default=0))


_READERS: dict[str, Callable[[Path, int, Privacy], Preview]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".tab": _csv,
    ".psv": _csv,
    ".json": _json,
    ".geojson": _json,
    ".ipynb": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
    ".xlsx": _excel,
}
