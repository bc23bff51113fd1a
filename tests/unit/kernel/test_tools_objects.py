"""The tools that look into objects, cells and figures, and results of the user's own."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from copilot_nb.data.images import image_output
from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.kernel.tools.cells import propose_cell, recent_cells
from copilot_nb.kernel.tools.figures import get_figure
from copilot_nb.kernel.tools.objects import inspect_object, list_packages
from copilot_nb.session.tools import to_result
from tests.unit.kernel.asking import ask, failure
from tests.unit.kernel.test_tools import data_of

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

DATA: dict[str, list[Any]] = {
    "city": ["Paris", "Lyon", "Paris", None],
    "n": [1, 2, 3, 4],
    "x": [1.5, None, 2.5, 3.5],
}


async def test_function_of_the_notebook(session: RecordingSession, shell: Shell) -> None:
    """Signature, documentation and source of what a cell defined."""
    await shell.run('def gap(a, b=2):\n    """How far."""\n    return b - a', lambda _: None)

    lines = await ask(session, shell, inspect_object, name="gap")

    assert lines == [
        "function gap(a, b=2)",
        "",
        "How far.",
        "",
        "Source:",
        "def gap(a, b=2):",
        '    """How far."""',
        "    return b - a",
    ]


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("json", "module json"),
        ("json.dumps", "function json.dumps(obj, *, skipkeys=False"),
        ("json.JSONDecoder", "class json.JSONDecoder("),
        ("p.name", "function p.name(self)"),
        ("p.exists", "function p.exists(self"),
        ("Path.cwd", "function Path.cwd(cls)"),
        ("p", "p: pathlib."),
    ],
)
async def test_dotted_names(
    session: RecordingSession, shell: Shell, name: str, beginning: str
) -> None:
    """Modules, classes, methods and properties are found, not run."""
    shell.user_ns.update(json=json, Path=Path, p=Path("/nowhere"))

    assert (await ask(session, shell, inspect_object, name=name))[0].startswith(beginning)


async def test_unknown_object(session: RecordingSession, shell: Shell) -> None:
    """The part that is missing is named."""
    shell.user_ns["json"] = json

    assert await failure(session, shell, inspect_object, name="json.dmups") == (
        "'json.dmups' cannot be found: there is no dmups. Did you mean 'json'?"
    )


async def test_packages_are_listed(session: RecordingSession, shell: Shell) -> None:
    """Names and versions."""
    lines = await ask(session, shell, list_packages, pattern="PANDAS")

    assert f"pandas {pd.__version__}" in lines


async def test_no_cell_before_this_one(session: RecordingSession, shell: Shell) -> None:
    """The first cell has none before it; an empty proposal is an error."""
    none = await session.call(recent_cells, shell)

    assert none.text_result_for_llm == "No cell has been run before this one."
    assert await failure(session, shell, propose_cell, code=" ") == "The cell would be empty."


async def test_a_proposed_cell_hides_nothing(session: RecordingSession, shell: Shell) -> None:
    """Nobody is asked before it stands there, and in an editor it would read as other code."""
    said = await failure(session, shell, propose_cell, code="ok = 1  # \u202e;gnitide rof")

    assert "escapes" in said
    assert not getattr(shell.ipython, "rl_next_input", None)


async def test_figure_of_a_variable(session: RecordingSession, shell: Shell) -> None:
    """The model sees a figure that a variable holds; an empty or wrong one is an error."""
    figure = Figure()
    figure.subplots().plot([1, 2])
    shell.user_ns.update(fig=figure, empty=Figure(), n=1)

    result = await session.call(get_figure, shell, name="fig")

    assert result.binary_results_for_llm is not None
    assert result.text_result_for_llm.startswith("[figure, ")
    for name in ("empty", "n"):
        told = await failure(session, shell, get_figure, name=name)
        assert told == f"{name!r} is no matplotlib figure with something on it."


async def test_no_figure_shown_yet(session: RecordingSession, shell: Shell) -> None:
    """That is said."""
    assert await failure(session, shell, get_figure) == (
        "The user's cells have shown 0 pictures so far."
    )


def test_results_of_the_users_own_tools() -> None:
    """Tables, figures and pictures become what the model reads; the rest is JSON."""
    figure = Figure()
    figure.subplots().plot([1, 2])

    assert data_of(to_result(pd.DataFrame(DATA)).text_result_for_llm)[-1] == "[4 rows × 3 columns]"
    assert to_result(figure).binary_results_for_llm is not None
    assert to_result({"a": {1}, "o": object}).text_result_for_llm == (
        '{"a": [1], "o": "<class builtins.object>"}'
    )


def test_pictures_are_read_from_their_header() -> None:
    """Sizes come from the PNG itself; other data has none."""
    assert image_output(b"not a picture").width is None


async def test_figure_for_a_model_that_does_not_see(
    session: RecordingSession, shell: Shell
) -> None:
    """It is told, instead of a picture that never arrives."""
    shell.user_ns["fig"] = Figure()
    shell.sees = False

    assert "not known to see" in await failure(session, shell, get_figure, name="fig")


async def test_a_withheld_variable_is_not_inspected(
    session: RecordingSession, shell: Shell
) -> None:
    """Neither it nor a part of it: a number would stand in the text."""
    shell.user_ns["vault"] = SimpleNamespace(pin=4711)
    shell.privacy = Privacy((PrivacyRule("deny", "vault", variable=True),))

    for name in ("vault", "vault.pin"):
        assert "withheld" in await failure(session, shell, inspect_object, name=name)
