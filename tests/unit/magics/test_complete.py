"""What Tab offers in our magics."""

from __future__ import annotations

import pytest

from copilot_nb.magics.commands import COMMANDS
from copilot_nb.magics.complete import completions


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%copilot mo", ["models", "model", "mode"]),
        ("%copilot ", list(COMMANDS)),
        ("  %copilot st", ["steer", "stop", "status"]),
        ("%copilot ask --m", ["--model", "--mode"]),
        ("%copilot provider --", ["--model", "--key-env", "--api-version", "--wire-api"]),
        ("%copilot provider o", ["openai", "ollama"]),
        ("%copilot provider ollama o", []),
        ("%copilot help prov", ["provider"]),
        ("%copilot new ", []),
        ("%copilot nothing ", []),
        ("%%copilot --o", ["--out"]),
        ("%%copilot -- --o", []),
        ("%%copilot some text", []),
        ("%copilot", []),
        ("%copilotx ", []),
        ("print(", []),
    ],
)
def test_tab_offers_what_may_follow(text: str, offered: list[str]) -> None:
    """Subcommands, options, and values that are known without asking anybody."""
    assert completions(text) == offered
