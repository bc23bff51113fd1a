"""Settings of one notebook and where each value comes from.

An option on the line wins over what a subcommand or `%config Copilot.name = …` set, that over the
environment (`COPILOT_NB_NAME`), that over the project's file, if it is trusted, that over what the
user saved, that over IPython's profile, that over the default. Reading a setting changes no value;
it only forgets what a subcommand had set before a later `%config`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook import readers
from copilot_nb.notebook.models.providers import BY_PROVIDER
from copilot_nb.notebook.project import Project
from copilot_nb.notebook.saved import Saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from copilot_nb.notebook.readers import Kind


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

    def read(self, given: Any, source: str) -> Any:
        """The value that was meant.

        Args:
            given: What was set.
            source: Where.

        Raises:
            ConfigError: It cannot mean a value of this setting.
        """
        if self.choices and given not in self.choices:
            raise readers.wrong(source, given, f"one of {', '.join(self.choices)}")
        return readers.read(self.kind, given, source)


SETTINGS: tuple[Setting, ...] = (
    Setting("model", "Model id; empty lets the runtime choose.", "model"),
    Setting(
        "provider",
        "Where the model answers: demo, ollama, openai, anthropic, azure or a URL.",
        "provider",
    ),
    Setting(
        "policy",
        "Who answers permission requests: ask, deny, allow, or a rules file (TOML).",
        "policy",
    ),
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
    Setting("record", "Store each turn as data, too, to draw it again.", "flag", (), True),
    Setting("turns", "Folder of stored turns, which are shown where nobody is there.", "folder"),
    Setting("cli_path", "The Copilot CLI to run.", "program"),
    Setting(
        "context",
        "What of the notebook goes along with a prompt: none, index, cells or full.",
        "choice",
        ("none", "index", "cells", "full"),
        "index",
    ),
    Setting(
        "code_timeout", "Seconds after which the agent's code is stopped.", "seconds", (), 600.0
    ),
    Setting("undo_megabytes", "Memory for copies that undo needs.", "count", (), 256),
    Setting("context_budget", "Tokens that the index may take.", "count", (), 1500),
    Setting(
        "vision",
        "Whether figures go to the model: auto, yes or no.",
        "choice",
        ("auto", "yes", "no"),
        "auto",
    ),
    Setting(
        "budget_cell", "What one cell may cost: 5 (AI credits), 200k tokens, $2; or off.", "cap"
    ),
    Setting("budget_session", "What one session may cost.", "cap"),
    Setting("budget_day", "What a day may cost, all notebooks together.", "cap"),
    Setting("budget_hard", "Stop at a cap without asking.", "flag", (), False),
    Setting(
        "prices",
        "Dollars per million tokens: MODEL=IN/OUT, with commas between models.",
        "prices",
    ),
    Setting("audit", "Write every tool call and decision to a log of your own.", "flag", (), False),
    Setting(
        "instructions", "Let instruction files of the folder (AGENTS.md) in.", "flag", (), True
    ),
)
"""Everything that can be set; `%config Copilot` and the documentation list the same names."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}


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
        profile: Gives the value that IPython's profile or command line set.
    """

    def __init__(
        self,
        config: Callable[[str], Any] | None = None,
        environ: Mapping[str, str] | None = None,
        profile: Callable[[str], Any] | None = None,
    ) -> None:
        self._config = config or shell_config
        self._profile = profile or (shell_profile if config is None else lambda _: None)
        self.environ = os.environ if environ is None else environ
        self.project = Project(self.environ)
        """What the project's file sets."""
        self.saved = Saved(self.environ, _BY_NAME)
        """What the user keeps for all notebooks."""
        self._chosen: dict[str, tuple[Value, Any]] = {}

    def find(self, name: str, option: Any = None) -> Value:
        """The value of a setting with its source.

        Args:
            name: One of `SETTINGS`.
            option: What stood on the line; None or empty when nothing did.

        Raises:
            ConfigError: The text that is set cannot mean a value of this setting.
        """
        setting = _BY_NAME[name]
        for given, source in self._sources(setting, option):
            if given is not None and given != "":
                return Value(setting.read(given, source), source)
        return Value(setting.default, "default")

    def choose(self, name: str, value: Any, source: str, *, save: bool = False) -> None:
        """Set a value from a subcommand; None takes it back, and so does a later `%config`.

        Args:
            name: One of `SETTINGS`.
            value: What it shall be.
            source: Which subcommand that says.
            save: For all notebooks of this user, and not for this kernel only.

        Raises:
            ConfigError: It cannot mean a value of this setting, or names what is not there; or the
                user's file cannot be written.
        """
        read = None
        if value is not None:
            read = readers.rooted(_BY_NAME[name].kind, checked(name, value, source))
        if save:
            self.saved.put(name, readers.written(read))
        self._chosen.pop(name, None)
        if read is not None:
            self._chosen[name] = (Value(read, source), self._config(name))

    def lasting(self, *names: str, save: bool) -> str:
        """How long what was chosen now holds, in words.

        Args:
            names: The settings.
            save: Whether it was for all notebooks.
        """
        if not save:
            return "It holds until the kernel ends; `--save` keeps it for all your notebooks."
        over = [each for name in names for each in self._over_kept(_BY_NAME[name])]
        others = " or ".join(source for given, source in over if given not in (None, ""))
        but = f", except where {others} says otherwise" if others else ""
        return f"It holds in all your notebooks, by {self.saved.path}{but}."

    def chosen(self, name: str) -> Value | None:
        """What a subcommand set, if it still counts: a model named with its place does so there.

        What a later `%config` took the place of is gone, also when that is taken back.
        """
        value, before = self._chosen.get(name, (None, None))
        if value is None:
            return None
        if self._config(name) != before:
            self._chosen.pop(name, None)
            return None
        if name == "model" and value.source == BY_PROVIDER:
            place = self.chosen("provider")
            return value if place is not None and place.source == BY_PROVIDER else None
        return value

    @contextmanager
    def trying(self, name: str, value: Any, source: str) -> Iterator[None]:
        """Choose a value for what follows; it stays unless that fails.

        Raises:
            ConfigError: It cannot mean a value of this setting.
        """
        before = dict(self._chosen)
        self.choose(name, value, source)
        try:
            yield
        except BaseException:
            self._chosen = before
            raise

    def _sources(self, setting: Setting, option: Any) -> Iterator[tuple[Any, str]]:
        """Values with what gave them, the strongest first."""
        name = setting.name
        yield option, f"--{name.replace('_', '-')}"
        configured, profile = self._config(name), self._profile(name)
        if (chosen := self.chosen(name)) is not None:
            yield chosen.value, chosen.source
        if profile in (None, "") or configured != profile:
            yield configured, f"%config Copilot.{name}"
        yield from self._over_kept(setting)
        yield self._kept(setting), f"{name} in {self.saved.path}"
        if name == "model":
            yield self._kept_with_place(), f"provider in {self.saved.path}"
        yield profile, f"c.Copilot.{name} in IPython's profile"

    def _over_kept(self, setting: Setting) -> Iterator[tuple[Any, str]]:
        """What wins over the user's file in other kernels, too, the strongest first."""
        yield self.environ.get(setting.variable), setting.variable
        value, file = self.project.get(setting.name)
        yield value, f"{setting.name} in {file}"

    def _kept(self, setting: Setting) -> Any:
        """What the user keeps; a path in it must be a whole one, whoever wrote the file."""
        kept, source = self.saved.get(setting.name), f"{setting.name} in {self.saved.path}"
        if kept in (None, ""):
            return None
        value = setting.read(kept, source)
        readers.see_rooted(setting.kind, value, source)
        return value

    def _kept_with_place(self) -> str:
        """The model that the user keeps with its place, where that is asked."""
        place = self.find("provider")
        kept = place.source == f"provider in {self.saved.path}"
        return str(place.value.model) if kept else ""

    def get(self, name: str, option: Any = None) -> Any:
        """The value of a setting."""
        return self.find(name, option).value


def checked(name: str, given: Any, source: str) -> Any:
    """The value of a setting that somebody gives it now, with what it names being there.

    Args:
        name: One of `SETTINGS`.
        given: What it shall be.
        source: Where that stands.

    Raises:
        ConfigError: It cannot mean a value of this setting, or names what is not there.
    """
    setting = _BY_NAME[name]
    value = setting.read(given, source)
    readers.look(setting.kind, value, source)
    return value


def shell_config(name: str) -> Any:
    """What `%config Copilot.name` or a profile says in the running shell; None without either."""
    return getattr(_magics(), name, None)


def shell_profile(name: str) -> Any:
    """What a profile or IPython's command line said when the extension was loaded."""
    return getattr(_magics(), "profile", {}).get(name)


def _magics() -> Any:
    """Our magics in the running shell; None where they are not loaded."""
    from IPython.core.getipython import get_ipython

    # By name: the magics stand to the right of this room.
    found = getattr(get_ipython(), "configurables", ())
    return next((each for each in found if type(each).__name__ == "Copilot"), None)
