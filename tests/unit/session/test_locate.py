"""Finding the Copilot CLI."""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import CliNotFoundError
from copilot_nb.session import locate
from copilot_nb.session.locate import (
    cache_directory,
    cached_cli,
    cli_version,
    find_cli,
    native_executable,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any CLI."""
    monkeypatch.setattr(locate, "user_cache_path", lambda name, **_: tmp_path / "cache" / name)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.delenv("COPILOT_CLI_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def script(path: Path, line: str = "true") -> Path:
    """A program that runs one line of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def says(version: str) -> str:
    """The line of a program that tells its version as GitHub's does."""
    return f"echo 'GitHub Copilot CLI {version}.'; echo \"Run 'copilot update'.\""


def installed() -> Path:
    """A CLI in our own cache."""
    return script(cache_directory() / "node_modules/@github/copilot-linux-x64/copilot")


def test_nothing_found_names_the_places(tmp_path: Path) -> None:
    """The message is a list of what to check, the hint the next step."""
    with pytest.raises(CliNotFoundError) as caught:
        find_cli()

    assert str(cache_directory()) in caught.value.message
    assert "PATH" in caught.value.message
    assert str(tmp_path / "cache/github-copilot-sdk/cli") in caught.value.message
    assert "copilot-nb install" in caught.value.hint


def test_places_are_named_as_people_write_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies at home begins with a tilde."""
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(CliNotFoundError, match="in ~/cache/copilot-nb/cli-"):
        find_cli()


def test_an_explicit_path_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is looked at."""
    monkeypatch.setenv("COPILOT_CLI_PATH", "/not/there")
    installed()
    mine = script(tmp_path / "mine")

    assert find_cli(mine) == mine


def test_an_explicit_path_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """The user's choice is not replaced behind their back."""
    installed()

    with pytest.raises(CliNotFoundError, match=r"given path .*missing"):
        find_cli(tmp_path / "missing")


def test_the_variable_wins_over_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """COPILOT_CLI_PATH is an explicit choice too."""
    installed()
    mine = script(tmp_path / "mine")
    monkeypatch.setenv("COPILOT_CLI_PATH", str(mine))

    assert find_cli() == mine


def test_a_variable_that_names_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where there is a CLI in the cache."""
    installed()
    monkeypatch.setenv("COPILOT_CLI_PATH", "/not/there")

    with pytest.raises(CliNotFoundError, match="COPILOT_CLI_PATH names '/not/there'"):
        find_cli()


def test_our_cache_wins_over_path(tmp_path: Path) -> None:
    """The pinned version is the tested one."""
    script(tmp_path / "bin/copilot", says("1.0.200"))
    ours = installed()

    assert find_cli() == cached_cli() == ours


def test_a_copilot_on_path_that_is_githubs_is_taken(tmp_path: Path) -> None:
    """It says so in its version."""
    on_path = script(tmp_path / "bin/copilot", says("1.0.200"))

    assert find_cli() == on_path


def test_a_copilot_of_another_vendor_is_not_taken(tmp_path: Path) -> None:
    """Another tool has the same name."""
    script(tmp_path / "bin/copilot", "echo 'copilot version: v1.34.0'")

    with pytest.raises(CliNotFoundError):
        find_cli()


def test_npms_link_leads_to_the_native_executable(tmp_path: Path) -> None:
    """A global npm installation needs no Node, and is not even asked for its version."""
    modules = tmp_path / "lib/node_modules"
    loader = script(modules / "@github/copilot/npm-loader.js", "exit 1")
    native = script(modules / "@github/copilot-linux-x64/copilot", "exit 1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/copilot").symlink_to(loader)

    assert find_cli() == native


def test_npms_nested_packages_are_found(tmp_path: Path) -> None:
    """Npm may put the platform's package below the loader's."""
    package = tmp_path / "lib/node_modules/@github/copilot"
    loader = script(package / "npm-loader.js", "exit 1")
    native = script(package / "node_modules/@github/copilot-linux-x64/copilot", "exit 1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/copilot").symlink_to(loader)

    assert find_cli() == native


def test_the_newest_of_the_sdk_is_the_last_resort(tmp_path: Path) -> None:
    """Versions are compared as numbers."""
    for version in ("1.0.9", "1.0.102", "1.0.66-1"):
        script(tmp_path / "cache/github-copilot-sdk/cli" / version / "copilot")

    assert find_cli().parent.name == "1.0.102"


@pytest.mark.parametrize(
    ("system", "machine", "libc", "name"),
    [
        ("linux", "x86_64", "glibc", "linux-x64"),
        ("linux", "aarch64", "", "linuxmusl-arm64"),
        ("darwin", "arm64", "", "darwin-arm64"),
        ("win32", "AMD64", "", "win32-x64"),
        ("linux", "riscv64", "glibc", "linux-riscv64"),
    ],
)
def test_npms_names_of_platforms(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    machine: str,
    libc: str,
    name: str,
) -> None:
    """The folder of the native package follows system, C library and processor."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    executable = script(tmp_path / "@github" / f"copilot-{name}" / "copilot")

    assert native_executable(tmp_path) == executable


def test_the_fitting_c_library_is_preferred(tmp_path: Path) -> None:
    """Npm may bring both; the other one is better than none."""
    musl = script(tmp_path / "@github/copilot-linuxmusl-x64/copilot")
    assert native_executable(tmp_path) == musl

    glibc = script(tmp_path / "@github/copilot-linux-x64/copilot")
    assert native_executable(tmp_path) == glibc


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (says("1.0.102"), "1.0.102"),
        (says("1.0.66-1"), "1.0.66-1"),
        ("echo copilot 1.0", None),
        ("exit 3", None),
    ],
)
def test_the_version_is_read_from_githubs_words(
    tmp_path: Path, line: str, version: str | None
) -> None:
    """Anything else is another program."""
    assert cli_version(script(tmp_path / "copilot", line)) == version


def test_a_program_that_cannot_run_has_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a broken file nor one that never ends raises."""
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    monkeypatch.setattr(locate, "VERSION_TIMEOUT", 0.1)
    endless = script(tmp_path / "endless", "exec /bin/sleep 5")

    assert cli_version(broken) is None
    assert cli_version(endless) is None
    assert cli_version(tmp_path / "index.js") is None
