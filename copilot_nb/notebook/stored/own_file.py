"""A TOML file that is the user's alone: nobody else may change it, and it is put in place whole."""

from __future__ import annotations

import json
import os
import shlex
import stat
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from copilot_nb.errors import ConfigError


def read_toml(path: Path, name: str, hint: str) -> dict[str, Any]:
    """What the file says; nothing where there is none.

    Args:
        path: Where it is.
        name: What an error calls it.
        hint: What to do about one that cannot be read.

    Raises:
        ConfigError: It cannot be read or meant, or others may change it.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise ConfigError(
                    f"{name} can be changed by other users.",
                    hint=f"See what it says, then `chmod 600 {shlex.quote(str(path))}`.",
                )
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{name} cannot be read ({error.strerror}).", hint=hint) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name} is not TOML: {error}.", hint=hint) from None


def put_file(path: Path, text: str) -> None:
    """Put a file in place whole, for its owner alone: who reads it sees the old or the new one.

    Raises:
        OSError: It cannot be written.
        UnicodeEncodeError: Nor can that text.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")  # 0600
    try:
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def toml(value: str | float) -> str:
    """A text, number or flag as TOML: JSON's, but for one character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
