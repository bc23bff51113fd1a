"""The `copilot-nb` command: what its words mean, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import copilot_nb
from copilot_nb.cli import main
from copilot_nb.demo import headless, lab
from copilot_nb.demo.workspace import notebooks
from copilot_nb.errors import CliInstallError
from copilot_nb.session import install, locate

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Replace the installation; return the `force` of each call."""
    calls: list[bool] = []

    def install_cli(*, force: bool = False, progress: Callable[[str], None]) -> Path:
        calls.append(force)
        progress("ready")
        return Path("copilot")

    monkeypatch.delenv("COPILOT_CLI_PATH", raising=False)
    monkeypatch.setattr(install, "install_cli", install_cli)
    return calls


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Replace JupyterLab; return what it was started with."""
    calls: list[dict[str, Any]] = []

    def serve(notebook: Path, settings: Path, **options: Any) -> int:
        files = sorted(path.name for path in notebook.parent.rglob("*.*"))
        calls.append({"notebook": notebook, "files": files, **options})
        return 0

    monkeypatch.setattr(lab, "serve", serve)
    return calls


@pytest.mark.parametrize(("words", "force"), [(["install"], False), (["install", "--force"], True)])
def test_install_tells_its_progress(
    installed: list[bool], capsys: pytest.CaptureFixture[str], words: list[str], force: bool
) -> None:
    """The installation's own lines are printed."""
    assert main(words) == 0
    assert installed == [force]
    assert capsys.readouterr().out == "ready\n"


def test_version_names_both_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """A bug report needs our version and the runtime's."""
    assert main(["version"]) == 0
    assert copilot_nb.__version__ in capsys.readouterr().out


def test_demo_opens_a_copy_of_the_notebook(
    installed: list[bool], served: list[dict[str, Any]]
) -> None:
    """The runtime is installed first; the copies are gone afterwards."""
    assert main(["demo"]) == 0

    assert installed == [False]
    assert served[0]["files"] == [
        *notebooks(),
        "LICENSE.md",
        "mauna-loa-co2.csv",
        "penguins-raw.csv",
    ]
    assert (served[0]["browser"], served[0]["port"]) == (True, None)
    assert not served[0]["notebook"].exists()


def test_demo_keeps_the_files_of_a_given_folder(
    installed: list[bool], served: list[dict[str, Any]], tmp_path: Path
) -> None:
    """A folder that the user names is made, kept, and what was edited in it is not replaced."""
    folder = tmp_path / "new" / "folder"
    assert main(["demo", "--dir", str(folder), "--no-browser", "--port", "9"]) == 0
    (folder / "01-quickstart.ipynb").write_text("edited")
    assert main(["demo", "--dir", str(folder)]) == 0

    assert (served[0]["browser"], served[0]["port"]) == (False, 9)
    assert (folder / "01-quickstart.ipynb").read_text() == "edited"
    assert (folder / "data" / "mauna-loa-co2.csv").exists()


def test_path_of_the_user_is_not_second_guessed(
    installed: list[bool],
    served: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """COPILOT_CLI_PATH that leads nowhere is an error, and nothing is installed instead."""
    monkeypatch.setenv("COPILOT_CLI_PATH", "/nowhere/copilot")

    assert main(["demo"]) == 1

    assert (installed, served) == ([], [])
    assert "/nowhere/copilot" in capsys.readouterr().err


def test_path_of_the_user_is_used(
    installed: list[bool], served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is installed when a runtime is named."""
    monkeypatch.setenv("COPILOT_CLI_PATH", __file__)

    assert main(["demo"]) == 0
    assert installed == []
    assert locate.find_cli() == Path(__file__)


@pytest.mark.parametrize(("found", "code"), [([], 0), (["write: is missing"], 1)])
def test_run_fails_unless_every_cell_did_what_it_should(
    installed: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    found: list[str],
    code: int,
) -> None:
    """What is wrong goes to stderr, and the exit code says so."""
    monkeypatch.setattr(headless, "run", lambda folder, say: found)

    assert main(["demo", "--run", "--dir", str(tmp_path / "kept")]) == code
    assert capsys.readouterr().err == "".join(f"{line}\n" for line in found)


def test_errors_are_two_lines(
    installed: list[bool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened, and what to do next; no traceback."""

    def fail(**_: Any) -> Path:
        raise CliInstallError("npm failed", hint="Try again.")

    monkeypatch.setattr(install, "install_cli", fail)

    assert main(["install"]) == 1
    assert capsys.readouterr().err == "npm failed\nTry again.\n"


@pytest.mark.parametrize("words", [[], ["nothing"], ["demo", "--nothing"]])
def test_words_that_mean_nothing_are_refused(words: list[str]) -> None:
    """Argparse ends with its usage."""
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
