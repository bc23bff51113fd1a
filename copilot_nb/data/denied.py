"""Finds withheld values in text that is about to leave.

Code that the user allowed may print a column that a rule withholds. The values of such columns are
looked for in what it showed, none shorter than `SHORTEST`, so this is a guard and no guarantee;
shorter ones only where `data.exposed` says whose they may be. Of columns that are too long to know
all values, what stands in the text is looked for in them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from copilot_nb.data.values import short
from copilot_nb.data.withheld import long_columns, withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from copilot_nb.data.privacy import Privacy
    from copilot_nb.data.withheld import LongColumn

SHORTEST = 4
"""Characters; shorter ones stand everywhere."""
SHORTEST_NUMBER = 5
PERHAPS = "perhaps"
"""How what is said of a short value begins."""
PHRASE = 6
"""Words of a text that are taken together for one value of a long column."""
_WORD = re.compile(r"\w+")
_LUMP = re.compile(r"\S+")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_ZEROS = re.compile("0*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DIGITS = 40
"""Above this a number is no value of a column."""
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
    """First word -> (value, what it is, where in it the word stands), in lower case."""
    long: tuple[LongColumn, ...] = ()
    """Columns of which not all values are known."""
    exposed: frozenset[str] = frozenset()
    """Columns of which short values are looked for, too."""

    def find(self, text: str) -> tuple[Find, ...]:
        """Where withheld values stand in the text, without overlaps."""
        known = dict(self.by_first_word)
        for first, values in _by_first_word(self._in_long(text)).items():
            known[first] = tuple(sorted({*known.get(first, ()), *values}, key=_longest_first))
        if not known:
            return ()
        folded = _lower(text)
        found: list[Find] = []
        end = 0
        for word in _WORD.finditer(folded):
            if word.start() < end:
                continue
            for value, what, offset in known.get(word[0], ()):
                start = word.start() - offset
                stop = _end(value, folded, start) if start >= end else 0
                if stop:
                    end = stop
                    found.append(Find(start, end, what))
                    break
        return tuple(found)

    def _in_long(self, text: str) -> dict[str, str]:
        """What of the text is a value of a long column -> what it is."""
        if not self.long:
            return {}
        said = set(_phrases(text))
        found: dict[str, str] = {}
        for column in self.long:
            for value in column.among(said):
                found.setdefault(*self.wanted(column.owner, value))
        return found

    def wanted(self, owner: str, value: object) -> tuple[str, str]:
        """The form in which a value is looked for, and what is said where it is found."""
        text = _searched(value)
        if text or owner not in self.exposed:
            return text, f"value of {owner}"
        return _text(value), f"{PERHAPS} a value of {owner}"


def denied_values(
    variables: Mapping[str, object], privacy: Privacy, exposed: Iterable[str] = ()
) -> Denied:
    """The values of everything that a rule withholds, as far as they can be looked for.

    Args:
        variables: The notebook's.
        privacy: The rules.
        exposed: Columns, such as `df.age`, of which short values are looked for, too.
    """
    if not privacy:
        return Denied()
    denied = Denied(exposed=frozenset(exposed))
    values: dict[str, str] = {}
    for name, variable in variables.items():
        for owner, value in withheld(name, variable, privacy):
            values.setdefault(*denied.wanted(owner, value))
    long = (
        each for name, value in variables.items() for each in long_columns(name, value, privacy)
    )
    return replace(denied, by_first_word=_by_first_word(values), long=tuple(long))


def is_short(value: object) -> bool:
    """Whether a value cannot be told from other words and numbers of a text."""
    return not _searched(value) and bool(_text(value))


def _by_first_word(values: Mapping[str, str]) -> dict[str, tuple[tuple[str, str, int], ...]]:
    by_word: dict[str, list[tuple[str, str, int]]] = {}
    for value in sorted(values, key=len, reverse=True):  # the longest first
        first = _WORD.search(value)
        if first is not None:
            by_word.setdefault(first[0], []).append((value, values[value], first.start()))
    return {word: tuple(found) for word, found in by_word.items()}


def _longest_first(found: tuple[str, str, int]) -> tuple[int, str]:
    return -len(found[0]), found[0]


def _phrases(text: str) -> Iterator[str | float]:
    """Everything in the text that may be a value: words, some words together, numbers."""
    yield from (float(number) for number in _NUMBER.findall(text) if len(number) < _DIGITS)
    lumps = [match.span() for match in _LUMP.finditer(text)]
    for at, (start, _) in enumerate(lumps):
        for _, end in lumps[at : at + PHRASE]:
            yield from _trimmed(text[start:end])


def _trimmed(phrase: str) -> Iterable[str]:
    """A phrase as it stands, and without the signs around it."""
    words = _WORD.search(phrase)
    if words is None:
        return ()
    start = words.start()
    end = len(phrase) - (_WORD.search(phrase[::-1]) or words).start()
    return {phrase, phrase[start:], phrase[:end], phrase[start:end]}


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


def _searched(value: object) -> str:
    """The form in which a value is looked for; empty when it would be found everywhere."""
    text = _text(value)
    is_number = isinstance(value, int | float) or type(value) is Decimal
    return text if len(text) >= (SHORTEST_NUMBER if is_number else SHORTEST) else ""


def _text(value: object) -> str:
    """A value as it stands in texts, in lower case; empty where it is none or a common word."""
    kind = type(value)
    if kind is bool or value is None:
        return ""
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer()
        text = str(int(value)) if whole else str(value)
    elif kind is Decimal:
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = _lower((str(value) if kind is str else short(value)).strip())
    return "" if text in _COMMON else text


def _lower(text: str) -> str:
    """In lower case, every character where it was: some would become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _end(value: str, text: str, at: int) -> int:
    """Where the value ends that stands there as words of its own; 0 if it does not.

    A table writes all numbers of a column with as many digits: zeros may follow.
    """
    if not text.startswith(value, at):
        return 0
    end = at + len(value)
    if _DECIMAL.fullmatch(value):
        end = _ZEROS.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing, too
    return 0 if end < len(text) and text[end].isalnum() and value[-1].isalnum() else end
