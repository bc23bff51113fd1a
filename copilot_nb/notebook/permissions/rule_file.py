"""One standing rule, and the file that the rules are in.

The file is TOML, the user's alone (0600), and written whole: another kernel sees the old rules or
the new ones. One that cannot be understood is an error that names it; nothing is guessed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from platformdirs import user_config_path

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.permissions.subject import model_name
from copilot_nb.notebook.stored.own_file import put_file, read_toml, toml

if TYPE_CHECKING:
    from collections.abc import Iterable

Decision = Literal["allow", "deny"]
KINDS: Final = ("shell", "read", "write", "url", "mcp", "custom-tool", "tool")
"""What a rule can be about; "tool" is every request of one tool, whatever it asks for."""
ENVIRONMENT: Final = "COPILOT_NB_RULES"
"""Names another file."""

_HEAD = "# What Copilot may do without asking, and what never; see `%copilot rules`.\n"
_MEND: Final = "Mend or remove it; until then no rule allows anything."
_VERBS: Final = {
    "shell": "run `{}`",
    "read": "read {}",
    "write": "write {}",
    "url": "fetch {}",
    "mcp": "call {}",
    "custom-tool": "call {}",
    "tool": "use {}",
}
_SESSION: Final = "for this session"
_KEYS: Final = frozenset({"decision", "kind", "text", "place"})


@dataclass(frozen=True, slots=True)
class ToolName:
    """A tool, as far as it is known which one."""

    name: str
    """How the model calls it."""
    server: str | None = None
    """The MCP server that it is of, empty if of none; None where that is not known."""
    is_own: bool | None = None
    """Whether the notebook brings it; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule:
    """Allows or denies one thing in one place."""

    number: int = 0
    """How it is called in a list; 0 in the file."""
    decision: Decision
    kind: str
    text: str
    """What: a command line, a real path or folder/**, a URL or a host, server/tool, a name."""
    place: str = ""
    """The folder that it holds in, with all below; empty holds everywhere."""
    until: Literal["", "kernel", "session"] = ""
    """With what it ends; empty when it is written down and holds until it is revoked."""

    @property
    def words(self) -> str:
        """The rule as the buttons say it: "Allow here always: run `git status`"."""
        where = "here" if self.place else "everywhere"
        how = {"": f"{where} always", "kernel": f"{where} until the kernel ends"}
        return f"{self.decision.capitalize()} {how.get(self.until, _SESSION)}: {self._what}"

    @property
    def name(self) -> str:
        """Who answered, when it did."""
        return f"rule {self.number} ({self.decision} {self._what})"

    @property
    def _what(self) -> str:
        return _VERBS.get(self.kind, f"{self.kind} {{}}").format(self.text)

    def is_of(self, tool: ToolName) -> bool:
        """Whether it speaks about every request of a tool.

        Where nobody knows the tool's source, it does when the name fits.
        """
        match self.kind:
            case "tool":
                return self.text == tool.name
            case "custom-tool":
                return tool.is_own is not False and self.text == tool.name
            case "mcp":
                server, _, name = self.text.partition("/")
                if tool.server is not None and server != tool.server:
                    return False
                if name:
                    return model_name(server, name) == tool.name
                whole = self.decision == "deny"
                return whole and tool.name.startswith(model_name(server))
        return False

    def holds(self, folder: Path) -> bool:
        """Whether it speaks about work in that folder."""
        return not self.place or folder.is_relative_to(self.place)


class RuleFile:
    """Reads and writes the rules.

    Args:
        path: The file; by default what `COPILOT_NB_RULES` names, or the user's own.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where it is."""
        if self._path is not None:
            return self._path
        named = os.environ.get(ENVIRONMENT)
        return Path(named).expanduser() if named else user_config_path("copilot-nb") / "rules.toml"

    def read(self) -> list[StandingRule]:
        """The rules; none when there is no file.

        Raises:
            ConfigError: It cannot be read or meant, or others may change it.
        """
        data = read_toml(self.path, self._name, _MEND)
        entries = data.pop("rule", [])
        if data or not isinstance(entries, list):
            raise self._broken("holds something else than [[rule]] entries")
        return [self._rule(entry) for entry in entries]

    def write(self, rules: Iterable[StandingRule]) -> None:
        """Put these rules in its place.

        Raises:
            ConfigError: It cannot be written.
        """
        text = _HEAD + "".join(map(_entry, rules))
        try:
            put_file(self.path, text)
        except (OSError, UnicodeEncodeError) as error:
            raise ConfigError(
                f"The rules in {str(self.path)!r} cannot be written: {error}.",
                hint=f"Make the folder writable, or name another file in {ENVIRONMENT}.",
            ) from None

    def _rule(self, entry: Any) -> StandingRule:
        known = isinstance(entry, dict) and set(entry) <= _KEYS
        if not known or not all(isinstance(value, str) for value in entry.values()):
            raise self._broken(f"has an entry that cannot be meant: {entry!r}")
        decision, kind, text = (entry.get(name, "") for name in ("decision", "kind", "text"))
        if decision not in get_args(Decision) or kind not in KINDS or not text:
            raise self._broken(f"has an entry that cannot be meant: {entry!r}")
        return StandingRule(**entry)

    @property
    def _name(self) -> str:
        return f"The file of rules {str(self.path)!r}"

    def _broken(self, what: str) -> ConfigError:
        return ConfigError(f"{self._name} {what}.", hint=_MEND)


def _entry(rule: StandingRule) -> str:
    lines = [f"{name} = {toml(getattr(rule, name))}" for name in ("decision", "kind", "text")]
    if rule.place:
        lines.append(f"place = {toml(rule.place)}")
    return "\n[[rule]]\n" + "\n".join(lines) + "\n"
