"""Subcommands, help and Tab in terminal IPython."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.kernel.notebook.test_terminal import Terminal, terminal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["terminal"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pexpect needs a POSIX terminal")


def test_tables_and_lines_are_text(terminal: Terminal) -> None:
    """The value is printed once; what is kept is data."""
    assert "Mode interactive: the agent works" in terminal.run("%copilot mode")
    assert "ANTHROPIC_API_KEY" in terminal.run("%copilot provider list")
    terminal.run("table = %copilot config")
    assert "COPILOT_NB_MODEL" in terminal.run(
        "print([row['from'] for row in table if row['setting'] == 'model'])"
    )


def test_a_mistake_is_two_lines(terminal: Terminal) -> None:
    """Without a traceback."""
    shown = terminal.run("%copilot mode bananas")

    assert "MODE of `mode` takes interactive, plan, autopilot or allow-all" in shown
    assert "Traceback" not in shown


def test_tab_completes_subcommands_and_choices(terminal: Terminal) -> None:
    """What is unambiguous is put in."""
    terminal.child.send("%copilot provi\t")
    terminal.child.expect("der")
    terminal.child.send(" lis\t")
    terminal.child.expect("t")
    assert "ANTHROPIC_API_KEY" in terminal.run("")


def test_settings_come_from_the_command_line_of_ipython(terminal: Terminal, tmp_path: Path) -> None:
    """They are the weakest: the environment wins over them."""
    terminal.child.close(force=True)
    folder = tmp_path / "other"
    folder.mkdir()

    other = Terminal(folder, "--Copilot.timeout=42", "--Copilot.model=weak")
    other.run("%load_ext copilot_nb")
    timeout = other.run("%copilot config timeout")
    model = other.run("%copilot config model")
    other.child.close(force=True)

    assert "42.0   c.Copilot.timeout in IPython's profile" in timeout
    assert "COPILOT_NB_MODEL" in model
