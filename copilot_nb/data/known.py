"""Withheld values, each in the form in which it is looked for: as text, as a number, as a moment.

Texts are found by the words with which they begin, however many there are.
"""

from __future__ import annotations

import datetime
import re
import struct
import sys
import uuid
from bisect import bisect_left, bisect_right
from decimal import Decimal
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from copilot_nb.data.finds import Find
from copilot_nb.data.said import LETTER, WORD, microseconds
from copilot_nb.data.values import comes_from, is_a, is_one_of, is_scientific, module_of, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from copilot_nb.data.said import Number, Said

SHORTEST = 4
"""Characters; shorter ones stand everywhere."""
SHORTEST_NUMBER = 5
FEW = 20
"""Ways to go on behind a word that are all tried; of more, those that the next word leaves."""
PERHAPS = "perhaps"
"""How what is said of a short value begins."""
AROUND = 50
"""Widths of a number, on both sides of it, in which others are counted."""
TIMES_CHANCE = 3
"""So many more numbers must be found than chance would find."""
_SINGLE = struct.Struct("f")
_SINGLE_DIGITS = range(6, 10)
"""How many are enough to tell a number of 32 bits."""
_LARGEST_SINGLE = 3.4028234e38
_LETTER = re.compile(LETTER)
_COMMON = frozenset({"true", "false", "none", "null", "nan", "nat", "<na>"})
_PLAIN = {str, int, float}
_AS_TEXT = {datetime.time, datetime.timedelta, uuid.UUID}
_ZONES = {"datetime", "zoneinfo", "pytz", "dateutil"}
"""Libraries whose time zones may be asked for what they are."""

Way = tuple[int, int]
"""How long a text is, and where in it its first word stands, each less than 0."""
Form = str | int | float | datetime.date
"""A date is a moment, too."""


class Known:
    """Values, and whose they are.

    Args:
        exposed: Columns, such as `df.age`, of which short values are looked for, too.
    """

    def __init__(self, exposed: Iterable[str] = ()) -> None:
        self._exposed = frozenset(exposed)
        self._texts: dict[str, str] = {}
        self._numbers: dict[float, str] = {}
        self._singles: dict[float, str] = {}
        """Numbers of 32 bits as they are shown."""
        self._moments: dict[int, str] = {}
        self._begin: dict[str, set[Way]] = {}
        """First word -> ways to go on; in order, the longest come first."""

    def add(self, owner: str, value: object) -> None:
        """One more value; one that stands everywhere only where its column is exposed."""
        form = _form(value)
        what = self._what(owner, form)
        if isinstance(form, str) and what:
            self._add_text(form, what)
        elif isinstance(form, datetime.date) and what:
            for at in _moments(form):
                self._moments.setdefault(at, what)
        elif isinstance(form, int | float) and what:
            self._numbers.setdefault(form, what)
        single = _single(form)
        if single is not None and (what := self._what(owner, single)):
            self._singles.setdefault(single, what)

    def _what(self, owner: str, form: Form | None) -> str:
        """What is said of that value; nothing where it is not looked for."""
        if form is None:
            return ""
        if not _is_short(form):
            return f"value of {owner}"
        return f"{PERHAPS} a value of {owner}" if owner in self._exposed else ""

    def finds(self, said: Said) -> Iterator[Find]:
        """Where values stand in a text."""
        yield from self._in_words(_lower(said.text)) if self._texts else ()
        for number in said.numbers if self._numbers or self._singles else ():
            if what := self._numbers.get(number.value) or self._singles.get(number.value):
                yield Find(number.start, number.end, what)
        for moment in said.moments if self._moments else ():
            if what := self._moments.get(moment.at):
                yield Find(moment.start, moment.end, what)

    def fractions(self) -> list[float]:
        """The numbers that may be rounded."""
        return [number for number in self._numbers if type(number) is float and number % 1]

    def __contains__(self, number: float) -> bool:
        return number in self._numbers

    def whose(self, number: float) -> str:
        """What is said where that number is found."""
        return self._numbers[number]

    def _add_text(self, text: str, what: str) -> None:
        first = WORD.search(text)
        if first is not None and self._texts.setdefault(text, what) is what:
            self._begin.setdefault(first[0], set()).add((-len(text), -first.start()))

    def _in_words(self, folded: str) -> Iterator[Find]:
        ways: dict[str, dict[str, list[Way]]] = {}
        done = 0
        words = chain(WORD.finditer(folded), (None,))
        for word, following in pairwise(words):
            if word is None or word.start() < done or word[0] not in self._begin:
                continue
            if word[0] not in ways:
                ways[word[0]] = self._ways(word[0])
            known = ways[word[0]]
            second = known.get(following[0], []) if following else []
            for length, offset in (*second, *known.get("", ())):
                start = word.start() + offset
                end = start - length
                what = self._texts.get(folded[start:end]) if start >= done else None
                if what and _ends(folded, end):
                    done = end
                    yield Find(start, end, what)
                    break

    def _ways(self, first: str) -> dict[str, list[Way]]:
        """How values go on that begin with a word: by their second one, or in any way."""
        ways = sorted(self._begin[first])
        return self._by_two.get(first, {}) if len(ways) > FEW else {"": ways}

    @cached_property
    def _by_two(self) -> dict[str, dict[str, list[Way]]]:
        """First word -> second word, if there is one -> ways; of words with many of them."""
        found: dict[str, dict[str, set[Way]]] = {}
        for text in self._texts:
            words = WORD.finditer(text)
            first = next(words)
            if len(self._begin[first[0]]) > FEW:
                second = next(words, None)
                by_second = found.setdefault(first[0], {})
                by_second.setdefault(second[0] if second else "", set()).add(
                    (-len(text), -first.start())
                )
        return {
            first: {second: sorted(ways) for second, ways in by_second.items()}
            for first, by_second in found.items()
        }


def shortened(
    numbers: Sequence[Number], fractions: Sequence[float], share: float = 1.0
) -> Iterator[tuple[Number, float]]:
    """Numbers of a text that are values with less digits, and the value of each.

    In a dense column every number is near some value: they count only where there are more than
    chance would find.

    Args:
        numbers: The text's.
        fractions: The values, in order.
        share: How many of all values these are, where they are only some.
    """
    found: list[tuple[Number, float]] = []
    chance = 0.0
    for number in numbers:
        if not number.rounded:
            continue
        low, high = bisect_left(fractions, number.low), bisect_right(fractions, number.high)
        width = number.high - number.low
        around = bisect_right(fractions, number.high + AROUND * width) - bisect_left(
            fractions, number.low - AROUND * width
        )
        chance += min(1.0, (around - (high - low)) / (2 * AROUND) / share)
        if low < high:
            found.append((number, fractions[low]))
    if len(found) > TIMES_CHANCE * chance:
        yield from found


def is_short(value: object) -> bool:
    """Whether a value cannot be told from other words and numbers of a text."""
    form = _form(value)
    return any(each is not None and _is_short(each) for each in (form, _single(form)))


def _is_short(form: Form) -> bool:
    if isinstance(form, str):
        return len(form) < SHORTEST
    if isinstance(form, datetime.date):
        return False
    text = str(int(form)) if form == int(form) else str(form)
    return len(text) < SHORTEST_NUMBER


def _form(value: Any) -> Form | None:
    """What a value is looked for as: its sign and its case do not count; None if it is nothing."""
    value = _plain(value)
    if isinstance(value, str):
        text = _lower(value.strip())
        return text if text and text not in _COMMON else None
    return value if value is None or isinstance(value, datetime.date) else _number(value)


def _plain(value: Any) -> str | int | float | Decimal | datetime.date | None:
    """A value as Python's own, past what its class does; of what is none of these its text."""
    if is_one_of(type(value), _PLAIN):
        return value  # type: ignore[no-any-return]  # one of these
    if is_scientific(value) and not hasattr(type(value), "__len__"):
        value = _scalar(value)
    if value is None or type(value) is bool or comes_from(value, "pandas", "NaTType"):
        return None
    if is_one_of(type(value), _AS_TEXT):
        return str(value)
    for kind, own in _OWN:
        if is_a(value, kind):
            return own(value)  # type: ignore[no-any-return]  # its own kind
    return short(value)


def _scalar(value: Any) -> Any:
    """A scalar of a library as Python's own, where it can be."""
    try:
        if comes_from(value, "numpy", "datetime64"):
            value = value.astype("datetime64[us]")
        return value.item() if hasattr(value, "item") else value
    except Exception:  # noqa: BLE001 - beyond what Python's own can be
        return value


def _moment(value: datetime.datetime) -> datetime.datetime:
    kind = datetime.datetime
    return kind.combine(kind.date(value), kind.timetz(value))


_OWN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (Decimal, Decimal),
    (datetime.datetime, _moment),
    (datetime.date, lambda value: datetime.date.fromordinal(datetime.date.toordinal(value))),
)
"""Classes, and how a value of one that inherits from them becomes one of their own."""


def _number(value: float | Decimal) -> float | None:
    """None of what is no number, or larger than any."""
    if isinstance(value, Decimal):
        if not value.is_finite() or value.adjusted() > sys.float_info.max_10_exp:
            return None
        value = int(value) if value == value.to_integral_value() else float(value)
    return abs(value) if abs(value) <= sys.float_info.max else None


def _single(form: Form | None) -> float | None:
    """How a number is shown that has the precision of 32 bits, where that is another number."""
    if type(form) is not float or form > _LARGEST_SINGLE:
        return None
    bits = _SINGLE.pack(form)
    if _SINGLE.unpack(bits)[0] != form:
        return None
    shown = (float(f"{form:.{digits}g}") for digits in _SINGLE_DIGITS)
    return next((each for each in shown if each != form and _SINGLE.pack(each) == bits), None)


def _moments(value: datetime.date) -> Iterator[int]:
    """By the clock that the value shows, and by that of its number."""
    own = microseconds(value)
    yield own
    if isinstance(value, datetime.datetime) and module_of(value.tzinfo).split(".")[0] in _ZONES:
        offset = value.utcoffset() or datetime.timedelta()
        yield own - offset // datetime.timedelta(microseconds=1)


def _lower(text: str) -> str:
    """In lower case, every character where it was: some would become two."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _ends(text: str, at: int) -> bool:
    """Whether no word goes on there."""
    return not (_LETTER.match(text, at) and _LETTER.match(text, at - 1))
