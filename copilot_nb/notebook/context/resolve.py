"""What references stand for: the texts, pictures and files that go along with a prompt.

A variable's values may be read here, because the prompt asks for it; rules about privacy hold.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from copilot_nb.data import columns
from copilot_nb.data.frames import Frame, frame_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.images import for_model, image_output
from copilot_nb.data.namespace import describe, describe_frame, described_as, nearest
from copilot_nb.data.objects import describe_object, resolve
from copilot_nb.data.previews import Preview, preview
from copilot_nb.data.values import (
    FUNCTIONS,
    class_data,
    instance_data,
    is_a,
    mro,
    type_name,
)
from copilot_nb.errors import UsageError
from copilot_nb.kernel import cells
from copilot_nb.kernel.figures import is_figure, png
from copilot_nb.notebook.context.index import cell_text, error_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from copilot_nb.data.privacy import Privacy
    from copilot_nb.kernel.shell import Shell
    from copilot_nb.notebook.context.references import Mention
    from copilot_nb.transcript.blocks import ImageOutput

COLUMNS = 30
"""Columns of a table whose statistics go along."""
SAMPLE = 50_000
"""Rows of one column that are read for them."""
FILE_ROWS = 5
CELL_CODE = 8_000
CELL_OUTPUT = 4_000
PICTURES = {".png": False, ".jpg": True, ".jpeg": True}
"""Files that go along as pictures; the value says JPEG."""
LITERALLY = "Write \\@ where no reference is meant."
_HOSTS = re.compile(r"(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|de|fr|uk|eu|ai|dev|co)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What one reference brings along."""

    kind: str
    """reference, cells, error, image or file."""
    name: str
    text: str = ""
    pictures: tuple[ImageOutput, ...] = ()
    path: Path | None = None
    function: Callable[..., Any] | None = None
    """What the agent may call in this turn, if the user says so."""
    rows: int = 0
    columns: int = 0


def resolved(mention: Mention, shell: Shell) -> Resolved | None:
    """What the reference stands for; None when it is none after all ("@gmail.com").

    Raises:
        UsageError: There is no such thing; the message names the nearest.
    """
    match mention.kind:
        case "cell":
            return _cell(mention, shell)
        case "plot":
            return _plot(int(mention.target or 1), shell)
        case "error":
            return _error(shell)
        case "path":
            return file(mention.target, shell.privacy)
        case "last":
            return _last(shell)
    return _named(mention, shell)


def file(written: str, privacy: Privacy) -> Resolved:
    """A file or folder that goes along, as far as the privacy rules let its columns be read.

    Raises:
        UsageError: There is none.
    """
    path = Path(written).expanduser()
    if not path.exists():
        hint = _meant(_near_files(path)) or LITERALLY
        raise UsageError(f"There is no file {written!r}.", hint=hint)
    path = path.resolve()
    if path.is_dir():
        return Resolved("file", written, path=path)
    if not path.is_file():
        raise UsageError(f"{written!r} is no file.", hint="Files and folders can go along.")
    if path.suffix.lower() in PICTURES:
        picture = for_model(image_output(path.read_bytes(), jpeg=PICTURES[path.suffix.lower()]))
        if picture is None:
            raise UsageError(f"The picture {written!r} is too large.", hint="Make it smaller.")
        return Resolved("image", written, pictures=(picture,))
    try:
        shown = preview(path, FILE_ROWS, privacy)
    except (OSError, ValueError, LookupError):
        shown = Preview(f"{path.name}: {path.stat().st_size:,} bytes")
    return Resolved("file", written, shown.text, (), path, rows=shown.rows, columns=shown.columns)


def attached(written: str, privacy: Privacy) -> Resolved:
    """A file or folder that `--attach` names.

    Raises:
        UsageError: There is none.
    """
    path = Path(written).expanduser()
    if path.exists():
        return file(written, privacy)
    near = " or ".join(map(shlex.quote, _near_files(path)))
    hint = f"Did you mean {near}?" if near else f"It is looked for in {Path.cwd()}."
    raise UsageError(f"There is no file {written!r}.", hint=hint)


def pictures_of(which: str, shell: Shell) -> Resolved:
    """The figures of a cell, by its number, or `_` for the newest that showed one.

    Raises:
        UsageError: There is none.
    """
    numbers = shell.pictures.cells
    if which != "_" and not which.isdecimal():
        hint = "Such as --see 3, or --see _ for the newest that showed a figure."
        raise UsageError(f"--see takes the number of a cell or _, not {which!r}.", hint=hint)
    number = int(which) if which != "_" else (numbers[-1] if numbers else 0)
    found = tuple(filter(None, map(for_model, shell.pictures.of_cell(number))))
    if not found:
        known = ", ".join(map(str, numbers))
        what = "No figure is known" if which == "_" else f"No figure of cell {which} is known"
        hint = f"There are figures of cells {known}." if known else "Draw it again, then ask."
        raise UsageError(f"{what}.", hint=hint)
    return Resolved("image", f"figures of cell {number}", pictures=found)


def _named(mention: Mention, shell: Shell) -> Resolved | None:
    """A variable, a part of one, a function, a module; or a file of that name."""
    first, _, rest = mention.target.partition(".")
    names = {**shell.user_ns, **shell.variables}
    if first in names:
        return _part(mention, names[first], rest, shell)
    if rest and Path(mention.target).exists():
        return file(mention.target, shell.privacy)
    near = nearest(first, _known(shell))
    files = _meant(_near_files(Path(mention.target))) if rest else ""
    if not near and not files and _HOSTS.fullmatch(mention.target):
        return None
    what = mention.target if rest else first
    raise UsageError(
        f"There is nothing called {what!r} in the notebook.",
        hint=files or _meant(near) or LITERALLY,
    )


def _part(mention: Mention, value: object, rest: str, shell: Shell) -> Resolved:
    name = mention.target.partition(".")[0]
    if shell.privacy.variable(name) != "allow":
        text = f"{name}: {described_as(name, value, shell.privacy)}"
        return Resolved("reference", mention.target, text)
    frame = _table(name, value, shell) if rest else None
    if frame is not None and frame.position(rest) is not None:
        return Resolved("reference", mention.target, _column(name, frame, rest), columns=1)
    if rest:
        try:
            value = resolve(mention.target, {**shell.user_ns, **shell.variables})
        except LookupError as missing:
            if Path(mention.target).is_file():
                return file(mention.target, shell.privacy)
            labels = [column.name for column in frame.columns] if frame else []
            near = nearest(rest, [*_members(value), *labels])
            hint = _meant(f"{name}.{part}" for part in near if part.isidentifier()) or LITERALLY
            raise UsageError(f"{name!r} has no {missing}.", hint=hint) from None
    if mention.kind == "call":
        return _function(mention, value)
    return _value(mention.target, value, shell)


def _members(value: object) -> Iterator[str]:
    """The public names that may stand behind its dot; nothing of it is called."""
    holders = [class_data(cls) for cls in mro(type(value))]
    for names in (instance_data(value), *holders):
        yield from (name for name in tuple(names) if name[:1] != "_")


def _function(mention: Mention, value: Any) -> Resolved:
    if not is_a(value, (type, *FUNCTIONS)):
        raise UsageError(
            f"{mention.target!r} is no function but {type_name(value)}.",
            hint=f"@{mention.target} refers to the variable.",
        )
    own = None if is_a(value, type) else value
    text = describe_object(mention.target, value)
    return Resolved("reference", f"{mention.target}()", text, function=own)


def _value(name: str, value: object, shell: Shell) -> Resolved:
    frame = _table(name, value, shell)
    if frame is not None:
        return Resolved("reference", name, frame_text(name, frame), columns=len(frame.columns))
    if is_figure(value):
        data = png(value)
        picture = for_model(image_output(data)) if data else None
        if picture is not None:
            return Resolved("image", name, pictures=(picture,))
    if is_a(value, (type, ModuleType, *FUNCTIONS)):
        return Resolved("reference", name, describe_object(name, value, shell.privacy))
    return Resolved("reference", name, describe(name, value, rows=0, privacy=shell.privacy))


def _table(name: str, value: object, shell: Shell) -> Frame | None:
    """The value as a table, as the privacy rules let it be read."""
    frame = frame_of(value)
    return guarded(frame, name, shell.privacy) if frame is not None else None


def frame_text(name: str, frame: Frame) -> str:
    """Columns, dtypes, missing values, and statistics of each column, without rows."""
    lines = [f"{name}: {frame.kind}, {frame.size}", describe_frame(frame, rows=0), "Statistics:"]
    for at, column in enumerate(frame.columns[:COLUMNS]):
        lines.append(f"{column.name}: {'; '.join(_statistics(frame, at))}")
    if len(frame.columns) > COLUMNS:
        lines.append(f"… {len(frame.columns) - COLUMNS:,} more columns")
    return "\n".join(lines)


def _column(name: str, frame: Frame, label: str) -> str:
    at = frame.position(label) or 0
    return "\n".join([f"{name}.{label}: {frame.columns[at].dtype}", *_statistics(frame, at)])


def _statistics(frame: Frame, at: int) -> list[str]:
    if at in frame.withheld:
        return ["withheld by the user's privacy rules"]
    return columns.statistics(columns.sample(frame, at, rows=SAMPLE))


def _cell(mention: Mention, shell: Shell) -> Resolved:
    newest = cells.running(shell.ipython) - 1
    if not mention.target:
        raise UsageError("@cell needs a number.", hint=f"Such as @cell:{max(newest, 1)}.")
    found = cells.cell(shell.ipython, int(mention.target))
    if found is None:
        hint = f"The newest is @cell:{newest}." if newest > 0 else "None was run so far."
        raise UsageError(f"No cell {mention.target} was run.", hint=hint)
    text = cell_text(found, code=CELL_CODE, output=CELL_OUTPUT)
    return Resolved("cells", f"cell {found.number}", text)


def _last(shell: Shell) -> Resolved:
    results = shell.user_ns.get("Out") or {}
    if not results:
        raise UsageError("No cell has had a result so far.", hint="@_ is the newest one.")
    number = max(results)
    found = _value(f"Out[{number}]", results[number], shell)
    return found if found.text else Resolved(found.kind, "_", pictures=found.pictures)


def _error(shell: Shell) -> Resolved:
    error = shell.last_error
    if error is None:
        raise UsageError("No cell has failed so far.", hint="@error is the newest error.")
    return Resolved("error", type_name(error), error_text(shell, error))


def _plot(number: int, shell: Shell) -> Resolved:
    picture = shell.pictures.get(number)
    small = for_model(picture) if picture is not None else None
    if small is None:
        count = len(shell.pictures)
        hint = f"@plot is the newest, @plot:{count} the oldest." if count else "Draw it again."
        raise UsageError(f"There are {count} figures to refer to.", hint=hint)
    return Resolved("image", f"plot {number}", pictures=(small,))


def _known(shell: Shell) -> Iterable[str]:
    return [name for name in shell.user_ns if not name.startswith("_")]


def _near_files(path: Path) -> list[str]:
    folder = path.expanduser().parent
    if not folder.is_dir():
        return []
    found = nearest(path.name, [each.name for each in folder.iterdir()])
    return [name if folder == Path() else str(path.parent / name) for name in found]


def _meant(names: Iterable[str]) -> str:
    shown = [f'@"{name}"' if re.search(r"[^\w.\-/~]", name) else f"@{name}" for name in names]
    return f"Did you mean {' or '.join(shown)}?" if shown else ""
