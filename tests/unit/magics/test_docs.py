"""docs/magics.md lists what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.magics.commands import COMMANDS
from copilot_nb.notebook import providers
from copilot_nb.notebook.settings import SETTINGS

TEXT = (Path(__file__).parents[3] / "docs" / "magics.md").read_text(encoding="utf-8")


def rows(pattern: str) -> list[tuple[str, ...]]:
    """The table rows that fit."""
    return re.findall(pattern, TEXT, re.MULTILINE)


def test_every_subcommand_has_a_row() -> None:
    """With the first sentence of its help."""
    assert rows(r"^\| `%copilot (\w+)` \| (.+) \|$") == [
        (each.name, each.summary) for each in COMMANDS.values()
    ]


def test_every_setting_has_a_row() -> None:
    """With its variable and its sentence."""
    assert rows(r"^\| `(\w+)` \| `(COPILOT_NB_\w+)` \| (.+) \|$") == [
        (each.name, each.variable, each.help) for each in SETTINGS
    ]


def test_every_option_of_a_cell_has_a_row() -> None:
    """In the order of help."""
    assert [row[0] for row in rows(r"^\| `(--[\w-]+)( \w+)?` \|")] == list(COMMANDS["ask"].options)


@pytest.mark.parametrize(
    "line",
    [
        " ".join(shlex.split(line.split("   ")[0])[2:])
        for line in TEXT.splitlines()
        if line.startswith("%copilot provider ")
    ],
)
def test_every_example_of_a_provider_is_one(line: str) -> None:
    """What the page shows can be typed."""
    try:
        arguments = COMMANDS["provider"].parse(line)
        source = providers.parse(arguments["spec"], "typed")
    except UsageError as error:
        pytest.fail(str(error))

    assert source.kind in providers.PRESETS
