"""What explain and fix ask about, and what they see through without the agent."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.magics.commands.fix import question
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


def test_explain_knows_what_is_meant() -> None:
    """A cell by its number, the newest without a word, else a name or words."""
    typed = ("", "12", "f()", "@plot", "df why?", "df.a", "df?", "df.groupby()", "the code above")

    assert [question(what, {"f", "df"}) for what in typed] == [
        "Explain the code of @_.",
        "Explain what the code of @cell:12 does.",
        "Explain what @f() does.",
        "Explain @plot.",
        "Explain @df: why?",
        "Explain @df.a.",
        "Explain @df.",
        "Explain what @df.groupby() does.",
        "Explain the code above.",
    ]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("statoins", "stations"),
        ("Stations?", "stations"),
        ("statoins.groupby", "stations.groupby"),
        ("statoins()", "stations()"),
        ("enumerte", "enumerate"),
        ("panda.DataFrame", "pandas.DataFrame"),
    ],
)
def test_explain_does_not_ask_about_a_slip_of_the_pen(typed: str, nearest: str) -> None:
    """The names that it may mean are shown, and how to ask about the word all the same."""
    with pytest.raises(UsageError, match="in the notebook") as caught:
        question(typed, {"stations", "pandas"})

    assert f"Did you mean {nearest}?" in caught.value.hint
    assert f"`%copilot ask Explain {typed.rstrip('?')}`" in caught.value.hint


@pytest.mark.parametrize(
    "topic", ["regression", "sorted", "lambda", "statoins of the railway", "KeyError", "p-value"]
)
def test_explain_asks_about_topics(topic: str) -> None:
    """Words that are near no name, are Python's own, or are several."""
    assert question(topic, {"stations", "keyerrors", "p_values"}) == f"Explain {topic}."


async def test_explain_asks_about_files_by_their_names(talk: Talk, tmp_path: Path) -> None:
    """Of the folder, with their endings."""
    (tmp_path / "stations.csv").write_text("name\nA\n")

    await say(talk, "explain stations.csv")

    assert "name" in talk.told
    assert "Explain @stations.csv." in talk.told


async def test_explain_knows_the_modules_and_variables_of_the_notebook(
    talk: Talk, running_shell: Any
) -> None:
    """A slip ends before anything starts or is sent; modules are explained as what they are."""
    running_shell.user_ns.update(statistics=statistics, stations=[1])

    with pytest.raises(UsageError, match="There is no 'statistic' in the notebook") as caught:
        await say(talk, "explain statistic.mean")
    assert "Did you mean statistics.mean or" in caught.value.hint
    assert talk.starts == []

    await say(talk, "explain statistics.mean")
    assert "Explain @statistics.mean." in talk.told
    assert "arithmetic mean" in talk.told


async def test_fix_without_an_error_says_what_to_do(talk: Talk) -> None:
    """There is nothing to send."""
    with pytest.raises(UsageError, match="No cell has failed") as caught:
        await say(talk, "fix")

    assert "`%copilot fix`" in caught.value.hint
