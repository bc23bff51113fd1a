r"""Finds what a prompt refers to: `@df`, `@fn()`, `@cell:3`, `@_`, `@error`, `@plot`, `@data.csv`.

An `@` begins a reference at the start of a word only, so that addresses, `a @ b` and `user@host`
stay what they are. In code (backticks, fences) and on the line of a decorator it means nothing, and
`\@` is an `@`. `` @`name` `` and `@"a path.csv"` set off what would otherwise not be one word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["name", "call", "cell", "last", "error", "plot", "path"]

BEFORE = frozenset(" \t\n\r([{<\"'“‘«*~>|,;:=—–")
"""Characters after which an `@` may begin a reference."""
_NAME = r"[^\W\d]\w*"
_DOTTED = rf"{_NAME}(?:\.{_NAME})*"
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("call", re.compile(rf"`\s*({_DOTTED})\s*\([^`\n]*\)\s*`")),
    ("name", re.compile(rf"`\s*({_DOTTED})\s*`")),
    ("path", re.compile(r"`([^`\n]+)`")),
    ("path", re.compile(r'"([^"\n]+)"')),
    ("path", re.compile(r"'([^'\n]+)'")),
    ("last", re.compile(r"(_)(?![\w.(/])")),
    ("error", re.compile(r"(error)(?![\w(/]|\.\w)")),
    ("cell", re.compile(r"cell(?::(\d*))?(?![\w(/]|\.\w)")),
    ("plot", re.compile(r"plot(?::(\d+))?(?![\w(/]|\.\w)")),
    ("path", re.compile(r"((?:[A-Za-z]:)?(?:~|\.{1,2})?[\w.\-+%]*[/\\][^\s\"'`<>|]*)")),
    ("path", re.compile(rf"(\w[\w.]*-[\w.\-]*\.[A-Za-z]\w*|\d\w*\.[A-Za-z]\w*|\.{_NAME}[\w.\-]*)")),
    ("call", re.compile(rf"({_DOTTED})(?:\(\)|(?=\())")),
    ("name", re.compile(rf"({_DOTTED})")),
)
"""Tried in order, behind the `@`."""
_TRAILING = ".,;:!?)]}*"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_DECORATOR = re.compile(rf"[ \t]*@{_DOTTED}(?:\(.*\))?[ \t]*$")
_DEFINITION = re.compile(r"[ \t]*(?:async[ \t]+def|def|class)\b")
_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">"}


@dataclass(frozen=True, slots=True)
class Mention:
    """One reference of a prompt."""

    kind: Kind
    target: str
    """The name, number or path; empty for the newest."""
    text: str
    """As it was written."""
    start: int
    end: int


def mentions(prompt: str) -> tuple[Mention, ...]:
    """The references of a prompt, in order."""
    found: list[Mention] = []
    end = 0
    for at in _signs(prompt):
        if at < end or (at and prompt[at - 1] not in BEFORE):
            continue
        mention = _mention(prompt, at)
        if mention is not None:
            found.append(mention)
            end = mention.end
    return tuple(found)


def unescaped(prompt: str) -> str:
    r"""The prompt as the model gets it: `\@` outside of code is an `@`."""
    parts: list[str] = []
    last = 0
    for start, end in (*_code(prompt), (len(prompt), len(prompt))):
        parts.append(prompt[last:start].replace("\\@", "@"))
        parts.append(prompt[max(start, last) : end])
        last = max(end, last)
    return "".join(parts)


def open_reference(text: str) -> str | None:
    """What stands behind the `@` of a reference that is being typed at the end; None without one.

    Args:
        text: The prompt as far as the cursor.
    """
    at = text.rfind("@")
    if at < 0 or (at and text[at - 1] not in BEFORE) or any(a <= at < b for a, b in _code(text)):
        return None
    typed = text[at + 1 :]
    quoted = typed[:1] in {'"', "'", "`"} and typed.count(typed[0]) == 1 and "\n" not in typed
    return typed if quoted or not re.search(r"\s", typed) else None


def _signs(prompt: str) -> Iterator[int]:
    """Where an `@` stands outside of code."""
    code = _code(prompt)
    for match in re.finditer("@", prompt):
        if not any(start <= match.start() < end for start, end in code):
            yield match.start()


def _mention(prompt: str, at: int) -> Mention | None:
    for kind, form in _FORMS:
        match = form.match(prompt, at + 1)
        if match is None:
            continue
        target, end = match[1] or "", match.end()
        if kind == "path" and prompt[at + 1] not in "\"'`":
            target = _trimmed(target, prompt[at - 1] if at else "")
            end = match.start(1) + len(target)
        if target or kind in {"cell", "plot"}:
            return Mention(kind, target, prompt[at:end], at, end)
    return None


def _trimmed(path: str, before: str) -> str:
    """A path without the punctuation of the sentence behind it."""
    closer = _CLOSERS.get(before, "")
    if closer and closer in path:
        path = path[: path.index(closer)]
    return path.rstrip(_TRAILING)


def _code(prompt: str) -> tuple[tuple[int, int], ...]:
    """Where there is code: fences, what is between backticks, and decorators."""
    fences = tuple(_fences(prompt))
    spans: list[tuple[int, int]] = []
    last = 0
    for start, end in (*fences, (len(prompt), len(prompt))):
        spans += _spans(prompt, last, start)
        spans.append((start, end))
        last = end
    return tuple(sorted(span for span in spans if span[0] < span[1]))


def _fences(prompt: str) -> Iterator[tuple[int, int]]:
    """Fenced blocks; one that is not closed ends with the prompt."""
    opened, mark, at = -1, "", 0
    for line in prompt.splitlines(keepends=True):
        fence = _FENCE.match(line)
        if opened < 0 and fence:
            opened, mark = at, fence[1]
        elif (
            opened >= 0 and fence and fence[1].startswith(mark) and not line[fence.end() :].strip()
        ):
            yield opened, at + len(line)
            opened = -1
        at += len(line)
    if opened >= 0:
        yield opened, len(prompt)


def _spans(prompt: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Code between backticks within one paragraph, and lines that decorate what follows."""
    at = start
    while (tick := prompt.find("`", at, end)) >= 0:
        run = len(prompt[tick:end]) - len(prompt[tick:end].lstrip("`"))
        paragraph = prompt.find("\n\n", tick, end)
        limit = end if paragraph < 0 else paragraph
        close = _closing(prompt, tick + run, limit, run)
        # An `@` right before one backtick is a reference with its name set off.
        quoted = run == 1 and tick > 0 and prompt[tick - 1] == "@"
        if close and not (quoted and (tick < 2 or prompt[tick - 2] in BEFORE)):  # noqa: PLR2004 - "@`"
            yield tick, close
        at = close or tick + run
    yield from _decorators(prompt, start, end)


def _closing(prompt: str, at: int, end: int, run: int) -> int:
    """The end of the run of as many backticks; 0 when there is none."""
    for match in re.finditer("`+", prompt[at:end]):
        if len(match[0]) == run:
            return at + match.end()
    return 0


def _decorators(prompt: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    waiting: list[tuple[int, int]] = []
    at = start
    for line in prompt[start:end].splitlines(keepends=True):
        if _DECORATOR.match(line.rstrip("\n")):
            waiting.append((at, at + len(line)))
        else:
            if _DEFINITION.match(line):
                yield from waiting
            waiting = []
        at += len(line)
