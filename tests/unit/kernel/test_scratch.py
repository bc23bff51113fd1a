"""Trials on a copy of the notebook's names."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict, deque
from enum import Enum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from copilot_nb.data.copies import copied_together
from copilot_nb.data.effects.analysis import Consequences
from copilot_nb.data.stored import NotCopiedError
from copilot_nb.kernel.scratch import scratch
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


class Model:
    """A class of a package."""

    def __init__(self) -> None:
        self.steps: list[int] = []


class Key:
    """A class of a package whose objects are told apart by code of its own."""

    def __hash__(self) -> int:
        self.hashed = getattr(self, "hashed", 0) + 1
        return self.hashed


class Table(pd.DataFrame):
    """A package's table."""


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
        "line": np.linspace(0, 1, 3), "mat": np.arange(6).reshape(2, 3).T,
        "cells": pd.DataFrame({"l": [[1], [2]]}), "box": np.array([[1], None], dtype=object),
        "ds": xr.Dataset({"v": ("x", np.zeros(2))}, attrs={"k": [1]}), "np": np,
        "models": {"one": Model()}, "ns": SimpleNamespace(b=[1]), "rng": np.random.default_rng(1),
        "kinds": {(1, "a"): [1], "b": {(2,)}}, "geo": Table({"a": [1, 2]}), "part": array[2:3],
        "shared": [iter(xs)], "keyed": {Key(): "k"}, "these": {Key()},
    }  # fmt: skip
    shell.user_ns.update(names)
    shell.ipython.run_cell(SETUP + "add = closed(xs)")
    return session


def notebook(shell: Shell) -> dict[str, Any]:
    """What the user's names hold."""
    kept = (
        "df",
        "xs",
        "d",
        "arr",
        "n",
        "order",
        "groups",
        "last",
        "line",
        "mat",
        "cells",
        "geo",
        "kinds",
    )
    found = {name: frozen(shell.user_ns[name]) for name in kept if name in shell.user_ns}
    if "ds" in shell.user_ns:
        names = shell.user_ns
        found["ds"] = str(names["ds"].to_dict())
        found["objects"] = str((names["box"].tolist(), vars(names["models"]["one"]), names["ns"]))
        found["rng"] = str(names["rng"].bit_generator.state)
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
        ("view[0] = 9; arr.tolist(), part", "([0.0, 9.0, 2.0, 3.0], array([2.]))"),
        ("arr[2] = 9; view, part", "(array([1., 9., 3.]), array([9.]))"),
        ("line[0] = 5; line", "array([5. , 0.5, 1. ])"),
        ("mat[0, 1] = 9; mat.tolist()", "[[0, 9], [1, 4], [2, 5]]"),
        ("cells.loc[0, 'l'].append(7); cells['l'].tolist()", "[[1, 7], [2]]"),
        ("box[0].append(7); box.tolist()", "[[1, 7], None]"),
        ("tmp = ds.copy(); tmp['v'][0] = 9; float(tmp['v'].sum())", "9.0"),
        ("ds.isel(x=0)['v'][...] = 5; ds.attrs['k'].append(2); ds.attrs", "{'k': [1, 2]}"),
        ("ds['w'] = ds.v * 2; list(ds)", "['v', 'w']"),
        ("models['one'].steps.append(1); models['one'].steps", "[1]"),
        ("ns.b.append(4); ns", "namespace(b=[1, 4])"),
        ("rng.random() == np.random.default_rng(1).random()", "True"),
        ("geo['z'] = 1; list(geo), type(geo).__name__", "(['a', 'z'], 'Table')"),
        ("kinds[1, 'a'].append(2); kinds", "{(1, 'a'): [1, 2], 'b': {(2,)}}"),
        ("kinds['b'].add(3); len(kinds['b'])", "2"),
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
        ("next(it)", "it: values of list_iterator are not copied"),
        ("shared.append(1)", "shared: values of list_iterator are not copied"),
        ("keyed.clear()", "keyed: its keys are objects"),
        ("these.clear()", "these: its keys are objects"),
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


async def test_a_dataset_too_large_to_copy_cannot_be_written(
    session: RecordingSession, shell: Shell
) -> None:
    """It can be read; what would be written into it through something else is an error."""
    shell.user_ns["big"] = xr.Dataset({"v": ("x", np.zeros(200_000))})
    shell.journal.megabytes = 1

    read = await session.call(run_scratch, shell, code="float(big['v'].mean())")
    made = scratch(shell.user_ns, Consequences(reads=frozenset({"big"})), room=1e6)

    assert "0.0" in read.text_result_for_llm
    with pytest.raises(ValueError, match="destination is"):
        made["big"].copy()["v"][0] = 9


async def test_figures_of_the_notebook_are_put_aside(
    session: RecordingSession, shell: Shell
) -> None:
    """What a trial draws is drawn on its own figures, which are shown and gone afterwards."""
    figure, axes = plt.subplots()
    shell.user_ns.update({"plt": plt, "ax": axes, "axs": np.array([axes])})

    drawn = await session.call(run_scratch, shell, code="plt.title('oops'); plt.plot([1, 2])")
    refused = [
        await session.call(run_scratch, shell, code=code)
        for code in ("df.plot(ax=ax)", "axs[0].set_title('oops')")
    ]

    assert "[picture, " in drawn.text_result_for_llm
    assert (axes.get_title(), len(axes.lines), plt.gcf()) == ("", 0, figure)
    assert plt.get_fignums() == [figure.number]
    assert ["figures are not copied" in each.text_result_for_llm for each in refused] == [True] * 2
    plt.close(figure)


async def test_trials_at_once_leave_open_figures(session: RecordingSession, shell: Shell) -> None:
    """One waits for the other before figures are put aside."""
    figure = plt.figure()
    shell.user_ns["plt"] = plt
    code = "import asyncio; plt.figure(); await asyncio.sleep(0); len(plt.get_fignums())"

    both = await asyncio.gather(*(session.call(run_scratch, shell, code=code) for _ in range(2)))

    assert [result.text_result_for_llm.count("\n1\n") for result in both] == [1, 1]
    assert plt.get_fignums() == [figure.number]
    plt.close(figure)


async def test_large_copies_leave_no_doubt(session: RecordingSession, shell: Shell) -> None:
    """What is too large to be compared whole is not said to have changed: its copy has."""
    shell.user_ns["big"] = np.zeros(1_000_000)

    await session.call(run_scratch, shell, code="big[0] = 1")

    assert [e for e in session.events if isinstance(e, LocalKernelChanges)] == []
    assert shell.journal.runs == []


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


def test_copying_asks_no_key_for_its_hash() -> None:
    """A dict that holds the same under them is copied as a whole, any other not at all."""

    class Key(Enum):
        ONE = 1

        def __hash__(self) -> int:
            asked.append(1)
            return 1

    asked: list[int] = []
    plain, nested, these = {Key.ONE: 1}, {(1, (Key.ONE,)): [1]}, {Key.ONE}
    asked.clear()

    made = copied_together({"plain": plain, "these": these})

    assert [list(made["plain"]), list(made["these"])] == [[Key.ONE], [Key.ONE]]
    assert made["plain"] is not plain
    with pytest.raises(NotCopiedError, match="its keys are objects"):
        copied_together({"nested": nested})
    assert asked == []
