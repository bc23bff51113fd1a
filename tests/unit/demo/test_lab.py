"""JupyterLab of the demo: its command line, its settings and its end."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest

from copilot_nb.demo import lab
from copilot_nb.errors import UsageError

NOTEBOOK = Path("/demo/01-quickstart.ipynb")


@pytest.fixture(autouse=True)
def _restored_signal() -> object:
    """Take back the handler that `serve` sets."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_command_opens_the_notebook() -> None:
    """The printed address leads to the notebook, also without a browser."""
    words = lab.command(NOTEBOOK, browser=False, port=9)

    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--LabApp.default_url=/lab/tree/01-quickstart.ipynb" in words
    assert "--ServerApp.root_dir=/demo" in words
    assert "--no-browser" in words
    assert "--ServerApp.port=9" in words
    assert "--no-browser" not in lab.command(NOTEBOOK, browser=True, port=None)


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_in_containers(
    monkeypatch: pytest.MonkeyPatch, user: int, allowed: bool
) -> None:
    """Jupyter refuses to start as root unless it is told to."""
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)

    assert ("--allow-root" in lab.command(NOTEBOOK, browser=True, port=None)) is allowed


def test_environment_is_labs_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The demo model is chosen, other settings of ours are left out, Lab asks nothing."""
    monkeypatch.setenv("COPILOT_NB_POLICY", "allow")
    monkeypatch.setenv("COPILOT_NB_DEMO_PACE", "fast")
    monkeypatch.delenv("COPILOT_NB_STATE", raising=False)

    variables = lab.lab_environment(tmp_path)

    ours = {name: value for name, value in variables.items() if name.startswith("COPILOT_NB_")}
    assert ours == {"COPILOT_NB_PROVIDER": "demo", "COPILOT_NB_DEMO_PACE": "fast"}
    assert variables["JUPYTER_CONFIG_DIR"] == str(tmp_path / "config")
    [written] = Path(variables["JUPYTERLAB_SETTINGS_DIR"]).rglob("*.jupyterlab-settings")
    assert json.loads(written.read_text())["fetchNews"] == "false"


def test_server_without_jupyterlab_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The hint has the command to type."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(UsageError, match="JupyterLab") as caught:
        lab.serve(NOTEBOOK, tmp_path)

    assert "copilot-nb[demo]" in caught.value.hint


def test_exit_code_is_labs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Lab that ends by itself tells how."""
    quick = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(lab, "command", lambda *_, **__: quick)

    assert lab.serve(NOTEBOOK, tmp_path) == 3


@pytest.mark.thorough  # a process for each
@pytest.mark.parametrize("ignores", [False, True])
def test_sigterm_ends_lab_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ignores: bool
) -> None:
    """Whoever ends the command leaves no server behind, even one that does not listen."""
    code = (
        "import os, signal, time\n"
        f"if {ignores}: signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setattr(lab, "command", lambda *_, **__: [sys.executable, "-c", code])
    monkeypatch.setattr(lab, "STOP_SECONDS", 0.3)

    assert lab.serve(NOTEBOOK, tmp_path) == 0
