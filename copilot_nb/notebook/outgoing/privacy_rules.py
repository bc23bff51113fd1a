"""The privacy rules of one notebook: those of the session, of the user, and of the project.

The user's stand in a file of theirs, the project's in the `[privacy]` tables of `.copilot-nb.toml`,
from the notebook's folder up to the top of its repository. They count without being trusted first,
because a rule can only hold something back. A file that
cannot be understood stops the turn: without its rules more would leave than somebody wanted.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_path

from copilot_nb.data.privacy import ACCESSES, Privacy, PrivacyRule, from_table
from copilot_nb.errors import ConfigError
from copilot_nb.notebook.permissions.places import project_folder, real_path
from copilot_nb.notebook.stored.own_file import put_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from copilot_nb.data.privacy import Access

ENVIRONMENT = "COPILOT_NB_PRIVACY"
"""Names another file than the user's own."""
PROJECT_FILE = ".copilot-nb.toml"
SAVED = "saved"
_HEAD = "# What may not leave a notebook's kernel; see `%copilot privacy`.\n"


class PrivacyRules:
    """Reads the rules, and adds and removes those that are the user's.

    Args:
        environ: The environment; the process's own when not given.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._session: tuple[PrivacyRule, ...] = ()

    @property
    def path(self) -> Path:
        """The user's file."""
        named = self._environ.get(ENVIRONMENT)
        return (
            Path(named).expanduser() if named else user_config_path("copilot-nb") / "privacy.toml"
        )

    @property
    def session(self) -> tuple[PrivacyRule, ...]:
        """The rules of this kernel that are not saved."""
        return self._session

    def current(self) -> Privacy:
        """Every rule that holds now, in this folder.

        Raises:
            ConfigError: A file of rules cannot be understood.
        """
        return Privacy((*self._session, *self._saved(), *self._project()))

    def add(self, rule: PrivacyRule, *, save: bool) -> None:
        """One more rule, for this session or for every notebook of this user.

        Raises:
            ConfigError: The file cannot be read or written.
        """
        if save:
            self._write((*self._saved(), rule))
        else:
            self._session = (*self._session, rule)

    def named(self, text: str) -> tuple[PrivacyRule, ...]:
        """The rules of that pattern, or the one of that number in `current()`.

        Raises:
            ConfigError: A file of rules cannot be understood.
        """
        rules = self.current().rules
        found = tuple(rule for rule in rules if rule.pattern == text)
        if found or not text.isdecimal():
            return found
        return rules[int(text) - 1 : int(text)] if int(text) else ()

    def remove(self, rules: Collection[PrivacyRule]) -> int:
        """Take away these rules as far as they are the user's; how many were.

        Raises:
            ConfigError: The file cannot be read or written.
        """
        saved = self._saved()
        kept = tuple(rule for rule in saved if rule not in rules)
        session = tuple(rule for rule in self._session if rule not in rules)
        gone = len(saved) - len(kept) + len(self._session) - len(session)
        self._session = session
        if kept != saved:
            self._write(kept)
        return gone

    def _saved(self) -> tuple[PrivacyRule, ...]:
        return from_table(_toml(self.path), SAVED)

    def _project(self) -> tuple[PrivacyRule, ...]:
        here = real_path(Path.cwd())
        top = project_folder(here)
        inside = (folder for folder in (here, *here.parents) if folder.is_relative_to(top))
        return tuple(rule for folder in inside for rule in _of_project(folder / PROJECT_FILE))

    def _write(self, rules: tuple[PrivacyRule, ...]) -> None:
        lists: dict[str, list[str]] = {}
        for rule in rules:
            key = "variables" if rule.variable else rule.access
            lists.setdefault(key, []).append(rule.pattern)
        lines = [f"{key} = {json.dumps(names)}\n" for key, names in lists.items()]
        try:
            put_file(self.path, _HEAD + "".join(lines))
        except (OSError, UnicodeEncodeError) as error:
            raise ConfigError(
                f"The rules in {str(self.path)!r} cannot be written: {error}.",
                hint=f"Make the folder writable, or name another file in {ENVIRONMENT}.",
            ) from None


def rule_of(access: str, pattern: str, *, variable: bool) -> PrivacyRule:
    """A rule as it is typed.

    Raises:
        ConfigError: It cannot be meant.
    """
    if access not in ACCESSES[1:] or not pattern:
        raise ConfigError(f"{access!r} is no privacy rule.", hint="Use deny, mask or aggregate.")
    if variable and access != "deny":
        raise ConfigError(
            f"A whole variable can be denied; {access} is for columns.",
            hint="Name its columns: %copilot privacy mask df.name",
        )
    chosen: Access = access
    return PrivacyRule(chosen, pattern, variable=variable)


def _of_project(file: Path) -> tuple[PrivacyRule, ...]:
    table = _toml(file).get("privacy", {})
    if not isinstance(table, dict):
        raise ConfigError(f"privacy in {file} is no table.", hint="Begin it [privacy].")
    return from_table(table, PROJECT_FILE)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{str(path)!r} cannot be read: {error}.", hint="") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{str(path)!r} is not TOML: {error}.", hint="Mend or remove it; nothing is sent."
        ) from None
