"""Settings of one notebook and where each value comes from.

An option on the line wins over `%config Copilot.name = …`, that over the environment
(`COPILOT_NB_NAME`), that over the default. Reading a setting never changes anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind = Literal["text", "seconds", "choice", "flag", "count"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, how its text is read, and what it means."""

    name: str
    help: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: Any = None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"COPILOT_NB_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("model", "Model id; empty lets the runtime choose."),
    Setting(
        "provider", "Where the model answers: demo, ollama, openai, anthropic, azure or a URL."
    ),
    Setting("policy", "Who answers permission requests: ask, deny, allow, or a rules file (TOML)."),
    Setting("timeout", "Seconds after which a turn is stopped; empty waits.", "seconds"),
    Setting("answer_timeout", "Seconds after which an open request is declined.", "seconds"),
    Setting(
        "view",
        "How a turn is drawn.",
        "choice",
        ("auto", "widget", "plain", "static", "terminal"),
        "auto",
    ),
    Setting("ready_timeout", "Seconds to wait for the page before plain mode.", "seconds", (), 3.0),
    Setting("cli_path", "The Copilot CLI to run."),
    Setting(
        "context",
        "What of the notebook goes along with a prompt: none, index, cells or full.",
        "choice",
        ("none", "index", "cells", "full"),
        "index",
    ),
    Setting("context_budget", "Tokens that the index may take.", "count", (), 1500),
    Setting(
        "instructions", "Let instruction files of the folder (AGENTS.md) in.", "flag", (), True
    ),
)
"""Everything that can be set; `%config Copilot` and the documentation list the same names."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_FLAGS = {"1": True, "true": True, "yes": True, "on": True}
_FLAGS |= {"0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Value:
    """A setting's value and what decided it."""

    value: Any
    source: str

    @property
    def given(self) -> bool:
        """Whether somebody set it."""
        return self.source != "default"


class Settings:
    """Reads settings in their order of precedence.

    Args:
        config: Gives `%config`'s value of a name; that of this shell's magics when not given.
        environ: The environment; the process's own when not given.
    """

    def __init__(
        self,
        config: Callable[[str], Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._config = config or shell_config
        self.environ = os.environ if environ is None else environ

    def find(self, name: str, option: Any = None) -> Value:
        """The value of a setting with its source.

        Args:
            name: One of `SETTINGS`.
            option: What stood on the line; None or empty when nothing did.

        Raises:
            ConfigError: The text that is set cannot mean a value of this setting.
        """
        setting = _BY_NAME[name]
        sources = (
            (option, f"--{name.replace('_', '-')}"),
            (self._config(name), f"%config Copilot.{name}"),
            (self.environ.get(setting.variable), setting.variable),
        )
        for given, source in sources:
            if given is not None and given != "":
                return Value(_read(setting, given, source), source)
        return Value(setting.default, "default")

    def get(self, name: str, option: Any = None) -> Any:
        """The value of a setting."""
        return self.find(name, option).value


def shell_config(name: str) -> Any:
    """What `%config Copilot.name` or a profile says in the running shell; None without either."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    for each in getattr(shell, "configurables", ()):
        # By name: the magics stand to the right of this room.
        if type(each).__name__ == "Copilot":
            return getattr(each, name, None)
    return None


def _read(setting: Setting, given: Any, source: str) -> Any:
    """The value that a text means."""
    if setting.kind == "seconds":
        return _seconds(given, source)
    if setting.kind == "count":
        return _count(given, source)
    if setting.kind == "choice" and given not in setting.choices:
        raise _wrong(source, given, f"one of {', '.join(setting.choices)}")
    if setting.kind == "flag" and not isinstance(given, bool):
        if str(given).lower() not in _FLAGS:
            raise _wrong(source, given, "yes or no")
        return _FLAGS[str(given).lower()]
    return given


def _seconds(given: Any, source: str) -> float:
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        raise _wrong(source, given, "a number of seconds") from None
    if not 0 < seconds < float("inf"):
        raise _wrong(source, given, "a positive number of seconds")
    return seconds


def _count(given: Any, source: str) -> int:
    try:
        count = int(given)
    except (TypeError, ValueError):
        raise _wrong(source, given, "a whole number") from None
    if count <= 0:
        raise _wrong(source, given, "a positive whole number")
    return count


def _wrong(source: str, given: Any, allowed: str) -> ConfigError:
    return ConfigError(f"{source} is {given!r}.", hint=f"It takes {allowed}.")
