"""Virtual environments with other versions of ipykernel than the tests' own.

`python -m tests.kernel.environments` makes those that are missing, with pip; tests only use what
is there. They live under COPILOT_NB_TEST_ENVS or the user's cache and are named after what they
hold, so a changed list makes a new one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import platformdirs

ROOT = Path(__file__).parents[2]

OWN = "own"
"""The environment that runs the tests."""

VERSIONS: dict[str, tuple[str, ...]] = {
    "6.31": ("ipykernel==6.31.0",),
    "6.17": ("ipykernel==6.17.1", "ipython==7.34.*"),
}
"""What the tests always use beside their own."""

MATRIX: dict[str, tuple[str, ...]] = {
    "7.0": ("ipykernel==7.0.1",),
    "7.2": ("ipykernel==7.2.0",),
    "7.3": ("ipykernel==7.3.0",),
}
"""What the long matrix adds (COPILOT_NB_TEST_MATRIX=1)."""

_EXTRA = ("matplotlib>=3.8", "pandas>=2.2")


def versions() -> dict[str, tuple[str, ...]]:
    """The environments that are wanted now."""
    return VERSIONS | MATRIX if os.environ.get("COPILOT_NB_TEST_MATRIX") == "1" else VERSIONS


def python_of(name: str) -> Path | None:
    """The Python of an environment; None when it has not been made."""
    if name == OWN:
        return Path(sys.executable)
    python = _python(_directory(name))
    return python if python.exists() and _finished(name).exists() else None


def make(name: str) -> Path:
    """Make an environment unless it is there.

    Raises:
        subprocess.CalledProcessError: pip could not install it.
    """
    ready = python_of(name)
    if ready is not None:
        return ready
    directory = _directory(name)
    venv.create(directory, with_pip=True, clear=True)
    python = _python(directory)
    subprocess.run(
        [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *_wanted(name)],
        check=True,
    )
    _finished(name).touch()
    return python


def _wanted(name: str) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *_EXTRA, *(VERSIONS | MATRIX)[name]]


def _directory(name: str) -> Path:
    default = platformdirs.user_cache_path("copilot-nb") / "test-environments"
    base = Path(os.environ.get("COPILOT_NB_TEST_ENVS") or default)
    wanted = [sys.version, *_wanted(name)]
    return base / f"{name}-{hashlib.sha256(repr(wanted).encode()).hexdigest()[:10]}"


def _finished(name: str) -> Path:
    return _directory(name) / "finished"


def _python(directory: Path) -> Path:
    return directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


if __name__ == "__main__":
    for wanted_name in versions():
        sys.stdout.write(f"ipykernel {wanted_name}: {make(wanted_name)}\n")
