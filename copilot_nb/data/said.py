"""What a text says that may be a value of a column: words, numbers, dates and times.

A value has many forms: `1980-01-02`, `Timestamp('1980-01-02 00:00:00')`, `315619200000`; or
`51.507351` for 51.507351234. So the text is read, and what it says is compared with the values.
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

PHRASE = 6
"""Words of a text that are taken together for one value of a long column."""
_UNPARTED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
)
"""Letters of scripts whose words no blanks part: Thai, Lao, Burmese, Khmer, kana, Han, Hangul."""
LETTER = rf"[^\W_{_UNPARTED}]"
"""One of a word that goes on to the next blank or sign."""
WORD = re.compile(rf"{LETTER}+|[{_UNPARTED}]")
_LUMP = re.compile(r"\S+")
_NUMBER = re.compile(
    rf"(?<!{LETTER})(?<!\d\.)(?P<whole>0|[1-9]\d{{0,39}})(?:\.(?P<part>\d{{1,39}}))?"
    rf"(?:[eE](?P<exponent>[+-]?\d{{1,3}}))?(?!{LETTER}|\.\d)"
)
_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/](\d\d)[-/](\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d{0,3})?)?)?(?!\d)"
)
_CALL = re.compile(
    r"\b(?:date|datetime|Timestamp)\((\d{4}), ?(\d\d?), ?(\d\d?)"
    r"(?:, ?(\d\d?), ?(\d\d?)(?:, ?(\d\d?)(?:, ?(\d{1,6}))?)?)?"
)
_DATE = len("1980-01-02")
_EPOCH_DIGITS = 8
"""From here on a whole number may be a time: seconds, or parts of seconds, since 1970."""
_ROUNDED = 6
"""Digits that are shown of a number that is looked for among longer ones."""
_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text without its sign, and what it may have been before it was rounded."""

    start: int
    end: int
    value: float
    low: float
    high: float
    digits: int
    """How many are shown, the zeros in front not counted."""

    @property
    def rounded(self) -> bool:
        """Whether it may stand for another one: few digits would stand for too many."""
        return self.low < self.high and self.digits >= _ROUNDED


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time of a text."""

    start: int
    end: int
    at: int
    """Microseconds since 1970, by the clock that is shown."""


@dataclass(frozen=True)
class Said:
    """What a text says.

    Args:
        text: The text.
        exact: Numbers that were shortened when the text was made -> what they were.
    """

    text: str
    exact: Mapping[str, Collection[float]] = field(default_factory=dict)

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers, in order."""
        return tuple(_numbers(self.text, self.exact))

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """The dates and times, in any order; a time also as the date in it."""
        return (*_moments(self.text), *_epochs(self.text))

    @cached_property
    def phrases(self) -> frozenset[str]:
        """Words, and some words together."""
        return frozenset(_phrases(self.text))


def microseconds(value: datetime.date) -> int:
    """Since 1970 by the value's own clock; a date begins at midnight."""
    days = value.toordinal() - _EPOCH_DAY
    if not isinstance(value, datetime.datetime):
        return days * 86_400_000_000
    seconds = ((days * 24 + value.hour) * 60 + value.minute) * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


def _numbers(text: str, exact: Mapping[str, Collection[float]]) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        whole, part, exponent = match.group("whole", "part", "exponent")
        start, end = match.span()
        for value in exact.get(match[0], ()):
            yield Number(start, end, abs(value), abs(value), abs(value), 0)
        if part is None and exponent is None:
            yield Number(start, end, int(whole), int(whole), int(whole), len(whole))
            continue
        value = float(match[0])
        if value == math.inf:
            continue
        digits = len((whole + (part or "")).lstrip("0"))
        half = float(f"0.500001e{int(exponent or 0) - len(part or '')}")
        yield Number(start, end, value, value - half, value + half, digits)


def _moments(text: str) -> Iterator[Moment]:
    for match in (*_ISO.finditer(text), *_CALL.finditer(text)):
        day, clock = match.groups("0")[:3], list(match.groups("0")[3:])
        start, end = match.span()
        if match.re is _ISO:
            clock[-1] = clock[-1].ljust(6, "0")
        try:
            moment = datetime.datetime(*map(int, [*day, *clock]))  # type: ignore[arg-type]  # no zone
        except ValueError:  # the 31st of February, the 25th hour
            continue
        date_end = start + _DATE if match.re is _ISO else end
        yield Moment(start, date_end, microseconds(moment.date()))
        if match[4] is not None:
            yield Moment(start, end, microseconds(moment))


def _epochs(text: str) -> Iterator[Moment]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if match["part"] or match["exponent"] or end - start < _EPOCH_DIGITS:
            continue
        number = -int(match[0]) if text[start - 1 : start] == "-" else int(match[0])
        for at in (number * 1_000_000, number * 1_000, number):
            yield Moment(start, end, at)
        if number % 1_000 == 0:
            yield Moment(start, end, number // 1_000)


def _phrases(text: str) -> Iterator[str]:
    for phrase in _runs(text, _LUMP):
        yield from _trimmed(phrase)
    yield from _runs(text, WORD)


def _runs(text: str, part: re.Pattern[str]) -> Iterator[str]:
    spans = [match.span() for match in part.finditer(text)]
    for at, (start, _) in enumerate(spans):
        yield from (text[start:end] for _, end in spans[at : at + PHRASE])


def _trimmed(phrase: str) -> Iterable[str]:
    """A phrase as it stands, and without the signs around it."""
    words = WORD.search(phrase)
    if words is None:
        return ()
    start = words.start()
    end = len(phrase) - (WORD.search(phrase[::-1]) or words).start()
    return {phrase, phrase[start:], phrase[:end], phrase[start:end]}
