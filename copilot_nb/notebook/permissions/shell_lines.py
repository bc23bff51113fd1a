"""Command lines as rules read them: what a line runs, as far as that can be said for certain.

Bash is not parsed here. A line is taken apart only where nothing in it could mean more than it
says; everything else is one whole that only its exact text allows. Denials look harder: they find
a command wherever it may begin.
"""

from __future__ import annotations

import re
from typing import Final

PATTERN: Final = ":*"
"""Ends a rule's text that covers all lines which begin so."""

_JOINED: Final = re.compile(r"&&|\|\||;|\n")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:,@%+=~^\- ]*")
"""Characters that the shell gives no meaning, apart from what `_DECIDES` names."""
_DECIDES: Final = frozenset(
    {"cd", "pushd", "popd", "export", "alias", "unalias", "source", ".", "set", "unset", "shopt"}
    | {"eval", "exec", "trap", "hash", "enable", "declare", "local", "readonly", "typeset", "read"}
    | {"if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac"}
    | {"function", "time", "coproc", "select", "in", "builtin", "command", "umask", "ulimit"}
)
"""Words that decide what the commands behind them do; `make` after `cd` is another program."""
_ANYWHERE: Final = re.compile(r"[;&|<>`$(){}\n\\\"']+")
_CARRIERS: Final = frozenset({"sudo", "env", "nohup", "time", "command", "exec", "xargs", "nice"})
"""Programs that run the one that is named behind them."""


def allowed_by(line: str, text: str) -> bool:
    """Whether a rule's text allows that line, all of it.

    Args:
        line: What would run.
        text: The whole line, or the beginning of lines without operators, marked by `:*`.
    """
    if not text.endswith(PATTERN):
        return line == text
    return _begins(line, text.removesuffix(PATTERN)) and _PLAIN.fullmatch(line) is not None


def segments(line: str) -> tuple[str, ...]:
    """The commands that the line runs one after another; the line where that is not clear."""
    parts = tuple(part.strip() for part in _JOINED.split(line))
    if len(parts) < 2 or not all(_is_plain(part) for part in parts):  # noqa: PLR2004 - one is whole
        return (line,)
    return parts


def denied_by(line: str, text: str) -> bool:
    """Whether a rule's text denies that line: a command of it begins so, wherever it stands."""
    wanted = " ".join(text.removesuffix(PATTERN).split())
    if _ANYWHERE.search(wanted):
        return wanted in " ".join(line.split())
    return any(
        _begins(found, wanted)
        for part in _ANYWHERE.split(line)
        for found in _commands(part.split())
    )


def _commands(words: list[str]) -> list[str]:
    """The words as a command line, and as those that its first words may only carry."""
    found = []
    while words:
        first = words[0].rsplit("/", 1)[-1]
        found += [" ".join(words), " ".join([first, *words[1:]])]
        if first not in _CARRIERS and not re.fullmatch(r"\w+=.*|-.*", words[0]):
            break
        words = words[1:]
    return found


def _begins(line: str, text: str) -> bool:
    return bool(text) and (line == text or line.startswith(text + " "))


def _is_plain(part: str) -> bool:
    if not part or _PLAIN.fullmatch(part) is None:
        return False
    first = part.split(maxsplit=1)[0]
    return first not in _DECIDES and "=" not in first
