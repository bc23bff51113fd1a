"""Tables that code shows: whole on the screen, by the privacy rules for the model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.kernel.shown import ShownTables
from copilot_nb.kernel.tools.code import run_code, run_scratch
from copilot_nb.notebook.permissions.answers import permission_answer
from tests.unit.data.test_hostile import touched, trap
from tests.unit.kernel.asking import ask

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

RULES = Privacy((PrivacyRule("deny", "df.salary"), PrivacyRule("mask", "name")))
PEOPLE = {"salary": [10, 20, 30], "name": ["Ann", "Bob", "Zoe"], "age": [41, 42, 43]}
SHORT = ("10", "20", "30", "Ann", "Bob", "Zoe")


@pytest.fixture
def people(shell: Shell, session: RecordingSession) -> Shell:
    """A table with withheld columns of short values; all code is allowed."""
    session.answer = permission_answer("allow_once")
    shell.privacy = RULES
    shell.user_ns["df"] = pd.DataFrame(PEOPLE)
    shell.user_ns["pdf"] = pl.DataFrame(PEOPLE)
    return shell


@pytest.mark.parametrize(
    "code",
    [
        "df",
        "display(df)",
        "from IPython.display import display\nfor _ in range(2): display(df)",
        "df.head(2)",
        "part = df[['salary', 'age', 'name']]\npart",
        "def look(): return df.copy()\nlook()",
        "df.salary",
        "df.set_index('name')",
        "df.set_index('salary')",
        "eval('df.copy()')",
    ],
)
async def test_a_table_that_is_shown_is_masked_for_the_model(
    session: RecordingSession, people: Shell, code: str
) -> None:
    """By the names of its columns, as what the kernel tools read; also a part without a name."""
    told = " ".join(await ask(session, people, run_code, code=code))

    assert "•••" in told
    assert not any(value in told.split() for value in SHORT)


async def test_the_screen_shows_it_whole(session: RecordingSession, people: Shell) -> None:
    """It is the person's own table; what goes to the model is in its place, between the texts."""
    told = await ask(session, people, run_code, code="print('a'); display(df); print('b'); pdf")

    shown: list[Any] = [event for event in session.events if hasattr(event, "output")]
    tables = [event.output for event in shown if event.output["kind"] == "table"]
    assert tables[0]["rows"][0] == ("0", "10", "Ann", "41")
    assert told[:3] == ["a", " | salary | name | age", "0 | ••• | ••• | 41"]
    # `pdf` is another variable: of it only what any table's rule says is held back.
    assert told[6:9] == ["b", "salary | name | age", "10 | ••• | 41"]


async def test_a_trial_masks_what_it_shows(session: RecordingSession, people: Shell) -> None:
    """Its tables are copies of the notebook's: what counts is what the code reads."""
    result = await session.call(run_scratch, people, code="df['age'] += 1\ndf")

    assert "0 | ••• | ••• | 42" in result.text_result_for_llm.splitlines()


async def test_without_rules_a_table_is_told_as_it_is(
    session: RecordingSession, people: Shell
) -> None:
    """Nothing stands between."""
    people.privacy = Privacy()

    assert (await ask(session, people, run_code, code="df"))[1] == "0 | 10 | Ann | 41"


async def test_of_too_many_tables_the_last_are_left_out(
    session: RecordingSession, people: Shell
) -> None:
    """The ones that are told are still those that are shown."""
    code = "for n in range(45): display(df.assign(age=n))"
    told = await ask(session, people, run_code, code=code)

    assert "0 | ••• | ••• | 39" in told
    assert told[-1].startswith("[table left out")


def test_nothing_is_run_of_what_stands_in_a_cell() -> None:
    """Of a number of another class only the number is noted, without its sign."""
    number = type("Number", (float,), {"__abs__": trap("abs"), "__hash__": trap("hash")})
    other = type("Other", (), {"__class__": property(trap("class"))})
    table = pd.DataFrame({"odd": pd.Series([number(-51.5000012345), other()], dtype=object)})
    tables = ShownTables(rules=RULES, variables={"t": table})
    formatter = SimpleNamespace(format=lambda *_, **__: None)
    capture: Any = SimpleNamespace(takes=lambda: True)
    touched.clear()

    with tables.taken(SimpleNamespace(display_formatter=formatter), capture):
        formatter.format(table)

    assert tables.exact == {"51.5": {51.5000012345}}
    assert touched == []
