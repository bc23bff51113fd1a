"""One parameter of a subcommand: what its annotation says a word may be, and how it is read.

Annotations are read as text. The aliases below all mean a word; Tab knows by them what to offer.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.errors import UsageError
from copilot_nb.magics.words import next_word
from copilot_nb.notebook.nearest import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from copilot_nb.magics.command import Command

Kind = Literal["text", "rest", "number", "integer", "flag", "choice"]

Rest = str
"""Annotation: all that is left of the line as it stands, quotes and all."""
Words = str
"""Annotation: like `Rest`, but options may stand behind it too; `--` keeps them in it."""
Subject = str
"""Annotation: like `Rest`; the first word may name a variable, a function or a file."""
Patterns = str
"""Annotation: like `Rest`; each word names a column, behind a dot one of a variable."""
ModelName = str
"""Annotation: the id of a model."""
SessionName = str
"""Annotation: a session's name or id."""
SessionWords = str
"""Annotation: the same at the end of a line, blanks and all; options may stand behind it."""
ProviderName = str
"""Annotation: a place where models answer."""
ToolName = str
"""Annotation: a tool of the agent."""
CommandName = str
"""Annotation: a subcommand."""
ServerName = str
"""Annotation: an MCP server."""
SettingName = str
"""Annotation: a setting."""
VariableName = str
"""Annotation: a name of the user's."""
PathName = str
"""Annotation: a file."""
AgentName = str
"""Annotation: a custom agent."""
SkillName = str
"""Annotation: a skill."""
SettingValue = str
"""Annotation: like `Words`; the value of the setting before it."""

_WORDS = frozenset(
    {
        *("ModelName", "SessionName", "ProviderName", "ToolName", "CommandName", "ServerName"),
        *("SettingName", "VariableName", "PathName", "AgentName", "SkillName"),
    }
)
_NAMES = frozenset({"SessionWords", "SettingValue"})
"""Text that is one thing, and may be quoted."""
_MIXED = frozenset({"Words"}) | _NAMES
_TEXTS = frozenset({"Subject", "Patterns"}) | _MIXED
_KINDS: Mapping[str, Kind] = {
    "str": "text",
    "Rest": "rest",
    **dict.fromkeys(_TEXTS, "rest"),
    "float": "number",
    "float | None": "number",
    "int": "integer",
    "int | None": "integer",
    "bool": "flag",
    **dict.fromkeys(_WORDS, "text"),
}
_READERS: Mapping[Kind, Callable[[str], Any]] = {"number": float, "integer": int}
_NOUNS: Mapping[Kind, str] = {"number": "a number", "integer": "a whole number"}
_MANY = re.compile(r"tuple\[(\w+), \.\.\.\]")
_CHOICE = re.compile(r"Literal(\[.+\])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that comes from the line."""

    name: str
    kind: Kind
    default: Any
    option: bool
    help: str = ""
    choices: tuple[str, ...] = ()
    """What it may be, when that is a fixed set."""
    many: bool = False
    """Whether it may be given more than once."""
    about: str = ""
    """The alias that it was annotated with, which tells Tab what to offer."""

    @property
    def required(self) -> bool:
        """Whether the line must give it."""
        return self.default is inspect.Parameter.empty

    @property
    def mixed(self) -> bool:
        """Whether options may stand behind its text."""
        return self.about in _MIXED

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    @property
    def label(self) -> str:
        """How help names it."""
        return self.flag if self.option else self.name.rstrip("_").upper()

    @property
    def meaning(self) -> str:
        """Its help, with what it may be."""
        return f"{self.help} One of {', '.join(self.choices)}." if self.choices else self.help

    @property
    def usage(self) -> str:
        """How it stands in a usage line."""
        word = "|".join(self.choices) or self.name.rstrip("_").upper()
        dots = "..." if self.many else ""
        if self.option:
            return f"[{self.flag}]" if self.kind == "flag" else f"[{self.flag} {word}]{dots}"
        word = f"{word}..." if self.kind == "rest" else word
        return word if self.required else f"[{word}]"

    def read(self, text: str, command: Command) -> Any:
        """The value that a word means.

        Args:
            text: The word.
            command: Whose line it stands on.

        Raises:
            UsageError: It is no such value.
        """
        where = f"{self.label} of `{command.name}`"
        if self.kind == "choice" and text not in self.choices:
            message = f"{where} takes {one_of(self.choices)}, not {text!r}."
            elsewhere = self.help if "`%" in self.help else f"Usage: {command.usage}"
            raise UsageError(message, hint=meant(text, self.choices, elsewhere))
        reader = _READERS.get(self.kind)
        if reader is None:
            return _unquoted(text) if self.about in _NAMES else text
        try:
            return reader(text)
        except ValueError:
            noun = _NOUNS[self.kind]
            hint = f"Such as {self.flag} 5" if self.option else f"Usage: {command.usage}"
            raise UsageError(f"{where} takes {noun}, not {text!r}.", hint=hint) from None


def parameter(given: inspect.Parameter, text: str) -> Parameter:
    """The parameter that a function's own parameter means.

    Args:
        given: It, with its annotation as text.
        text: Its help.

    Raises:
        TypeError: Its annotation is not one that a line can give.
    """
    annotation = str(given.annotation)
    option = given.kind is inspect.Parameter.KEYWORD_ONLY
    many = _MANY.fullmatch(annotation)
    inner = many[1] if many else annotation
    choices: tuple[str, ...] = ()
    kind = _KINDS.get(inner)
    if found := _CHOICE.fullmatch(annotation):
        kind = "choice"
        choices = tuple(choice for choice in ast.literal_eval(found[1]) if choice)
    if kind is None:
        raise TypeError(f"parameter {given.name} is {annotation!r}, not one of {sorted(_KINDS)}.")
    about = inner if inner in _WORDS | _TEXTS else ""
    return Parameter(
        given.name, kind, given.default, option, text, choices, many=many is not None, about=about
    )


def _unquoted(text: str) -> str:
    """What one quoted word says; of several, the text as it stands."""
    word, left = next_word(text) if text[:1] in {"'", '"'} else (text, "")
    return text if left else word


def one_of(choices: tuple[str, ...]) -> str:
    """The choices in words: "a, b or c"."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
