"""The cells that the user ran: their code, and what they showed, as IPython remembers it.

Only texts that were shown already are read; nothing is asked for its `repr` again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

READ = 20_000
"""Characters of one cell's output that are looked at."""
LOOKED_BACK = 40
"""Cells in which names are looked for."""
_NAME = re.compile(r"[^\W\d]\w*")
_OURS = re.compile(r"\s*%{1,2}copilot\b")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was run."""

    number: int
    code: str
    output: str = ""
    """What it showed, as text."""

    @property
    def asks_us(self) -> bool:
        """Whether it is a prompt of ours: those the agent knows anyway."""
        return _OURS.match(self.code) is not None


def cell(ipython: Any, number: int) -> Cell | None:
    """The cell of that number; None when it was not run, or runs now."""
    if not 0 < number < running(ipython):
        return None
    code = ipython.history_manager.input_hist_raw[number]
    return Cell(number, code, shown(ipython, number))


def newest_first(ipython: Any) -> Iterator[Cell]:
    """The cells before the running one, back to the first."""
    for number in range(running(ipython) - 1, 0, -1):
        found = cell(ipython, number)
        if found is not None:
            yield found


def shown(ipython: Any, number: int) -> str:
    """The text that a cell showed: prints, and the plain form of its values."""
    history = ipython.history_manager
    # Before IPython 9 only the text of the last value is kept.
    if not hasattr(history, "outputs"):
        return str(history.output_hist_reprs.get(number, ""))[:READ]
    bundles = history.outputs.get(number, ())
    texts = [_text(output.bundle) for output in bundles]
    error = getattr(history, "exceptions", {}).get(number)
    texts += [f"{error['ename']}: {error['evalue']}"] if error else []
    return "\n".join(text.rstrip("\n") for text in texts if text)[:READ]


def names_used(ipython: Any) -> dict[str, int]:
    """Name -> the number of the newest cell whose code has it."""
    codes = ipython.history_manager.input_hist_raw
    used: dict[str, int] = {}
    for number in range(len(codes) - 1, max(len(codes) - 1 - LOOKED_BACK, 0), -1):
        for name in _NAME.findall(codes[number]):
            used.setdefault(name, number)
    return used


def last_failed(ipython: Any) -> int:
    """The number of the newest cell that raised; 0 when none did, or before IPython 9."""
    return max(getattr(ipython.history_manager, "exceptions", ()), default=0)


def running(ipython: Any) -> int:
    """The number of the cell that runs now."""
    # `execution_count` is one further on newer IPythons while a cell runs.
    return len(ipython.history_manager.input_hist_raw) - 1


def _text(bundle: Mapping[str, Any]) -> str:
    stream = bundle.get("stream")
    if isinstance(stream, list):
        return "".join(map(str, stream))
    plain = bundle.get("text/plain", "")
    return "".join(map(str, plain)) if isinstance(plain, list) else str(plain)
