"""A unified diff as HTML: a colour per line, and marks on the words that differ in it."""

from __future__ import annotations

import html
import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from copilot_nb.transcript.diffs import diff_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAIRS, LENGTH = 200, 400
"""At most so many pairs of lines are compared, each so long."""
SAME_OF_SHORTER, SAME_OF_LONGER = 0.5, 0.2
"""How much of the shorter line, and of the longer one, must stay for marks to help a reader."""

_CLASSES = {"+": "gi", "-": "gd", "@": "gh"}
_BETWEEN = re.compile(r"</mark>(\s+)<mark>")
_WORD = re.compile(r"\w+|\s+|.")

Lines = list[str]


def diff(text: str) -> str:
    """HTML of a unified diff's lines, without the headers that name the file."""
    left = PAIRS
    parts: Lines = []
    for removed, added, others in _groups(diff_lines(text)):
        pairs = len(removed) if len(removed) == len(added) <= left else 0
        left -= pairs
        parts += _pair_by_pair(removed, added) if pairs else map(_line, (*removed, *added))
        parts += map(_line, others)
    return "\n".join(parts)


def _groups(lines: Sequence[str]) -> Iterator[tuple[Lines, Lines, Lines]]:
    """Lines taken away, lines added in their place, and the lines up to the next change."""
    group: tuple[Lines, Lines, Lines] = ([], [], [])
    at = 0
    for line in lines:
        kind = {"-": 0, "+": 1}.get(line[:1], 2)
        if kind < at:
            yield group
            group = ([], [], [])
        at = kind
        group[kind].append(line)
    yield group


def _pair_by_pair(removed: Lines, added: Lines) -> Lines:
    pairs = [_marked(old, new) for old, new in zip(removed, added, strict=True)]
    return [old for old, _ in pairs] + [new for _, new in pairs]


@lru_cache(maxsize=1024)  # plain mode draws the same change several times a second
def _marked(old: str, new: str) -> tuple[str, str]:
    """Both lines, with marks on their words where enough of them stays."""
    if max(len(old), len(new)) > LENGTH:
        return _line(old), _line(new)
    before, after = _WORD.findall(old[1:]), _WORD.findall(new[1:])
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    same = sum(_size(before[a:b]) for tag, a, b, _, _ in steps if tag == "equal")
    shorter, longer = sorted((_size(before), _size(after)))
    if not same or same < SAME_OF_SHORTER * shorter or same < SAME_OF_LONGER * longer:
        return _line(old), _line(new)
    gone = _spans((tag == "equal", "".join(before[a:b])) for tag, a, b, _, _ in steps)
    come = _spans((tag == "equal", "".join(after[a:b])) for tag, _, _, a, b in steps)
    return _span("gd", f"-{gone}"), _span("gi", f"+{come}")


def _size(words: Lines) -> int:
    return sum(len(word.strip()) for word in words)


def _spans(steps: Iterable[tuple[bool, str]]) -> str:
    """The texts, those that differ marked; a blank between two of them is marked with them."""
    return _BETWEEN.sub(r"\1", "".join(_mark(text, same=same) for same, text in steps))


def _mark(text: str, *, same: bool) -> str:
    text = html.escape(text, quote=False)
    return text if same or not text else f"<mark>{text}</mark>"


def _line(line: str) -> str:
    return _span(_CLASSES.get(line[:1], ""), html.escape(line, quote=False))


def _span(name: str, inner: str) -> str:
    return f'<span class="{name}">{inner}</span>' if name else inner
