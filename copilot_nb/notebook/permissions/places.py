"""Where things are: the project that a notebook belongs to, and where a path really leads."""

from __future__ import annotations

import os
from pathlib import Path


def project_folder(folder: Path) -> Path:
    """The folder that "here" means: the top of the repository around it, or itself."""
    here = real_path(folder)
    return next((one for one in (here, *here.parents) if (one / ".git").exists()), here)


def real_path(path: str | Path) -> Path:
    """The absolute path with all links followed, as far as it exists."""
    return Path(os.path.realpath(path))


def link_target(path: str) -> str:
    """Where a path leads through links; empty when it leads nowhere else.

    Links above the working folder are not worth a word: everything in it goes through them.
    """
    here = Path.cwd()
    named, real = Path(os.path.abspath(path)), real_path(path)  # noqa: PTH100 - links stay
    if named.is_relative_to(here):
        named = real_path(here) / named.relative_to(here)
    return "" if named == real else str(real)
