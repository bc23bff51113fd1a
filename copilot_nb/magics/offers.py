"""What may follow on a line of ours: subcommands, options, and values of either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.magics.transform import MAGIC
from copilot_nb.magics.values import Word, values

if TYPE_CHECKING:
    from copilot_nb.magics.command import Command, Parameter

_EACH_WORD = {"Words", "Patterns", "SettingValue"}
"""Aliases of text whose words are looked at one by one."""
_OURS = re.compile(rf"\s*(?:(?P<cell>%)|[^%=]+=\s*)?%{MAGIC}[ \t]+")
"""How a line of ours begins: `%%copilot `, `%copilot ` or `table = %copilot `."""


def completions(text: str) -> list[str] | None:
    """The words that may follow; None where the line is not ours.

    Args:
        text: The line as far as the cursor.
    """
    start = _OURS.match(text)
    if start is None:
        return None
    from copilot_nb.magics.commands import COMMANDS

    *words, typed = _words(text[start.end() :])
    if not start["cell"]:
        if not words:
            return [name for name in COMMANDS if name.startswith(typed)]
        command = COMMANDS.get(words.pop(0))
    else:
        command = COMMANDS["ask"]
    return _following(command, words, typed) if command is not None else []


def fragment(text: str) -> str:
    """The word that is being typed, with an open quotation mark."""
    return _words(text)[-1]


def _following(command: Command, words: list[str], typed: str) -> list[str]:
    free, option = _read(command, words)
    if option is not None:
        return values(option, Word(typed, free))
    if "--" in words or _is_text(command, len(free)):
        return []
    name, equals, value = typed.partition("=")
    if equals and name in command.options:
        return [f"{name}={word}" for word in values(command.options[name], Word(value, free))]
    if typed.startswith("-"):
        return [flag for flag in command.options if flag.startswith(typed)]
    place = _place(command, len(free))
    return values(place, Word(typed, free)) if place is not None else []


def _place(command: Command, count: int) -> Parameter | None:
    """What a word is for that stands behind so many others."""
    places = command.positional
    if count < len(places):
        return places[count]
    return places[-1] if places and places[-1].about in _EACH_WORD else None


def _read(command: Command, words: list[str]) -> tuple[tuple[str, ...], Parameter | None]:
    """The words that are no options, and the option that waits for its value."""
    free: list[str] = []
    waiting: Parameter | None = None
    for word in words:
        option = command.options.get(word)
        if waiting is not None:
            waiting = None
        elif option is not None and option.kind != "flag":
            waiting = option
        elif not word.startswith("--"):
            free.append(word)
    return tuple(free), waiting


def _is_text(command: Command, count: int) -> bool:
    """Whether what is typed behind so many words is taken as it stands."""
    kinds = [each.kind for each in command.positional]
    if "rest" not in kinds:
        return False
    at = kinds.index("rest")
    text = command.positional[at]
    return count > at and text.about not in _EACH_WORD and not text.mixed


def _words(text: str) -> list[str]:
    """The words of a line, the last one as it is being typed; blanks between quotes part none."""
    words, word, quote = [], "", ""
    for character in text:
        if character == " " and not quote:
            if word:
                words.append(word)
            word = ""
            continue
        if character in "\"'" and quote in {"", character}:
            quote = "" if quote else character
        word += character
    return [*words, word]
