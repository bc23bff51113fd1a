"""A typed function as a subcommand of `%copilot`.

Parameters before `*` come from the line in order, those after it are `--options`; one annotated
with an injected type is handed in. The docstring is the help. Annotations are read as text, so that
registering a command imports nothing.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import UsageError
from copilot_nb.magics.parameter import (
    AgentName,
    CommandName,
    ModelName,
    Parameter,
    PathName,
    Patterns,
    ProviderName,
    Rest,
    ServerName,
    SessionName,
    SessionWords,
    SettingName,
    SettingValue,
    SkillName,
    Subject,
    ToolName,
    VariableName,
    Words,
    parameter,
)
from copilot_nb.magics.words import next_word
from copilot_nb.notebook.nearest import is_slip, meant

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "INJECTED",
    "AgentName",
    "Command",
    "CommandName",
    "ModelName",
    "Parameter",
    "PathName",
    "Patterns",
    "ProviderName",
    "Rest",
    "ServerName",
    "SessionName",
    "SessionWords",
    "SettingName",
    "SettingValue",
    "SkillName",
    "Subject",
    "ToolName",
    "VariableName",
    "Words",
    "command",
    "unknown",
]

_FEW = 8
"""Options that a usage line can hold."""
INJECTED = "Conversation"
"""Annotation of a parameter that does not come from the line but is handed in."""


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: how its line is read and what it runs."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    injected: tuple[str, ...]
    """Names of the parameters that take the notebook's conversation."""
    summary: str
    details: str

    @property
    def options(self) -> dict[str, Parameter]:
        """The options by what is typed."""
        return {p.flag: p for p in self.parameters if p.option}

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """The parameters that come from the line in order."""
        return tuple(p for p in self.parameters if not p.option)

    @property
    def usage(self) -> str:
        """One line that shows how it is typed."""
        options = [p.usage for p in self.parameters if p.option]
        if len(options) > _FEW:
            options = ["[OPTIONS]"]
        return " ".join(["%copilot", self.name, *options, *(p.usage for p in self.positional)])

    @property
    def help(self) -> str:
        """Usage, docstring and options."""
        parts = [self.usage, "", self.summary]
        parts += ["", self.details] if self.details else []
        parts += ["", *_lines(self.parameters)] if self.parameters else []
        return "\n".join(parts)

    @property
    def option_lines(self) -> list[str]:
        """Each option with its meaning."""
        return _lines(tuple(p for p in self.parameters if p.option))

    def parse(self, line: str) -> dict[str, Any]:
        """The arguments that a line means, defaults included.

        Raises:
            UsageError: An option or value that the command does not have, or one that is missing.
        """
        given, words = self._read(line)
        for each, word in zip(self.positional, words, strict=False):
            given[each.name] = each.read(word, self)
        if len(words) > len(self.positional):
            extra = " ".join(words[len(self.positional) :])
            raise UsageError(
                f"`{self.name}` has no use for {extra!r}.", hint=f"Usage: {self.usage}"
            )
        for each in self.parameters:
            if each.name in given:
                continue
            if each.required:
                message = f"`{self.name}` needs {each.label}."
                raise UsageError(message, hint=f"Usage: {self.usage}")
            given[each.name] = each.default
        return given

    def _read(self, line: str) -> tuple[dict[str, Any], list[str]]:
        """Options that were given, and the other words; what a `Rest` takes is the last of them."""
        before_rest = [p.kind for p in self.positional].index("rest") if self._takes_rest else -1
        given: dict[str, Any] = {}
        words: list[str] = []
        text, ended = line.strip(), False
        while text:
            if not ended:
                self._check_dash(text)
            if not ended and re.match(r"--(\s|$)", text):
                ended, text = True, text[2:].lstrip()
            elif not ended and text.startswith("--"):
                text = self._option(text, given)
            elif len(words) == before_rest:
                keeps = ended or not self.positional[before_rest].mixed
                return given, [*words, text if keeps else self._behind(text, given)]
            else:
                word, text = next_word(text)
                words.append(word)
        return given, words

    @property
    def _takes_rest(self) -> bool:
        return any(p.kind == "rest" for p in self.positional)

    def _behind(self, text: str, given: dict[str, Any]) -> str:
        """Read the options at the end of a text; what is left of it."""
        for found in re.finditer(r"\s+(?=--)", text):
            if (behind := self._options(text[found.end() :], given)) is not None:
                given |= behind
                text = text[: found.start()]
                break
        self._check_slips(text)
        return text

    def _options(self, text: str, given: dict[str, Any]) -> dict[str, Any] | None:
        """What was given with these options, too; None where it is not options alone."""
        given = dict(given)
        while text:
            if re.split(r"[\s=]", text, maxsplit=1)[0] not in self.options:
                return None
            text = self._option(text, given)
        return given

    def _check_slips(self, text: str) -> None:
        """See that no word of a text is nearly an option, which would be taken for text.

        Raises:
            UsageError: One is.
        """
        for word in text.split():
            if word.startswith("--") and is_slip(word, self.options):
                known = word.partition("=")[0] in self.options
                near = "Options stand first or last." if known else meant(word, self.options)
                hint = f"{near} Behind `--` words are text."
                raise UsageError(f"`{self.name}` has no option {word!r} there.", hint=hint)

    def _check_dash(self, text: str) -> None:
        """See that a text does not begin with an option that lacks a dash.

        Raises:
            UsageError: It does.
        """
        found = re.match(r"-[^\W\d][\w-]*", text)
        word = f"-{found[0]}" if found else ""
        begun = [flag for flag in self.options if word and flag.startswith(word)]
        if begun or is_slip(word, self.options):
            near = meant(word, self.options, f"Did you mean {' or '.join(begun)}?")
            hint = f"{near} Behind `--` words are text."
            raise UsageError(f"There is no option {word[1:]!r}.", hint=hint)

    def _option(self, text: str, given: dict[str, Any]) -> str:
        """Read one option; what is left of the line."""
        word, left = next_word(text)
        name, equals, value = word.partition("=")
        found = self.options.get(name)
        if found is None:
            raise unknown("option", name, list(self.options), f"Usage: {self.usage}")
        if found.kind == "flag":
            if equals:
                raise UsageError(f"{name} takes no value.", hint=f"Usage: {self.usage}")
            given[found.name] = True
            return left
        if not equals:
            if not left:
                raise UsageError(f"{name} needs a value.", hint=f"Usage: {self.usage}")
            value, left = next_word(left)
        read = found.read(value, self)
        given[found.name] = (*given.get(found.name, ()), read) if found.many else read
        return left


def _lines(parameters: tuple[Parameter, ...]) -> list[str]:
    width = max(len(p.label) for p in parameters)
    return [f"  {p.label:<{width}}  {p.meaning}".rstrip() for p in parameters]


def command(function: Callable[..., Any]) -> Command:
    """Make a typed function a subcommand of the same name.

    Raises:
        TypeError: A parameter's annotation is not one that a line can give.
    """
    summary, details, helps = _documentation(function)
    parameters: list[Parameter] = []
    injected: list[str] = []
    for name, given in inspect.signature(function).parameters.items():
        if str(given.annotation) == INJECTED:
            injected.append(name)
            continue
        parameters.append(parameter(given, helps.get(name, "")))
    name = function.__name__.rstrip("_")
    return Command(name, function, tuple(parameters), tuple(injected), summary, details)


def unknown(noun: str, given: str, known: list[str], otherwise: str) -> UsageError:
    """The error for a word that nobody knows, with the nearest ones that somebody does."""
    return UsageError(f"There is no {noun} {given!r}.", hint=meant(given, known, otherwise))


def _documentation(function: Callable[..., Any]) -> tuple[str, str, dict[str, str]]:
    """First paragraph, further ones, and the help of each argument."""
    text, _, arguments = (inspect.getdoc(function) or "").partition("\nArgs:\n")
    summary, _, details = text.strip().partition("\n\n")
    helps: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", textwrap.dedent(arguments).strip()):
        name, colon, meaning = entry.partition(":")
        if colon:
            helps[name.strip()] = " ".join(meaning.split())
    return " ".join(summary.split()), details.strip(), helps
