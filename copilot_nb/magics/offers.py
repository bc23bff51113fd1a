"""What may follow on a line of ours: subcommands, options, and values known without asking anybody.

Names of sessions, tools and servers are those that lists have shown so far; of models also the one
that is set.
"""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError
from copilot_nb.magics.transform import MAGIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.magics.command import Command, Parameter
    from copilot_nb.notebook.conversation import Conversation

_CURRENT = "copilot_nb.notebook.current"
_MOST_FILES = 200
_EACH_WORD = {"Words", "Patterns"}
"""Aliases of text whose words are looked at one by one."""


def completions(text: str) -> list[str]:
    """The words that may follow.

    Args:
        text: The line as far as the cursor.
    """
    start, blank, rest = text.lstrip().partition(" ")
    if start not in {f"%{MAGIC}", f"%%{MAGIC}"} or not blank:
        return []
    from copilot_nb.magics.commands import COMMANDS

    *words, typed = _words(rest)
    if start == f"%{MAGIC}":
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
        return _offered(option, typed)
    if "--" in words or _is_text(command, len(free)):
        return []
    name, equals, value = typed.partition("=")
    if equals and name in command.options:
        return [f"{name}={word}" for word in _offered(command.options[name], value)]
    if typed.startswith("-"):
        return [flag for flag in command.options if flag.startswith(typed)]
    place = _place(command, len(free))
    return _offered(place, typed) if place is not None else []


def _place(command: Command, count: int) -> Parameter | None:
    """What a word is for that stands behind so many others."""
    places = command.positional
    if count < len(places):
        return places[count]
    return places[-1] if places and places[-1].about in _EACH_WORD else None


def _read(command: Command, words: list[str]) -> tuple[list[str], Parameter | None]:
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
    return free, waiting


def _is_text(command: Command, count: int) -> bool:
    """Whether what is typed behind so many words is taken as it stands."""
    kinds = [each.kind for each in command.positional]
    if "rest" not in kinds:
        return False
    at = kinds.index("rest")
    return count > at and command.positional[at].about not in _EACH_WORD


def _offered(parameter: Parameter, typed: str) -> list[str]:
    """The values that a word which begins so may become, quoted if needed."""
    bare = typed.lstrip("\"'")
    begun = _BEGUN.get(parameter.about)
    if begun is not None:
        return list(begun(bare))
    return [shlex.quote(value) for value in _values(parameter) if value.startswith(bare)]


def _values(parameter: Parameter) -> Iterable[str]:
    if parameter.choices:
        return parameter.choices
    find = _SOURCES.get(parameter.about)
    return find() if find is not None else ()


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


def _known(name: str) -> Callable[[], Iterable[str]]:
    def find() -> Iterable[str]:
        talk = _talk()
        return getattr(talk.known, name) if talk is not None else ()

    return find


def _talk() -> Conversation | None:
    """The notebook's conversation; where it was not imported, no list has been shown either."""
    room = sys.modules.get(_CURRENT)
    talk: Conversation | None = room.existing() if room is not None else None
    return talk


def _models() -> Iterable[str]:
    """The one that is set, and those that a list has shown."""
    from copilot_nb.notebook.models.providers import resolve
    from copilot_nb.notebook.settings import Settings

    talk = _talk()
    names = list(talk.known.models) if talk is not None else []
    with suppress(ConfigError):
        source = talk.link.source() if talk is not None else resolve(Settings())
        names.insert(0, source.model)
    return dict.fromkeys(filter(None, names))


def _commands() -> Iterable[str]:
    from copilot_nb.magics.commands import COMMANDS

    return COMMANDS


def _providers() -> Iterable[str]:
    from copilot_nb.notebook.models.providers import PRESETS

    return (*PRESETS, "list")


def _settings() -> Iterable[str]:
    from copilot_nb.notebook.settings import SETTINGS

    return (*(each.name for each in SETTINGS), "trust", "distrust")


def _tools() -> Iterable[str]:
    seen = tuple(_known("tools")())
    if seen:
        return seen
    from copilot_nb.kernel.tools import KERNEL_TOOLS

    return tuple(str(each.name) for each in KERNEL_TOOLS)


def _variables() -> Iterable[str]:
    from IPython.core.getipython import get_ipython

    names: Mapping[str, Any] = getattr(get_ipython(), "user_ns", None) or {}
    return sorted(name for name in names if not name.startswith("_"))


def _subjects(typed: str) -> Iterable[str]:
    from IPython.core.getipython import get_ipython

    from copilot_nb.notebook.context.completion import subjects

    shell = get_ipython()
    return subjects(typed, shell) if shell is not None else ()


def _columns(typed: str) -> Iterable[str]:
    from IPython.core.getipython import get_ipython

    from copilot_nb.notebook.context.completion import column_names

    shell = get_ipython()
    return map(shlex.quote, column_names(typed, shell)) if shell is not None else ()


def _files() -> Iterable[str]:
    found = sorted(Path().iterdir())[:_MOST_FILES]
    return tuple(each.name for each in found if not each.name.startswith("."))


_SOURCES: Mapping[str, Callable[[], Iterable[str]]] = {
    "CommandName": _commands,
    "ModelName": _models,
    "PathName": _files,
    "ProviderName": _providers,
    "ServerName": _known("servers"),
    "SessionName": _known("sessions"),
    "SettingName": _settings,
    "ToolName": _tools,
    "VariableName": _variables,
}
"""Where the values of a word come from, by the alias that it is annotated with."""
_BEGUN: Mapping[str, Callable[[str], Iterable[str]]] = {
    "Patterns": _columns,
    "Subject": _subjects,
}
"""The same, for what depends on how the word begins; they are whole words of a line."""
