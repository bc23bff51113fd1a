"""The index of the notebook that goes along with every prompt, within a budget of tokens.

It names variables with type, shape, columns and dtypes, the modules in use and the type of the last
error, whose message may quote a value; never a value or a row. What the prompt mentions comes
first, then what the newest cells use.

Levels: `none` sends nothing, `index` (the default) the index, `cells` also the code of the last
cells and the beginning of what they showed, `full` more cells, more of what they showed and the
last error's traceback. So only `cells` and `full` send what cells showed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, islice
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from copilot_nb.data.envelope import one_line, shorten
from copilot_nb.data.frames import frame_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.namespace import kind_of
from copilot_nb.data.tokens import estimated_tokens
from copilot_nb.data.values import FUNCTIONS, instance_data, is_a, module_of, type_name
from copilot_nb.kernel.cells import names_used, newest_first, running
from copilot_nb.kernel.trace import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from copilot_nb.data.frames import Column
    from copilot_nb.data.privacy import Privacy
    from copilot_nb.kernel.cells import Cell
    from copilot_nb.kernel.shell import Shell

Level = Literal["none", "index", "cells", "full"]
BUDGET = 1_500
"""Tokens of the index."""
SHARE = 0.75
"""Of the budget for variables, when there is more to say than fits."""
COLUMNS = 12
MENTIONED_COLUMNS = 60
"""Columns of a table that the prompt mentions."""
IMPORTED = 30
"""Imported functions and classes, and modules, that are named."""
ERROR_AGE = 5
"""Cells after which an error is not mentioned any more."""
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class CellsLevel:
    """How much of the last cells goes along."""

    cells: int
    code: int
    output: int
    budget: int


CELLS: Mapping[str, CellsLevel] = {
    "cells": CellsLevel(cells=5, code=1_200, output=300, budget=1_500),
    "full": CellsLevel(cells=12, code=4_000, output=2_000, budget=6_000),
}
"""By level; budgets are tokens besides the index's own."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index as text, and how many names it holds."""

    text: str = ""
    names: int = 0


def index_of(shell: Shell, prompt: str, *, budget: int = BUDGET) -> Index:
    """The index for this prompt; empty when the notebook holds nothing yet."""
    rest = [*_modules(shell), *_error(shell)]
    reserved = min(sum(map(_cost, rest)), round(budget * (1 - SHARE)))
    variables, names = _variables(shell, prompt, budget - reserved)
    left = budget - sum(map(_cost, variables))
    kept = list(_within(rest, left))
    return Index("\n".join([*variables, *kept]), names)


def cells_text(shell: Shell, level: CellsLevel) -> tuple[str, int]:
    """The last cells with what they showed, oldest first, and how many they are."""
    found: list[str] = []
    left = level.budget
    own = (cell for cell in newest_first(shell.ipython) if not cell.asks_us)
    for cell in islice(own, level.cells):
        text = cell_text(cell, code=level.code, output=level.output)
        left -= estimated_tokens(text)
        if left < 0:
            break
        found.append(text)
    return "\n\n".join(reversed(found)), len(found)


def cell_text(cell: Cell, *, code: int, output: int) -> str:
    """One cell as `In [3]:` with its code and `Out [3]:` with what it showed."""
    lines = [f"In [{cell.number}]:", shorten(cell.code.rstrip(), code)]
    if cell.output.strip():
        lines += [f"Out [{cell.number}]:", shorten(cell.output.strip("\n"), output)]
    return "\n".join(lines)


def error_text(shell: Shell, error: BaseException) -> str:
    """The traceback, and names and types of locals."""
    where = f"In cell {shell.error_cell}:\n" if shell.error_cell else ""
    return where + describe_error(error)


def ranked(shell: Shell, prompt: str) -> list[str]:
    """The names of the user's variables, the most relevant to the prompt first."""
    mentioned = {name: at for at, name in enumerate(reversed(_NAME.findall(prompt)))}
    used = names_used(shell.ipython)
    newest = {name: at for at, name in enumerate(shell.variables)}
    return sorted(
        newest,
        key=lambda name: (mentioned.get(name, -1), used.get(name, 0), newest[name]),
        reverse=True,
    )


def _variables(shell: Shell, prompt: str, budget: int) -> tuple[list[str], int]:
    variables = shell.variables
    mentioned = set(_NAME.findall(prompt))
    own = [name for name in ranked(shell, prompt) if not _is_imported(variables[name])]
    rules = shell.privacy
    if not own:
        return [], 0
    lines = ["Variables, the most relevant first:"]
    left = budget - _cost(lines[0]) - _cost(_more(len(own)))
    for at, name in enumerate(own):
        columns = MENTIONED_COLUMNS if name in mentioned else COLUMNS
        line, cost = _fitting(_line(rules, name, variables[name], columns), left)
        if cost > left:
            return [*lines, _more(len(own) - at)], at
        left -= cost
        lines.append(line)
    return lines, len(own)


def _more(count: int) -> str:
    return f"… {count:,} more; list_variables and search_variables show them"


def _fitting(forms: tuple[str, ...], left: int) -> tuple[str, int]:
    """The first form that fits, or the last, and what it costs."""
    line, cost = "", 0
    for line in forms:
        cost = _cost(line)
        if cost <= left:
            break
    return line, cost


def _line(rules: Privacy, name: str, value: object, columns: int) -> tuple[str, ...]:
    """Such as "df: DataFrame, 9 rows × 2 columns: time datetime64[ns]; a, b float64"; and short."""
    if rules.variable(name) == "deny":
        return (f"{name}: {type_name(value)}",)
    frame = frame_of(value)
    if frame is None:
        return (one_line(f"{name}: {kind_of(value)}", 200),)
    short = f"{name}: {frame.kind}, {frame.size}"
    if frame.kind.endswith("Series"):
        return (short,)
    seen = guarded(frame, name, rules)
    return (f"{short}: {columns_text(seen.columns, columns)}", short)


def columns_text(columns: tuple[Column, ...], limit: int) -> str:
    """Names and dtypes; neighbours of the same dtype share it."""
    groups = [
        f"{', '.join(one_line(column.name) or '(no name)' for column in group)} {dtype}"
        for dtype, group in groupby(columns[:limit], lambda column: column.dtype)
    ]
    more = [f"… {len(columns) - limit:,} more columns"] if len(columns) > limit else []
    return "; ".join(groups + more)


def _is_imported(value: object) -> bool:
    return is_a(value, (type, *FUNCTIONS)) and module_of(value) != "__main__"


def _modules(shell: Shell) -> list[str]:
    """Modules by the names they go by, and what was imported from others."""
    hidden = shell.ipython.user_ns_hidden
    modules: list[str] = []
    for name, value in dict(shell.user_ns).items():
        if is_a(value, ModuleType) and not name.startswith("_") and name not in hidden:
            full = str(instance_data(value).get("__name__", "?"))
            modules.append(name if full == name else f"{name} = {full}")
    imported = [
        f"{name} ({module_of(value).partition('.')[0] or '?'})"
        for name, value in shell.variables.items()
        if _is_imported(value)
    ]
    lines = [f"Modules: {_listed(modules)}"] if modules else []
    return lines + ([f"Imported: {_listed(imported)}"] if imported else [])


def _listed(names: list[str]) -> str:
    more = [f"… {len(names) - IMPORTED:,} more"] if len(names) > IMPORTED else []
    return ", ".join([*map(one_line, names[-IMPORTED:]), *more])


def _error(shell: Shell) -> list[str]:
    error = shell.last_error
    at = shell.error_cell
    if error is None or (at and running(shell.ipython) - at > ERROR_AGE):
        return []
    where = f", in cell {at}" if at else ""
    return [f"Last error{where}: {one_line(type_name(error), 100)}; last_error tells its message"]


def _within(lines: list[str], budget: int) -> Iterator[str]:
    """The lines that fit, in order."""
    for line in lines:
        budget -= _cost(line)
        if budget >= 0:
            yield line


def _cost(line: str) -> int:
    return estimated_tokens(line) + 1
