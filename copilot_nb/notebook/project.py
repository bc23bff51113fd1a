"""The project's own settings, `.copilot-nb.toml`: they count once a person has said so.

Trust is given to a file's content: another content is another question. Even then it can only set
what is harmless: nothing of where the model answers, of who may do what, or of what program runs.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.notebook.permissions.places import project_folder, real_path
from copilot_nb.notebook.stored.bookmark import config_folder, write_private
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = ".copilot-nb.toml"
ALLOWED = (
    *("model", "timeout", "view", "ready_timeout", "context", "context_budget", "instructions"),
)
"""What a project may set."""
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class _File:
    """A project file as it is now."""

    path: Path
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def values(self) -> dict[str, Any]:
        """What it sets.

        Raises:
            ConfigError: It is not TOML, or sets what no project may set.
        """
        try:
            found = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{self.path} is not TOML: {error}.", hint="") from None
        found.pop("privacy", None)  # it counts in any case: see `privacy_rules`
        for key in found:
            if key not in ALLOWED:
                raise ConfigError(
                    f"{self.path} sets {key!r}, which no project file may set.",
                    hint=f"It may set {', '.join(ALLOWED)}.",
                )
        return found


class Project:
    """The settings of the project that the notebook is in.

    Args:
        environ: The environment.
        folder: Tells where the notebook works.
    """

    def __init__(self, environ: Mapping[str, str], folder: Callable[[], Path] = Path.cwd) -> None:
        self._environ = environ
        self._folder = folder
        self._told: set[str] = set()

    def get(self, name: str) -> tuple[Any, str]:
        """What a trusted file sets, and where it is; None without one.

        Raises:
            ConfigError: The file is trusted, and says something that cannot be meant.
        """
        file = self._find()
        if file is None or not self._trusts(file):
            return None, ""
        return file.values().get(name), f"{file.path}"

    def trust(self, check: Callable[[str, Any, str], object]) -> str:
        """Let the file count as it is now; says what it sets.

        Args:
            check: Raises where a value of the setting of that name, from there, cannot be meant.

        Raises:
            UsageError: There is none.
            ConfigError: It says something that cannot be meant.
        """
        file = self._needed()
        values = file.values()
        for name, value in values.items():
            check(name, value, f"{name} in {file.path}")
        self._write(self._trusted() | {str(file.path): file.digest})
        said = ", ".join(f"{name} = {visible(str(value))}" for name, value in values.items())
        return f"{file.path} counts from now on: {said or 'it sets nothing'}."

    def distrust(self) -> str:
        """Let the file count no more.

        Raises:
            UsageError: There is none.
        """
        file = self._needed()
        kept = {path: digest for path, digest in self._trusted().items() if path != str(file.path)}
        self._write(kept)
        return f"{file.path} does not count any more."

    def note(self) -> str:
        """One line about a file that does not count yet; empty otherwise."""
        file = self._find()
        if file is None or self._trusts(file):
            return ""
        return f"{file.path} does not count: read it, then `%copilot config trust`."

    def news(self) -> str:
        """The note, once for each content of the file."""
        file = self._find()
        if file is None or file.digest in self._told:
            return ""
        self._told.add(file.digest)
        return self.note()

    def _needed(self) -> _File:
        file = self._find()
        if file is None:
            raise UsageError(
                f"There is no {NAME} here.", hint="It belongs into the project's folder."
            )
        return file

    def _find(self) -> _File | None:
        """The nearest one, from the notebook's folder up to the top of its repository."""
        here = real_path(self._folder())
        top = project_folder(here)
        for folder in (here, *here.parents):
            path = folder / NAME
            try:
                if path.is_file() and path.stat().st_size <= _LARGEST:
                    return _File(path, path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError):
                return None
            if folder == top:
                return None
        return None

    def _trusts(self, file: _File) -> bool:
        return self._trusted().get(str(file.path)) == file.digest

    def _trusted(self) -> dict[str, str]:
        try:
            found = json.loads(self._path().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, trusted: Mapping[str, str]) -> None:
        path = self._path()
        try:
            write_private(path, json.dumps(dict(trusted), indent=1))
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}.", hint="") from None

    def _path(self) -> Path:
        return config_folder(self._environ) / "trusted.json"
