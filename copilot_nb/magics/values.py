"""What a word of a line may become, by what it is for; nobody is asked for it.

Names of sessions, tools, servers, agents and skills are those that lists have shown so far; of
models also the one that is set.
"""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.magics.command import Parameter
    from copilot_nb.notebook.conversation import Conversation

_CURRENT = "copilot_nb.notebook.current"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is being typed."""

    typed: str
    """As it stands, perhaps with an open quotation mark."""
    before: tuple[str, ...] = ()
    """The words before it, without options."""

    @property
    def bare(self) -> str:
        """How it begins."""
        return self.typed.lstrip("\"'")

    def fitting(self, names: Iterable[str]) -> list[str]:
        """The names that it may become, quoted if needed."""
        return [shlex.quote(name) for name in names if name.startswith(self.bare)]


def values(parameter: Parameter, word: Word) -> list[str]:
    """What the word may become.

    Args:
        parameter: What it is for.
        word: It, as far as it is typed.
    """
    if parameter.choices:
        return word.fitting(parameter.choices)
    if parameter.about in _FINDERS:
        return list(_FINDERS[parameter.about](word))
    done, comma, last = word.typed.rpartition(",")
    if comma and parameter.many and parameter.about == "ToolName":
        return [f"{done},{name}" for name in Word(last).fitting(_tools())]
    return word.fitting(_NAMES[parameter.about]() if parameter.about in _NAMES else ())


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


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()


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


def _presets() -> Iterable[str]:
    from copilot_nb.notebook.models.providers import PRESETS

    return PRESETS


def _settings() -> Iterable[str]:
    from copilot_nb.notebook.settings import SETTINGS

    return (*(each.name for each in SETTINGS), "trust", "distrust")


def _setting_values(word: Word) -> Iterable[str]:
    """What the setting before it may be."""
    from copilot_nb.notebook.settings import SETTINGS

    for setting in SETTINGS:
        if word.before == (setting.name,):
            find = _SETTING_KINDS.get(setting.kind, lambda: ())
            return word.fitting((*(setting.choices or find()), "default"))
    return ()


def _subjects_of_rules(word: Word) -> Iterable[str]:
    """The tools that a rule may be about; the rest is text."""
    is_tool = word.before in {("tool",), ("custom-tool",)}
    return word.fitting(_tools()) if is_tool else ()


def _agents(word: Word) -> Iterable[str]:
    return word.fitting((*_known("agents")(), "standard")) if word.before == ("use",) else ()


def _skills(word: Word) -> Iterable[str]:
    """Skills; or a folder that holds some."""
    if word.before == ("add",):
        return _files(word)
    return word.fitting(_known("skills")())


def _tools() -> Iterable[str]:
    seen = tuple(_known("tools")())
    if seen:
        return seen
    from copilot_nb.kernel.tools import KERNEL_TOOLS

    return tuple(str(each.name) for each in KERNEL_TOOLS)


def _variables() -> Iterable[str]:
    names: Mapping[str, Any] = getattr(_shell(), "user_ns", None) or {}
    return sorted(name for name in names if not name.startswith("_"))


def _subjects(word: Word) -> Iterable[str]:
    from copilot_nb.notebook.context.completion import subjects

    shell = _shell()
    return subjects(word.bare, shell) if shell is not None else ()


def _patterns(word: Word) -> Iterable[str]:
    """Columns for a rule about privacy; the rules that there are, to remove one."""
    from copilot_nb.notebook.context.completion import column_names

    talk, shell = _talk(), _shell()
    if word.before[:1] == ("remove",):
        with suppress(ConfigError):
            return word.fitting(r.pattern for r in talk.privacy.current().rules) if talk else ()
    return map(shlex.quote, column_names(word.bare, shell)) if shell is not None else ()


def _files(word: Word) -> Iterable[str]:
    from copilot_nb.notebook.context.completion import file_names

    return map(shlex.quote, file_names(word.bare))


_NAMES: Mapping[str, Callable[[], Iterable[str]]] = {
    "CommandName": _commands,
    "ModelName": _models,
    "ProviderName": lambda: (*_presets(), "list"),
    "ServerName": _known("servers"),
    "SessionName": _known("sessions"),
    "SessionWords": _known("sessions"),
    "SettingName": _settings,
    "ToolName": _tools,
    "VariableName": _variables,
}
"""Where the names come from that a word may be, by the alias that it is annotated with."""
_FINDERS: Mapping[str, Callable[[Word], Iterable[str]]] = {
    "AgentName": _agents,
    "PathName": _files,
    "Patterns": _patterns,
    "SettingValue": _setting_values,
    "SkillName": _skills,
    "Subject": _subjects,
    "Words": _subjects_of_rules,
}
"""The same, for what depends on the word or on those before it."""
_SETTING_KINDS: Mapping[str, Callable[[], Iterable[str]]] = {
    "cap": lambda: ("off",),
    "flag": lambda: ("yes", "no"),
    "model": _models,
    "policy": lambda: ("ask", "deny", "allow"),
    "provider": _presets,
}
"""What a setting may be, where that is no fixed set of its own."""
