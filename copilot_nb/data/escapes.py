r"""Texts in which other texts stand escaped: the `\n` of a `repr()`, the `\u00fc` of JSON.

The letter of an escape would count as one of the word that follows it. So such a text is looked at
a second time with its escapes read, and once more where one text stands within another.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from copilot_nb.data.finds import Find

DEPTH = 3
"""Texts within each other that are read."""
_ESCAPE = re.compile(
    r"""\\(?:(?P<sign>[nrtfvb0\\'"/])|x(?P<byte>[0-9a-fA-F]{2})"""
    r"|u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<code>[0-9a-fA-F]{4})|U(?P<long>00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}))"
)
_SIGNS = dict(zip("nrtfvb0", "\n\r\t\f\v\b\0", strict=True))


def in_every_reading(
    text: str, look: Callable[[str], Iterable[Find]], depth: int = DEPTH
) -> Iterator[Find]:
    """What is found in a text, and in what it says when its escapes are read.

    Args:
        text: The text.
        look: Finds something in a text.
        depth: How often escapes are read.
    """
    yield from look(text)
    read, ends, longer = _read(text) if depth and "\\" in text else (text, [], [])
    if not ends:
        return

    def place(at: int) -> int:
        return at + longer[bisect_right(ends, at)]

    for find in in_every_reading(read, look, depth - 1):
        yield replace(find, start=place(find.start), end=place(find.end))


def _read(text: str) -> tuple[str, list[int], list[int]]:
    """The text with its escapes read, where in it each ends, and how much shorter it is by then.

    The last begins with what it is before any of them: 0.
    """
    parts: list[str] = []
    ends: list[int] = []
    longer = [0]
    at = length = 0
    for match in _ESCAPE.finditer(text):
        parts += [text[at : match.start()], _meant(match)]
        at = match.end()
        length += len(parts[-2]) + len(parts[-1])
        ends.append(length)
        longer.append(at - length)
    return "".join([*parts, text[at:]]), ends, longer


def _meant(escape: re.Match[str]) -> str:
    if sign := escape["sign"]:
        return _SIGNS.get(sign, sign)
    if pair := escape["pair"]:
        return bytes.fromhex(pair.replace("\\u", "")).decode("utf-16-be")
    return chr(int(escape["byte"] or escape["code"] or escape["long"], 16))
