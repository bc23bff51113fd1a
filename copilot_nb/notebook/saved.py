"""The settings that a person keeps for all of their notebooks, in `settings.toml` of their own.

It has the form of a project's file, and may set everything. A key is never in it: a provider's is
named by its variable.
"""

from __future__ import annotations

import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.nearest import meant
from copilot_nb.notebook.stored.bookmark import config_folder, write_private
from copilot_nb.notebook.stored.own_file import read_toml, toml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_HEAD = "# Settings for all notebooks; `%copilot config NAME VALUE --save` writes them.\n"
_MEND = "Mend or remove the file."


class Saved:
    """Reads and writes them.

    Args:
        environ: The environment.
        names: What may be set.
    """

    def __init__(self, environ: Mapping[str, str], names: Collection[str]) -> None:
        self._environ = environ
        self._names = names

    @property
    def path(self) -> Path:
        """Where they are."""
        return config_folder(self._environ) / "settings.toml"

    def get(self, name: str) -> Any:
        """What is kept of that name; None without it.

        Raises:
            ConfigError: The file cannot be read or meant, or others may change it.
        """
        return self._all().get(name)

    def put(self, name: str, value: str | float | Mapping[str, str] | None) -> None:
        """Keep that value; None forgets it.

        Raises:
            ConfigError: The file cannot be read or written; then it stays as it is.
        """
        kept = {**self._all(), name: value}
        lines = [self._line(key, each) for key, each in kept.items() if each is not None]
        try:
            write_private(self.path, _HEAD + "".join(lines))
        except (OSError, UnicodeEncodeError) as error:
            raise self._broken(f"cannot be written ({error})") from None

    def _all(self) -> dict[str, Any]:
        found = read_toml(self.path, self._name, _MEND)
        for name in found:
            if name not in self._names:
                raise ConfigError(
                    f"{self._name} set {name!r}, which is no setting.",
                    hint=meant(name, self._names, "`%copilot config` lists them."),
                )
        return found

    def _line(self, name: str, value: Any) -> str:
        """What the file says of a setting.

        Raises:
            ConfigError: Read again, it would be something else.
        """
        with suppress(TypeError, ValueError):
            line = f"{name} = {_toml(value)}\n"
            if tomllib.loads(line) == {name: value}:
                return line
        raise self._broken(f"hold {name} = {value!s}, which cannot be written again")

    @property
    def _name(self) -> str:
        return f"Your settings in {self.path}"

    def _broken(self, what: str) -> ConfigError:
        return ConfigError(f"{self._name} {what}.", hint=_MEND)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(each)}" for name, each in value.items()) + " }"
    return toml(value)
