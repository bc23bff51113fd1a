"""What a user's own tools return, as the privacy rules let it leave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.session.tools import tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

ROW = {"ssn": "123-45-6789", "town": "Oslo"}


@pytest.mark.parametrize("value", [pd.DataFrame([ROW]), [ROW], {"a": {"b": [ROW]}}, iter([ROW])])
async def test_rules_hold_for_what_own_tools_return(
    session: RecordingSession, shell: Shell, value: Any
) -> None:
    """By the names of columns and keys: it came from elsewhere, the gate cannot know it."""
    shell.privacy = Privacy((PrivacyRule("deny", "ssn"),))

    @tool
    def fetch() -> Any:
        """Fetch."""
        return value

    result = await session.call(fetch, shell)

    assert "123-45" not in result.text_result_for_llm
    assert "Oslo" in result.text_result_for_llm


async def test_without_rules_results_are_whole(session: RecordingSession, shell: Shell) -> None:
    """A new notebook begins without the rules of another."""

    @tool
    def fetch() -> list[dict[str, str]]:
        """Fetch."""
        return [ROW]

    result = await session.call(fetch, shell)

    assert json.loads(result.text_result_for_llm) == [ROW]
