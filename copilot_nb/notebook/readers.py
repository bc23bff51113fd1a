"""What is set, as the value that it means: one reader for each kind of setting.

A reader gets what was given and where that stands, and raises `ConfigError` if it means nothing:
the message names both, the hint what is allowed. What a value names (a program, a file of rules) is
looked for when somebody chooses it, not each time that it is read, and is the same file in every
folder from then on.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.account.caps import Cap, Prices
from copilot_nb.notebook.models.providers import Source, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Number = TypeVar("Number", int, float)
Kind = Literal[
    "text", "seconds", "choice", "flag", "count", "model", "provider", "policy", "program",
    "folder", "cap", "prices",
]  # fmt: skip

POLICIES = ("ask", "deny", "allow")
"""The policies that are no file of rules."""
_FLAGS = {"1": True, "true": True, "yes": True, "on": True}
_FLAGS |= {"0": False, "false": False, "no": False, "off": False}


def read(kind: Kind, given: Any, source: str) -> Any:
    """The value that was meant.

    Args:
        kind: What kind of setting it is.
        given: What was set.
        source: Where.

    Raises:
        ConfigError: It cannot mean a value of that kind.
    """
    return _READERS[kind](given, source)


def look(kind: Kind, value: Any, source: str) -> None:
    """See that what a value names is there.

    Raises:
        ConfigError: It is not, or it cannot be read.
    """
    if kind in _LOOKS:
        _LOOKS[kind](value, source)


def rooted(kind: Kind, value: Any) -> Any:
    """The value with the whole path of what it names, which then does not depend on a folder."""
    path = _path(kind, value)
    if not path:
        return value
    whole = str(Path(path).expanduser().absolute())
    return replace(value, key_file=whole) if isinstance(value, Source) else whole


def see_rooted(kind: Kind, value: Any, source: str) -> None:
    """See that what a value names does not depend on a folder.

    Raises:
        ConfigError: It does: each project would have its own.
    """
    path = _path(kind, value)
    if path and not Path(path).expanduser().is_absolute():
        raise wrong(source, path, "a whole path there: a relative one is another in each folder")


def _path(kind: Kind, value: Any) -> str:
    """The path that a value is or holds; empty where there is none."""
    if kind == "provider":
        return str(value.key_file)
    is_path = kind in {"program", "folder"} or (kind == "policy" and value not in POLICIES)
    return str(value) if is_path else ""


def written(value: Any) -> Any:
    """A value as a file keeps it."""
    return value.fields() if isinstance(value, Source) else value


def wrong(source: str, given: Any, allowed: str) -> ConfigError:
    """The error for what cannot be meant."""
    return ConfigError(f"{source} is {given!r}.", hint=f"It takes {allowed}.")


def _text(given: Any, source: str) -> str:
    if not isinstance(given, str):
        raise wrong(source, given, "text")
    return given


def _positive(given: Any, source: str, read: Callable[[str], Number], words: str) -> Number:
    try:
        number = read(str(given))
    except ValueError:
        raise wrong(source, given, f"a {words}") from None
    if not 0 < number < math.inf:
        raise wrong(source, given, f"a positive {words}")
    return number


def _seconds(given: Any, source: str) -> float:
    return _positive(given, source, float, "number of seconds")


def _count(given: Any, source: str) -> int:
    return _positive(given, source, int, "whole number")


def _flag(given: Any, source: str) -> bool:
    if str(given).lower() not in _FLAGS:
        raise wrong(source, given, "yes or no")
    return _FLAGS[str(given).lower()]


def _provider(given: Any, source: str) -> Source:
    if isinstance(given, Source):
        return given
    try:
        if isinstance(given, dict):
            return Source.of(given, source)
        return parse(_text(given, source), source)
    except ConfigError as error:  # a URL may hold a password: its message says what can be said
        raise ConfigError(f"{source}: {error.message}", hint=error.hint) from None


def _cap(given: Any, source: str) -> str:
    text = str(given).strip()
    if text != "off":
        Cap.parse(text, source)
    return text


def _prices(given: Any, source: str) -> str:
    Prices.parse(_text(given, source), source)
    return str(given)


def _rules(value: str, source: str) -> None:
    from copilot_nb.notebook.permissions.policy import from_setting

    from_setting(value, source)


def _program(value: str, source: str) -> None:
    if not Path(value).expanduser().is_file():
        raise wrong(source, value, "the path of the Copilot CLI's executable")


_READERS: Mapping[Kind, Callable[[Any, str], Any]] = {
    "text": _text,
    "choice": _text,
    "model": _text,
    "policy": _text,
    "program": _text,
    "folder": _text,
    "seconds": _seconds,
    "count": _count,
    "flag": _flag,
    "provider": _provider,
    "cap": _cap,
    "prices": _prices,
}
_LOOKS: Mapping[Kind, Callable[[str, str], None]] = {"policy": _rules, "program": _program}
