"""What a line or a cell runs: a subcommand, or its help."""

from __future__ import annotations

from typing import Any

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.magics import run


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        *((f"model {asks}", "%copilot model") for asks in ("?", "-h", "--help")),
        ("model?", "%copilot model"),
        ("ask??", "%copilot ask"),
        ("help?", "%copilot help"),
        *((asks, "%%copilot [OPTIONS] [--]") for asks in ("?", "-h", "--help")),
    ],
)
@pytest.mark.usefixtures("running_shell")
async def test_help_is_asked_for_as_elsewhere(line: str, usage: str) -> None:
    """Of one subcommand, or of all."""
    assert str(await run.line(line, show=False)).startswith(usage)


@pytest.mark.parametrize("line", ["?", "-h", "--help"])
async def test_a_cell_that_asks_for_help_asks_nobody_else(
    line: str, running_shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A request would cost something."""
    assert running_shell is not None

    await run.cell(line, "\n")

    assert capsys.readouterr().out.startswith("%copilot ask [OPTIONS]")


@pytest.mark.usefixtures("running_shell")
async def test_a_prompt_without_its_subcommand_is_shown_with_it() -> None:
    """As a line to copy."""
    with pytest.raises(UsageError) as caught:
        await run.line("why is it slow?", show=False)

    assert caught.value.message == "There is no subcommand 'why'."
    assert caught.value.hint.startswith("To ask the agent: `%copilot ask why is it slow?`;")
