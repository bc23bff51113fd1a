"""Withheld columns within the reach of code, whose short values nobody could recognise in its text.

`data.denied` looks for long values everywhere. For short ones it does so only in the text of code
that reads their column and names it, or in whose text the column's name stands: others would be
found in every number and every initial.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from copilot_nb.data.frames import frame_of
from copilot_nb.data.known import is_short
from copilot_nb.data.withheld import withheld, withheld_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import Privacy

SAMPLE = 2_000
"""Values of one column that are looked at to tell whether they are short."""
SHOWN = 8
"""Columns of one variable that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A variable with withheld columns."""

    name: str
    columns: Mapping[str, bool]
    """What is withheld, by the names that `data.withheld` gives -> whether it has short values."""
    whole: bool = False
    """Whether a rule withholds the variable as a whole."""

    @property
    def warning(self) -> str:
        """What somebody must know before code reads it."""
        labels = [self._label(column) for column in self.columns]
        more = [f"… {len(labels) - SHOWN} more"] if len(labels) > SHOWN else []
        said = f"{self.name} holds withheld columns: {', '.join([*labels[:SHOWN], *more])}"
        if self.whole or labels == [self.name]:
            said = f"{self.name} is withheld"
        if not any(self.columns.values()):
            return said
        return f"{said}; short values cannot be recognised in what it prints"

    def named(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The columns whose names stand in one of the texts; all where it is withheld whole."""
        said = "\n".join(texts)
        return tuple(
            column
            for column in self.columns
            if self.whole or column == self.name or _stands_in(self._label(column), said)
        )

    def _label(self, column: str) -> str:
        return column.removeprefix(f"{self.name}.")


def exposed(variables: Mapping[str, object], privacy: Privacy) -> tuple[Exposed, ...]:
    """Those of the variables that hold something withheld."""
    found: list[Exposed] = []
    for name, variable in variables.items() if privacy else ():
        columns: dict[str, bool] = {}
        for column, value in _values(name, variable, privacy):
            columns[column] = columns.get(column, False) or is_short(value)
        if columns:
            whole = privacy.variable(name) != "allow"
            found.append(Exposed(name=name, columns=columns, whole=whole))
    return tuple(found)


def _values(name: str, variable: object, privacy: Privacy) -> Iterator[tuple[str, object]]:
    """Some values of each withheld column."""
    frame = frame_of(variable)
    if frame is None or privacy.called(frame.heads, name) != "allow":
        return islice(withheld(name, variable, privacy), SAMPLE)
    return _of_frame(name, frame, privacy)


def _of_frame(name: str, frame: Frame, privacy: Privacy) -> Iterator[tuple[str, object]]:
    step = max(1, frame.rows // SAMPLE)
    for at, owner in withheld_columns(name, frame, privacy):
        yield from ((owner, value) for value in frame.values(at, step))


def _stands_in(label: str, text: str) -> bool:
    """Whether a name stands in a text as a word."""
    return re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text, re.IGNORECASE) is not None
