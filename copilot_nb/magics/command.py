"""A typed function as a subcommand of `%copilot`.

Parameters before `*` come from the line in order, those after it are `--options`; one annotated
with an injected type is handed in. The docstring is the help. Annotations are read as text, so that
registering a command imports nothing.
"""

from __future__ import annotations

import inspect
import io
import re
import shlex
import textwrap
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind = Literal["text", "rest", "number", "integer", "flag"]

Rest = str
"""Annotation: all that is left of the line as it stands, quotes and all."""

_KINDS: Mapping[str, Kind] = {
    "str": "text",
    "Rest": "rest",
    "float": "number",
    "float | None": "number",
    "int": "integer",
    "bool": "flag",
}
_READERS: Mapping[Kind, Callable[[str], Any]] = {"number": float, "integer": int}
_NOUNS: Mapping[Kind, str] = {"number": "a number", "integer": "a whole number"}
INJECTED = "Conversation"
"""Annotation of a parameter that does not come from the line but is handed in."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that comes from the line."""

    name: str
    kind: Kind
    default: Any
    option: bool
    help: str = ""

    @property
    def required(self) -> bool:
        """Whether the line must give it."""
        return self.default is inspect.Parameter.empty

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return "--" + self.name.replace("_", "-")

    @property
    def usage(self) -> str:
        """How it stands in a usage line."""
        word = self.name.upper()
        if self.option:
            return f"[{self.flag}]" if self.kind == "flag" else f"[{self.flag} {word}]"
        word = f"{word}..." if self.kind == "rest" else word
        return word if self.required else f"[{word}]"

    def read(self, text: str, command: str) -> Any:
        """The value that a word means.

        Raises:
            UsageError: It is no such value.
        """
        reader = _READERS.get(self.kind)
        if reader is None:
            return text
        try:
            return reader(text)
        except ValueError:
            name = self.flag if self.option else self.name
            raise UsageError(
                f"{name} of `{command}` takes {_NOUNS[self.kind]}, not {text!r}.", hint=""
            ) from None


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
        ordered = sorted(self.parameters, key=lambda p: not p.option)
        return " ".join(["%copilot", self.name, *(p.usage for p in ordered)])

    @property
    def help(self) -> str:
        """Usage, docstring and options."""
        parts = [self.usage, "", self.summary]
        parts += ["", self.details] if self.details else []
        rows = [((p.flag if p.option else p.name.upper()), p.help) for p in self.parameters]
        width = max((len(name) for name, _ in rows), default=0)
        parts += [""] if rows else []
        parts += [f"  {name:<{width}}  {text}".rstrip() for name, text in rows]
        return "\n".join(parts)

    def parse(self, line: str) -> dict[str, Any]:
        """The arguments that a line means, defaults included.

        Raises:
            UsageError: An option or value that the command does not have, or one that is missing.
        """
        given, words = self._read(line)
        for parameter, word in zip(self.positional, words, strict=False):
            given[parameter.name] = parameter.read(word, self.name)
        if len(words) > len(self.positional):
            extra = " ".join(words[len(self.positional) :])
            raise UsageError(
                f"`{self.name}` has no use for {extra!r}.", hint=f"Usage: {self.usage}"
            )
        for parameter in self.parameters:
            if parameter.name in given:
                continue
            if parameter.required:
                message = f"`{self.name}` needs {parameter.name.upper()}."
                raise UsageError(message, hint=f"Usage: {self.usage}")
            given[parameter.name] = parameter.default
        return given

    def _read(self, line: str) -> tuple[dict[str, Any], list[str]]:
        """Options that were given, and the other words; a `Rest` ends the options."""
        rest = any(p.kind == "rest" for p in self.positional)
        given: dict[str, Any] = {}
        words: list[str] = []
        text = line.strip()
        while text:
            if text.startswith("--") and not re.match(r"--(\s|$)", text):
                text = self._option(text, given)
                continue
            ended = text.startswith("--")
            text = text[2:].lstrip() if ended else text
            if rest:
                return given, [text] if text else []
            if ended:
                return given, words + _split(text)
            word, text = _next_word(text)
            words.append(word)
        return given, words

    def _option(self, text: str, given: dict[str, Any]) -> str:
        """Read one option; what is left of the line."""
        word, left = _next_word(text)
        name, equals, value = word.partition("=")
        parameter = self.options.get(name)
        if parameter is None:
            raise unknown("option", name, list(self.options), f"Usage: {self.usage}")
        if parameter.kind == "flag":
            if equals:
                raise UsageError(f"{name} takes no value.", hint=f"Usage: {self.usage}")
            given[parameter.name] = True
            return left
        if not equals:
            if not left:
                raise UsageError(f"{name} needs a value.", hint=f"Usage: {self.usage}")
            value, left = _next_word(left)
        given[parameter.name] = parameter.read(value, self.name)
        return left


def command(function: Callable[..., Any]) -> Command:
    """Make a typed function a subcommand of the same name.

    Raises:
        TypeError: A parameter's annotation is not one that a line can give.
    """
    summary, details, helps = _documentation(function)
    parameters: list[Parameter] = []
    injected: list[str] = []
    for name, given in inspect.signature(function).parameters.items():
        annotation = str(given.annotation)
        if annotation == INJECTED:
            injected.append(name)
            continue
        if annotation not in _KINDS:
            raise TypeError(f"{function.__name__}: {name} is {annotation!r}, not {sorted(_KINDS)}.")
        option = given.kind is inspect.Parameter.KEYWORD_ONLY
        text = helps.get(name, "")
        parameters.append(Parameter(name, _KINDS[annotation], given.default, option, text))
    name = function.__name__.rstrip("_")
    return Command(name, function, tuple(parameters), tuple(injected), summary, details)


def unknown(noun: str, given: str, known: list[str], otherwise: str) -> UsageError:
    """The error for a word that nobody knows, with the nearest one that somebody does."""
    near = get_close_matches(given, known, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]}?" if near else otherwise
    return UsageError(f"There is no {noun} {given!r}.", hint=hint)


def _next_word(text: str) -> tuple[str, str]:
    """The first word, unquoted, and what is left as it stands."""
    stream = io.StringIO(text)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        word = lexer.get_token()
    except ValueError:
        raise _unbalanced(text) from None
    return word or "", stream.read().lstrip()


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise _unbalanced(text) from None


def _unbalanced(text: str) -> UsageError:
    return UsageError(f"A quotation mark is not closed in {text!r}.", hint="")


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
