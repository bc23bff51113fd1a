"""The folder that the demo runs in: a copy of the notebooks and their data.

The repository keeps them in `notebooks/`, an installed package beside this file.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NOTEBOOK = "01-quickstart.ipynb"
"""The one that the demo opens."""
POLICY = Path(__file__).with_name("demo-policy.toml")
"""The rules that answer while nobody is there."""

_PREFIX = "COPILOT_NB_"
_KEPT = {"COPILOT_NB_CLI_PATH", "COPILOT_NB_DEMO_PACE", "COPILOT_NB_STATE"}


def source() -> Path:
    """Return the folder with the notebooks as they were shipped."""
    installed = Path(__file__).with_name("notebooks")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "notebooks"


def prepare(folder: Path) -> Path:
    """Copy the notebooks and their data into a folder and return the first one's path.

    Files that are there already are kept: they may have been edited.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for path in (*notebooks(), *(f"data/{file.name}" for file in (source() / "data").iterdir())):
        if not (folder / path).exists():
            shutil.copyfile(source() / path, folder / path)
    return folder / NOTEBOOK


def notebooks() -> tuple[str, ...]:
    """The names of the shipped notebooks, in the order in which they are read."""
    return tuple(sorted(path.name for path in source().glob("*.ipynb")))


def environment(**settings: str) -> dict[str, str]:
    """Return the process's environment with the demo model chosen, and no other setting of ours.

    Args:
        **settings: Settings by their name, `policy` for COPILOT_NB_POLICY.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_PREFIX) or name in _KEPT
    }
    chosen = {"provider": "demo", **settings}
    return kept | {f"{_PREFIX}{name.upper()}": value for name, value in chosen.items()}
