"""The notebooks run as they are shipped, on a real kernel and the real runtime."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from copilot_nb.demo.headless import run
from copilot_nb.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_quickstart_runs_and_every_cell_does_what_it_should(
    cli_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Approvals are decided by the printed policy, and the results are stored."""
    monkeypatch.setenv("COPILOT_CLI_PATH", str(cli_path))
    monkeypatch.setenv("COPILOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COPILOT_NB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COPILOT_NB_DEMO_PACE", "fast")
    said: list[str] = []

    found = run(tmp_path / "demo", said.append)

    assert found == []
    assert 'kind = "kernel-code"' in "\n".join(said)
    assert (tmp_path / "demo" / "quickstart.ipynb").exists()
    assert "data:image/png;base64," in (tmp_path / "demo" / "quickstart.html").read_text("utf-8")


@pytest.mark.parametrize("missing", ["nbclient", "nbconvert"])
def test_run_without_its_packages_says_what_to_install(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint has the command to type."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == missing else sys)

    with pytest.raises(UsageError, match=missing) as caught:
        run(tmp_path, print)

    assert "copilot-nb[demo]" in caught.value.hint
