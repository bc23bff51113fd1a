"""A notebook whose cells are run without a kernel."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.kernel.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Notebook:
    """A shell, as the agent's tools see it, and cells to run in it."""

    def __init__(self, ipython: Any) -> None:
        self.ipython = ipython
        self.shell = Shell(ipython)

    def run(self, *cells: str) -> None:
        """Run cells as a person would; errors stay in them."""
        for cell in cells:
            self.ipython.run_cell(cell, store_history=True)

    def asking(self) -> Shell:
        """The notebook while the next cell asks."""
        self.ipython.history_manager.store_inputs(
            self.ipython.execution_count, "%%copilot\nWhat now?"
        )
        return self.shell


@pytest.fixture
def notebook(
    running_shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Notebook]:
    """A notebook in an empty folder, whose history begins anew."""
    monkeypatch.chdir(tmp_path)
    for name in ("last_value", "last_exc"):
        vars(sys).pop(name, None)
    before = dict(running_shell.user_ns)
    # `reset()` collects garbage, which takes half a second with pandas loaded.
    running_shell.history_manager.reset()
    running_shell.execution_count = 1
    running_shell.init_user_ns()
    made = Notebook(running_shell)
    yield made
    made.shell.close()
    running_shell.user_ns.clear()
    running_shell.user_ns.update(before)
