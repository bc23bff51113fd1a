"""Where the Copilot CLI is: explicit path, COPILOT_CLI_PATH, our cache, PATH, the SDK's cache.

The npm package is a small JavaScript loader beside a native executable per platform; the native
one is preferred, because it needs no Node. A `copilot` on PATH may be another vendor's tool and is
asked for its version first.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from platformdirs import user_cache_path

from copilot_nb.errors import CliNotFoundError
from copilot_nb.session.launch import program

CLI_VERSION = "1.0.102"
"""The version that this release is tested with."""
VERSION_TIMEOUT = 30.0
"""Seconds that `--version` may take; a first start unpacks a lot."""

_OWN_WORDS = re.compile(r"GitHub Copilot CLI v?(\d+(?:\.\d+)+\S*?)\.?\s")
_NAME = "copilot.exe" if os.name == "nt" else "copilot"


def find_cli(explicit: str | Path | None = None) -> Path:
    """The runtime's executable.

    Args:
        explicit: The user's own choice; nothing else is looked at then.

    Raises:
        CliNotFoundError: It is nowhere; the message names the places.
    """
    chosen = os.environ.get("COPILOT_CLI_PATH")
    if explicit is not None:
        return _existing(Path(explicit), "The given path of the Copilot CLI")
    if chosen:
        return _existing(Path(chosen), "COPILOT_CLI_PATH")
    found = cached_cli() or _on_path() or _in_sdk_cache()
    if found is None:
        places = (short_path(cache_directory()), "`copilot` on PATH", short_path(_sdk_cache()))
        raise CliNotFoundError(f"The Copilot CLI was not found in {', '.join(places)}.")
    return found


def cache_directory() -> Path:
    """Where our own installation of the pinned version is or would be."""
    return user_cache_path("copilot-nb", appauthor=False) / f"cli-{CLI_VERSION}"


def short_path(path: Path) -> str:
    """A path as people write it: `~` for their home."""
    home = Path.home()
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)


def cached_cli() -> Path | None:
    """The executable of our own installation, if there is one."""
    return native_executable(cache_directory() / "node_modules")


def native_executable(node_modules: Path) -> Path | None:
    """The platform's executable in a folder of npm packages."""
    for name in _platform_names():
        path = node_modules / "@github" / f"copilot-{name}" / _NAME
        if path.is_file():
            return path
    return None


def cli_version(cli: Path) -> str | None:
    """What GitHub's CLI says its version is; None when this is another program or does not run."""
    try:
        output = subprocess.run(  # noqa: S603 - the path is the user's or ours
            [*program(cli), "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=VERSION_TIMEOUT,
            check=False,
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired, CliNotFoundError):
        return None
    match = _OWN_WORDS.match(output)
    return match[1] if match else None


def _existing(path: Path, source: str) -> Path:
    path = path.expanduser()
    if not path.is_file():
        raise CliNotFoundError(
            f"{source} names {str(path)!r}, and there is no such file.",
            hint="Correct the path, or remove it to let copilot_nb look in the usual places.",
        )
    return path


def _on_path() -> Path | None:
    name = shutil.which("copilot")
    if name is None:
        return None
    found = Path(name)
    real = found.resolve()  # npm puts a link to the package's loader there, on Windows a script
    for folder in (
        real.parent / "node_modules",
        real.parent.parent.parent,
        found.parent / "node_modules",
    ):
        if native := native_executable(folder):
            return native
    return found if cli_version(found) else None


def _sdk_cache() -> Path:
    return user_cache_path("github-copilot-sdk", appauthor=False, opinion=False) / "cli"


def _in_sdk_cache() -> Path | None:
    found = sorted(_sdk_cache().glob(f"*/{_NAME}"), key=_numbers)
    return found[-1] if found else None


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.parent.name)]


def _platform_names() -> tuple[str, ...]:
    """What npm calls this machine, the better fit first."""
    machine = platform.machine().lower()
    arch = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(machine, machine)
    if sys.platform != "linux":
        return (f"{sys.platform}-{arch}",)
    kinds = ("linux", "linuxmusl") if platform.libc_ver()[0] == "glibc" else ("linuxmusl", "linux")
    return tuple(f"{kind}-{arch}" for kind in kinds)
