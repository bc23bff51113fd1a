"""Trials on a copy of the notebook's names."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from copilot_nb.kernel.tools.code import run_scratch
from copilot_nb.notebook.permissions.answers import permission_answer
from copilot_nb.protocol.local import LocalKernelChanges
from tests.unit.data.effects.scratch import frozen

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

SETUP = """
def clean(frame):
    frame.loc[:, "a"] = 0.0
    return frame
def grow():
    xs.append(1)
def closed(kept):
    return lambda: kept.append(9)
"""


@pytest.fixture
def session(session: RecordingSession, shell: Shell) -> RecordingSession:
    """Everything is allowed; there are a table, a list, an array and functions."""
    session.answer = permission_answer("allow_once")
    xs = [1, [2]]
    array = np.arange(4.0)
    names: dict[str, Any] = {
        "df": pd.DataFrame({"a": [1.0, 2.0]}), "xs": xs, "d": {"xs": xs}, "arr": array,
        "view": array[1:], "n": 1, "it": iter(xs), "order": OrderedDict(a=1, b=2),
        "groups": defaultdict(list, a=[1]), "last": deque([1, 2], maxlen=2),
    }  # fmt: skip
    shell.user_ns.update(names)
    shell.ipython.run_cell(SETUP + "add = closed(xs)")
    return session


def notebook(shell: Shell) -> dict[str, Any]:
    """What the user's names hold."""
    kept = ("df", "xs", "d", "arr", "n", "order", "groups", "last")
    found = {name: frozen(shell.user_ns[name]) for name in kept if name in shell.user_ns}
    return found | {"names": sorted(n for n in shell.user_ns if not n.startswith("_"))}


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("df['z'] = 1; df.shape", "(2, 2)"),
        ("n = n + 1; made = n; made", "2"),
        ("xs.append(3); xs[1].append(4); len(d['xs'])", "3"),
        ("order['q'] = 3; list(order), len(order)", "(['a', 'b', 'q'], 3)"),
        ("groups['q'].append(1); dict(groups)", "{'a': [1], 'q': [1]}"),
        ("last.append(3); last", "deque([2, 3], maxlen=2)"),
        ("del n; n", "NameError: name 'n' is not defined"),
        ("clean(df)['a'].sum()", "np.float64(0.0)"),
        ("grow(); len(xs)", "3"),
        ("add(); xs[-1]", "9"),
        ("def grow():\n    return xs.pop()\ngrow()", "[2]"),
        ("import math; math.floor(1.5)", "1"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("xs = None\nraise ValueError(xs)", "ValueError: None"),
    ],
)
async def test_trials_leave_the_notebook_as_it_is(
    session: RecordingSession, shell: Shell, code: str, shown: str
) -> None:
    """They read and change copies; the model sees what came of it."""
    before = notebook(shell)

    result = await session.call(run_scratch, shell, code=code)

    assert notebook(shell) == before
    assert shown in result.text_result_for_llm
    assert [e for e in session.events if isinstance(e, LocalKernelChanges)] == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("exec('n = 2')", "unknown: runs code that is text (exec)"),
        ("!ls", "process: runs the command ls"),
        ("import os; os.environ['A'] = 'b'", "environment: "),
        ("view[0] = 1", "shares its memory with another array"),
        ("next(it)", "values of list_iterator are not copied"),
        ("import __main__; __main__.df.clear()", "__main__ is the notebook itself"),
        ("x = ", "unknown: the code cannot be read as Python (line 1)"),
    ],
)
async def test_what_cannot_be_held_back_is_refused(
    session: RecordingSession, shell: Shell, code: str, why: str
) -> None:
    """Nobody is asked; the reason stands in the result."""
    result = await session.call(run_scratch, shell, code=code)

    assert result.result_type == "failure"
    assert why in result.text_result_for_llm
    assert session.requests == []


async def test_copies_have_a_limit(session: RecordingSession, shell: Shell) -> None:
    """The same as for undo."""
    shell.user_ns["big"] = np.zeros(1_000_000)
    shell.journal.megabytes = 1

    result = await session.call(run_scratch, shell, code="big[0] = 1")

    assert "copies of 8 MB are more than the limit" in result.text_result_for_llm


async def test_values_of_a_trial_can_be_taken_over(session: RecordingSession, shell: Shell) -> None:
    """By name, as the model is told; they are in the notebook only then."""
    result = await session.call(run_scratch, shell, code="df['z'] = 1; made = 3")

    assert "not in the notebook: df, made." in result.text_result_for_llm
    assert shell.trial["made"] == 3
    assert list(shell.trial["df"]) == ["a", "z"]
    assert "made" not in shell.user_ns


async def test_a_declined_trial_does_not_run(session: RecordingSession, shell: Shell) -> None:
    """It asks like any code."""
    session.answer = permission_answer("deny")

    result = await session.call(run_scratch, shell, code="made = 1")

    assert result.result_type == "denied"
    assert session.requests[0].prompt["heading"] == "Try this code on a copy of your variables?"
    assert shell.trial == {}
