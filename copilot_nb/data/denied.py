"""Finds withheld values in text that is about to leave.

Code that the user allowed may print a column that a rule withholds. The values of such columns are
looked for in what it showed: up to `VALUES` of each column, none shorter than `SHORTEST`, so this
is a guard and no guarantee.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from copilot_nb.data.frames import frame_of
from copilot_nb.data.values import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import Privacy

VALUES = 200_000
"""Values of one column that are looked for."""
SHORTEST = 4
"""Characters; shorter ones stand everywhere."""
SHORTEST_NUMBER = 5
_WORD = re.compile(r"\w+")
_COMMON = frozenset({"true", "false", "none", "null", "nan", "nat", "<na>"})


@dataclass(frozen=True, slots=True)
class Find:
    """A stretch of text that must not leave as it is."""

    start: int
    end: int
    what: str
    """Such as "value of patients.ssn" or "GitHub token"."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Values that must not leave, ready to be looked for."""

    by_first_word: Mapping[str, tuple[tuple[str, str, int], ...]] = field(default_factory=dict)
    """First word -> (value, whose it is, where in it the word stands), in lower case."""

    def find(self, text: str) -> tuple[Find, ...]:
        """Where withheld values stand in the text, without overlaps."""
        if not self.by_first_word:
            return ()
        folded = _lower(text)
        found: list[Find] = []
        end = 0
        for word in _WORD.finditer(folded):
            if word.start() < end:
                continue
            for value, owner, offset in self.by_first_word.get(word[0], ()):
                start = word.start() - offset
                if start >= end and _stands(value, folded, start):
                    end = start + len(value)
                    found.append(Find(start, end, f"value of {owner}"))
                    break
        return tuple(found)


def denied_values(variables: Mapping[str, object], privacy: Privacy) -> Denied:
    """The values of every column that a rule withholds, as far as they can be looked for."""
    values: dict[str, str] = {}
    if privacy:
        for name, variable in variables.items():
            for owner, value in _withheld(name, variable, privacy):
                values.setdefault(value, owner)
    by_word: dict[str, list[tuple[str, str, int]]] = {}
    for value in sorted(values, key=len, reverse=True):  # the longest first
        first = _WORD.search(value)
        if first is not None:
            by_word.setdefault(first[0], []).append((value, values[value], first.start()))
    return Denied({word: tuple(found) for word, found in by_word.items()})


def replace_finds(text: str, finds: tuple[Find, ...], mark: str) -> str:
    """The text with `mark` in place of every find; overlapping ones count once."""
    parts: list[str] = []
    at = 0
    for find in sorted(finds, key=lambda each: each.start):
        if find.start < at:
            at = max(at, find.end)
            continue
        parts += [text[at : find.start], mark]
        at = find.end
    return "".join([*parts, text[at:]])


def lines_of(text: str, finds: tuple[Find, ...]) -> tuple[int, ...]:
    """The numbers of the lines, from 1, in which something was found."""
    ends = [match.start() for match in re.finditer("\n", text)]
    return tuple(sorted({bisect_left(ends, find.start) + 1 for find in finds}))


def _withheld(name: str, variable: object, privacy: Privacy) -> Iterator[tuple[str, str]]:
    """(whose, value) of the variable's withheld columns."""
    frame = frame_of(variable)
    whole = privacy.variable(name) != "allow"
    if frame is None:
        if whole:
            yield from ((name, text) for leaf in _leaves(variable) if (text := _searched(leaf)))
        return
    step = max(1, frame.rows // VALUES)
    for at, column in enumerate(frame.columns):
        if not whole and privacy.called(column.names, name) == "allow":
            continue
        owner = f"{name}.{column.name}"
        for value in frame.column(at, step):
            text = _searched(value)
            if text:
                yield owner, text
    levels = [
        at
        for at, level in enumerate(frame.index)
        if whole or privacy.called([level], name) != "allow"
    ]
    if levels:
        yield from _of_index(name, frame, levels, step)


def _of_index(
    name: str, frame: Frame, levels: Sequence[int], step: int
) -> Iterator[tuple[str, str]]:
    for (label,) in frame.read(range(0, frame.rows, step), ()):
        parts = label if len(frame.index) > 1 else (label,)
        for at in levels:
            if text := _searched(parts[at]):
                yield f"{name}.{frame.index[at] or 'index'}", text


def _leaves(value: object, depth: int = 3) -> Iterator[object]:
    """The texts and numbers in a variable that is withheld as a whole; plain containers only."""
    kind = type(value)
    if kind is dict and depth:
        for each in islice(value.values(), VALUES):  # type: ignore[attr-defined]  # a dict
            yield from _leaves(each, depth - 1)
    elif kind in (list, tuple, set, frozenset) and depth:
        for each in islice(value, VALUES):  # type: ignore[call-overload]  # iterable
            yield from _leaves(each, depth - 1)
    elif kind in (str, int, float):
        yield value


def _searched(value: object) -> str:
    """The form in which a value is looked for; empty when it would be found everywhere."""
    kind = type(value)
    if kind is bool or value is None:
        return ""
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer()
        text = str(int(value)) if whole else str(value)
        return text if len(text) >= SHORTEST_NUMBER else ""
    text = str(value) if kind is str else short(value)
    text = _lower(text.strip())
    return "" if len(text) < SHORTEST or text in _COMMON else text


def _lower(text: str) -> str:
    """In lower case, every character where it was: some would become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _stands(value: str, text: str, at: int) -> bool:
    """Whether the value stands there as words of its own."""
    if not text.startswith(value, at):
        return False
    end = at + len(value)
    return end == len(text) or not (text[end].isalnum() and value[-1].isalnum())
