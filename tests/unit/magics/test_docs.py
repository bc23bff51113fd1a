"""docs/magics.md lists what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.magics.commands import COMMANDS
from copilot_nb.notebook.models import providers
from copilot_nb.notebook.settings import SETTINGS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "magics.md").read_text(encoding="utf-8")


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


PAGES = [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"]
EXAMPLES = sorted(
    {
        (magic, typed.partition("   ")[0].strip())
        for page in PAGES
        for block in re.findall(
            r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        for magic, typed in re.findall(r"(?m)^(%%?copilot)(?: (.*))?$", block)
    }
)
"""What the pages show to be typed; three blanks part it from what it means."""


@pytest.mark.parametrize(("magic", "typed"), EXAMPLES)
def test_every_example_can_be_typed(magic: str, typed: str) -> None:
    """Its options exist, and their values are such as they take."""
    name, _, rest = typed.partition(" ")
    command = COMMANDS["ask"] if magic == "%%copilot" else COMMANDS[name or "status"]
    line = typed if magic == "%%copilot" else rest
    try:
        arguments = command.parse(line)
        if command.name == "provider" and arguments["spec"] != "list":
            assert providers.parse(arguments["spec"], "typed").kind in providers.PRESETS
    except UsageError as error:
        pytest.fail(str(error))


def test_there_are_examples() -> None:
    """The pattern above finds them."""
    assert len(EXAMPLES) > 25
