"""What may follow an `@` in a prompt, or name a thing of the notebook on a line of ours.

Names, columns, cells and files are found without asking anybody.

Light to import, and no object is asked for its text: Tab must answer at once.
"""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from copilot_nb.kernel.pictures import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

CELLS = 10
FILES = 50
_IPYTHON_NAMES = {"In", "Out", "exit", "quit", "get_ipython", "open"}


def reference_names(prefix: str, shell: Any) -> list[str]:
    """What a reference that begins with the prefix may be, without its `@`.

    Args:
        prefix: What stands behind the `@`; may begin with a quotation mark or a backtick.
        shell: The InteractiveShell.
    """
    mark, typed = (prefix[0], prefix[1:]) if prefix[:1] in {'"', "'", "`"} else ("", prefix)
    if mark == "`":
        return [f"`{name}`" for name in _names(shell) if name.startswith(typed)]
    if mark or "/" in typed or "\\" in typed or typed.startswith(("~", ".")):
        return list(_files(typed, mark))
    if "." in typed:
        return list(_columns(typed, shell)) or list(_files(typed, ""))
    found = [name for name in (*_names(shell), *_fixed(shell)) if name.startswith(typed)]
    # In marks, so that not all begin alike: JupyterLab would sort them anew.
    return found + (list(_files(typed, '"')) if typed else [])


def subjects(prefix: str, shell: Any) -> list[str]:
    """The variables, functions, columns and files that a name which begins so may become.

    A name is one word; a file that needs marks is a reference.
    """
    found = [name for name in reference_names(prefix, shell) if " " not in name]
    fixed = {*_fixed(shell)}
    return [f"@{name}" if name[0] == '"' else name for name in found if name not in fixed]


def column_names(prefix: str, shell: Any) -> list[str]:
    """The columns that a privacy rule's pattern which begins so may name.

    Args:
        prefix: Behind a dot it is a column of that variable, else a table or a column of any.
        shell: The InteractiveShell.
    """
    if "." in prefix:
        owner, _, typed = prefix.partition(".")
        return [f"{owner}.{name}" for name in _columns_of(owner, shell) if name.startswith(typed)]
    columns = {owner: _columns_of(owner, shell) for owner in _names(shell)}
    found = [f"{owner}." for owner, names in columns.items() if names]
    found += [name for names in columns.values() for name in names]
    return [name for name in dict.fromkeys(found) if name.startswith(prefix)]


def _names(shell: Any) -> Iterator[str]:
    """The user's variables and functions, as references."""
    hidden = shell.user_ns_hidden
    for name, value in sorted(dict(shell.user_ns).items()):
        if name.startswith("_") or name in _IPYTHON_NAMES or hidden.get(name, _NONE) is value:
            continue
        if type(value) is ModuleType:
            continue
        yield f"{name}()" if type(value) is FunctionType else name


def _fixed(shell: Any) -> Iterator[str]:
    """The references that have names of their own."""
    if hasattr(sys, "last_value"):
        yield "error"
    pictures = watched(shell)
    count = len(pictures) if pictures is not None else 0
    yield from ("plot" if at == 1 else f"plot:{at}" for at in range(1, count + 1))
    if shell.user_ns.get("Out"):
        yield "_"
    # The last input is not run yet, or runs now.
    newest = len(shell.history_manager.input_hist_raw) - 1
    yield from (f"cell:{number}" for number in range(newest, max(newest - CELLS, 0), -1))


def _columns(typed: str, shell: Any) -> Iterator[str]:
    """The columns of a table, those that can be written behind a dot."""
    name, _, rest = typed.partition(".")
    for column in _columns_of(name, shell):
        if column.startswith(rest) and column.isidentifier():
            yield f"{name}.{column}"


def _columns_of(name: str, shell: Any) -> list[str]:
    """The columns of a variable; none if it is no table."""
    from copilot_nb.data.frames import frame_of

    value = shell.user_ns.get(name)
    frame = frame_of(value) if value is not None else None
    return [column.name for column in frame.columns] if frame is not None else []


def file_names(typed: str) -> Iterator[str]:
    """Files and folders whose path begins like that; hidden ones only when asked for."""
    folder, start = os.path.split(typed)
    try:
        entries = sorted(islice(os.scandir(Path(folder).expanduser() or "."), 5_000), key=_by_name)
    except OSError:
        return
    fitting = (e for e in entries if e.name.startswith(start) and _is_wanted(e.name, start))
    for entry in islice(fitting, FILES):
        yield os.path.join(folder, entry.name) + ("/" if entry.is_dir() else "")  # noqa: PTH118 - keeps "./" and "~" as typed


def _files(typed: str, mark: str) -> Iterator[str]:
    """The same as references; one in marks is closed with its file."""
    for path in file_names(typed):
        quoted = mark or ('"' if " " in path else "")
        yield f"{quoted}{path}{'' if path.endswith('/') else quoted}"


def _by_name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_wanted(name: str, start: str) -> bool:
    return not name.startswith(".") or start.startswith(".")


_NONE = object()
