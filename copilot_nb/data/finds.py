"""What was found in a text that is about to leave, and the text without it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Find:
    """A stretch of text that must not leave as it is."""

    start: int
    end: int
    what: str
    """Such as "value of patients.ssn" or "GitHub token"."""


def apart(finds: Iterable[Find]) -> tuple[Find, ...]:
    """The finds in order; of those that overlap one, the first, as long as all of them."""
    found: list[Find] = []
    for find in sorted(finds, key=lambda each: (each.start, -each.end)):
        if not found or find.start >= found[-1].end:
            found.append(find)
        elif find.end > found[-1].end:
            found[-1] = replace(found[-1], end=find.end)
    return tuple(found)


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
