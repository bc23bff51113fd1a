"""Long texts, cut to their beginning and end, with a mark that says what is left out between them.

A text may grow on after it was cut: the mark then counts all that was ever left out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEAD, TAIL, LIMIT = 4096, 8192, 16384
"""Of a longer text than LIMIT the first HEAD and the last TAIL characters stay."""

_NUMBER = r"(\d[\d,]{0,15})"
_MARK = re.compile(rf"\n… (?:{_NUMBER} lines?, )?{_NUMBER} characters? left out …\n")


class Gap(NamedTuple):
    """What is left out of a text; as a text the mark that stands there."""

    lines: int = 0
    characters: int = 0

    @classmethod
    def of(cls, text: str) -> Gap:
        """The gap where this text was; an earlier gap's mark at its beginning is seen."""
        mark = _MARK.match(text)
        earlier = cls.told(mark) if mark else cls()
        rest = text[mark.end() :] if mark else text
        return cls(earlier.lines + rest.count("\n"), earlier.characters + len(rest))

    @classmethod
    def told(cls, mark: re.Match[str]) -> Gap:
        """What a mark says."""
        return cls(*(int((number or "0").replace(",", "")) for number in mark.groups()))

    def __str__(self) -> str:
        lines = f"{self.lines:,} line{'s' if self.lines > 1 else ''}, " if self.lines else ""
        letters = f"{self.characters:,} character{'s' if self.characters > 1 else ''}"
        return f"\n… {lines}{letters} left out …\n"


class Rest:
    """What comes behind the part of a text that is kept; only its end stays.

    Args:
        limit: Characters of the end.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[str] = []
        self._length = 0
        self._gap = Gap()

    def __bool__(self) -> bool:
        return bool(self._pieces)

    @property
    def text(self) -> str:
        """The end."""
        self._trim()
        return "".join(self._pieces)

    @property
    def gap(self) -> Gap:
        """What is missing before it."""
        self._trim()
        return self._gap

    def add(self, text: str) -> None:
        """Take some more."""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > 8 * self._limit:
            self._trim()

    def _trim(self) -> None:
        whole = "".join(self._pieces)
        at = max(0, len(whole) - self._limit)
        self._gap = Gap(self._gap.lines + whole.count("\n", 0, at), self._gap.characters + at)
        self._pieces, self._length = [whole[at:]] if whole else [], len(whole) - at


def cut(text: str) -> str:
    """The text, or its beginning and end with what is left out between them."""
    if len(text) <= LIMIT:
        return text
    return f"{text[:HEAD]}{Gap.of(text[HEAD:-TAIL])}{text[-TAIL:]}"


def after_gap(text: str, gap: Gap, more: str, tail: int = TAIL) -> str:
    """The beginning of a text, and the end of what came behind a part that nobody kept."""
    begin = max(0, len(more) - tail)
    before, behind = Gap.of(text[HEAD:]), Gap.of(more[:begin])
    gap = Gap(
        lines=before.lines + gap.lines + behind.lines,
        characters=before.characters + gap.characters + behind.characters,
    )
    return f"{text[:HEAD]}{gap}{more[begin:]}"


def left_out(text: str) -> int:
    """How many characters `cut` took out of a text."""
    return _gap(text).characters


def line_count(text: str) -> int:
    """How many lines a text had before `cut`."""
    gap = _gap(text)
    ours = str(gap).count("\n") if gap.characters else 0
    return text.strip("\n").count("\n") + 1 - ours + gap.lines


def length(text: str) -> int:
    """How many characters a text had before `cut`."""
    gap = _gap(text)
    return len(text) - len(str(gap)) + gap.characters if gap.characters else len(text)


def since(text: str, position: int) -> str:
    """What a text says behind so many characters of what it was before `cut`."""
    gap = _gap(text)
    if not gap.characters or position <= HEAD:
        return text[position:]
    wanted, kept = length(text) - position, len(text) - HEAD - len(str(gap))
    if wanted <= kept:
        return text[len(text) - wanted :]
    return f"{Gap(characters=wanted - kept)}{text[-kept:]}"


def _gap(text: str) -> Gap:
    """What `cut` took out of the text."""
    mark = _MARK.match(text, HEAD)
    if mark is None or len(text) < mark.end() + TAIL:  # the mark alone can be anybody's
        return Gap()
    return Gap.told(mark)
