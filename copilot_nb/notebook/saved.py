"""The settings that a person keeps for all of their notebooks, in `settings.toml` of their own.

It has the form of a project's file, and may set everything. A key is never in it: a provider's is
named by its variable.
"""

from __future__ import annotations

import json
import os
import stat
import tomllib
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.stored.bookmark import config_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEAD = "# Settings for all notebooks; `%copilot config NAME VALUE --save` writes them.\n"


class Saved:
    """Reads and writes them.

    Args:
        environ: The environment.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

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
            ConfigError: The file cannot be read or written.
        """
        kept = {**self._all(), name: value}
        lines = [f"{key} = {_toml(each)}\n" for key, each in kept.items() if each is not None]
        try:
            write_private(self.path, _HEAD + "".join(lines))
        except (OSError, UnicodeEncodeError) as error:
            raise self._broken(f"cannot be written ({error})") from None

    def lasting(self, *, save: bool) -> str:
        """How long something that was set now holds, in words."""
        if save:
            return f"It holds in all your notebooks, by {self.path}."
        return "It holds until the kernel ends; `--save` keeps it for all your notebooks."

    def _all(self) -> dict[str, Any]:
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
                    raise self._broken("can be changed by other users")
                return tomllib.load(file)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._broken(f"cannot be read ({error.strerror})") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise self._broken(f"is not TOML: {error}") from None

    def _broken(self, what: str) -> ConfigError:
        return ConfigError(f"Your settings in {self.path} {what}.", hint="Mend or remove the file.")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + " }"
    # JSON's texts, numbers and flags are TOML's.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
