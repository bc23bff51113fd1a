"""Which session a notebook talked to last: a line on disk that outlives the kernel.

A kernel that starts anew begins a new conversation; with this it can offer the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.stored.own_file import put_file

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE = "COPILOT_NB_STATE"
"""Names another folder for what is kept between kernels."""
_PROMPT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Mark:
    """The last session of a notebook."""

    session_id: str
    prompt: str
    """How its newest prompt begins."""
    at: datetime


class Bookmark:
    """Remembers the last session of the notebook that runs here.

    Args:
        environ: The environment.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def put(self, session_id: str, prompt: str) -> None:
        """The notebook talks to that session now. A full disk must not end a turn."""
        first = " ".join(prompt.split())[:_PROMPT_LENGTH]
        mark = {"session": session_id, "prompt": first, "at": datetime.now(UTC).isoformat()}
        with suppress(OSError):
            write_private(self._path(), json.dumps(mark))

    def drop(self, session_id: str) -> None:
        """That session is gone."""
        mark = self.get()
        if mark is not None and mark.session_id == session_id:
            with suppress(OSError):
                self._path().unlink()

    def get(self) -> Mark | None:
        """The session that was talked to last, if one was."""
        try:
            mark = json.loads(self._path().read_text(encoding="utf-8"))
            at = datetime.fromisoformat(mark["at"])
            return Mark(str(mark["session"]), str(mark["prompt"]), at)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _path(self) -> Path:
        name = hashlib.sha256(notebook_name(self._environ).encode()).hexdigest()[:24]
        return state_folder(self._environ) / "notebooks" / f"{name}.json"


def write_private(path: Path, text: str) -> None:
    """Put a file in place whole that is the user's alone; folders made for it are, too.

    Raises:
        OSError: It cannot be written.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    put_file(path, text)


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where things are kept between kernels."""
    named = environ.get(STATE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_state_path

    return user_state_path("copilot-nb")


def config_folder(environ: Mapping[str, str]) -> Path:
    """Where the user's own choices are."""
    named = environ.get(STATE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("copilot-nb")


def notebook_name(environ: Mapping[str, str]) -> str:
    """What tells this notebook from others: its file as the front end names it, else the folder."""
    name = environ.get("JPY_SESSION_NAME") or _from_front_end()
    return os.path.abspath(name) if name else f"{Path.cwd()}{os.sep}"  # noqa: PTH100 - a name, which need not exist


def _from_front_end() -> str:
    """VS Code puts the notebook's path into the namespace."""
    from IPython.core.getipython import get_ipython

    names: Mapping[str, Any] = getattr(get_ipython(), "user_ns", None) or {}
    return str(names.get("__vsc_ipynb_file__") or "")
