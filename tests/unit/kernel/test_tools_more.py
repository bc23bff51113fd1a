"""The tools that look into tables, objects, figures and files."""

from __future__ import annotations

import datetime
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
from matplotlib.figure import Figure
from pyarrow import parquet

from copilot_nb.data import columns
from copilot_nb.data.frames import frame_of
from copilot_nb.data.images import image_output
from copilot_nb.kernel.tools.cells import propose_cell, recent_cells
from copilot_nb.kernel.tools.figures import get_figure
from copilot_nb.kernel.tools.files import preview_file
from copilot_nb.kernel.tools.frames import (
    column_statistics,
    compare_frames,
    correlations,
    missing_values,
    preview_rows,
    value_counts,
)
from copilot_nb.kernel.tools.objects import inspect_object, list_packages
from copilot_nb.kernel.tools.variables import search_variables
from copilot_nb.notebook.subject import Subject, subject
from copilot_nb.protocol.permission import approve_once, user_not_available
from copilot_nb.session.pending import Answer
from copilot_nb.session.tools import FunctionTool, to_result
from copilot_nb.transcript.permissions import permission
from tests.unit.kernel.test_tools import data_of

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

DATA: dict[str, list[Any]] = {
    "city": ["Paris", "Lyon", "Paris", None],
    "n": [1, 2, 3, 4],
    "x": [1.5, None, 2.5, 3.5],
}
LIBRARIES = [pd.DataFrame, pl.DataFrame, pa.table]
every_library = pytest.mark.parametrize("make", LIBRARIES, ids=["pandas", "polars", "pyarrow"])


async def _ask(
    session: RecordingSession, shell: Shell, tool: FunctionTool[Any, Any], **arguments: Any
) -> list[str]:
    result = await session.call(tool, shell, **arguments)
    assert result.result_type == "success", result.text_result_for_llm
    return data_of(result.text_result_for_llm)


async def _failure(
    session: RecordingSession, shell: Shell, tool: FunctionTool[Any, Any], **arguments: Any
) -> str:
    result = await session.call(tool, shell, **arguments)
    assert result.result_type == "failure"
    return result.text_result_for_llm


@every_library
async def test_rows_from_the_middle(session: RecordingSession, shell: Shell, make: Any) -> None:
    """A window of rows and columns, with the whole's size."""
    shell.user_ns["df"] = make(DATA)

    lines = await _ask(session, shell, preview_rows, name="df", start=1, rows=2, only=("n", "city"))

    assert [line.split(" | ")[-2:] for line in lines[:-1]] == [
        ["n", "city"],
        ["2", "Lyon"],
        ["3", "Paris"],
    ]
    assert lines[-1] == "[of 4 rows × 3 columns]"


async def test_rows_behind_the_end(session: RecordingSession, shell: Shell) -> None:
    """There are none, and that is no error."""
    shell.user_ns["df"] = pd.DataFrame(DATA)

    assert len(await _ask(session, shell, preview_rows, name="df", start=99)) == 2


@every_library
async def test_numbers_of_a_column(session: RecordingSession, shell: Shell, make: Any) -> None:
    """Mean, deviation, quartiles; missing values are left out and counted."""
    shell.user_ns["df"] = make(DATA)

    lines = await _ask(session, shell, column_statistics, name="df", column="x")

    assert lines[1:] == [
        "Values: 3, missing: 1",
        "Mean: 2.5, standard deviation: 1",
        "Minimum: 1.5, quartiles: 2, 2.5, 3, maximum: 3.5",
    ]


@every_library
async def test_counts_of_a_column(session: RecordingSession, shell: Shell, make: Any) -> None:
    """Text columns are counted."""
    shell.user_ns["df"] = make(DATA)

    statistics = await _ask(session, shell, column_statistics, name="df", column="city")
    counts = await _ask(session, shell, value_counts, name="df", column="city", limit=1)

    assert statistics[1:] == [
        "Values: 3, missing: 1",
        "Distinct: 2",
        "Most frequent: Paris (2), Lyon (1)",
    ]
    assert counts == ["2 distinct values, 1 missing", "Paris: 2 (66.7%)", "… 1 more"]


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ([], ["Values: 0, missing: 0"]),
        ([None, None], ["Values: 0, missing: 2"]),
        ([True, False, True], ["Values: 3, missing: 0", "Distinct: 2"]),
        ([1, "a"], ["Values: 2, missing: 0", "Distinct: 2"]),
        ([[1], [1], {"k": 2}], ["Values: 3, missing: 0", "Distinct: 2"]),
    ],
)
def test_statistics_of_odd_columns(values: list[object], lines: list[str]) -> None:
    """Empty, all missing, mixed and nested columns are counted without an error."""
    frame = frame_of(pd.DataFrame({"c": pd.Series(values, dtype=object)}))
    assert frame is not None

    assert columns.statistics(columns.sample(frame, 0))[: len(lines)] == lines


def test_numbers_are_the_same_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that only uses pyarrow may not have numpy in use."""
    values = columns.Sample([3, 1, 2.5, 7], 0, 1)
    with_numpy = columns.statistics(values)

    monkeypatch.delitem(sys.modules, "numpy")

    assert columns.statistics(values) == with_numpy


def test_statistics_of_dates() -> None:
    """Dates have a first and a last one."""
    days = [pd.Timestamp("2026-01-01"), pd.NaT, pd.Timestamp("2026-03-01")]
    for frame in (
        frame_of(pd.DataFrame({"d": days})),
        frame_of(pl.DataFrame({"d": [datetime.date(2026, 1, 1), None, datetime.date(2026, 3, 1)]})),
    ):
        assert frame is not None
        last = columns.statistics(columns.sample(frame, 0))[-1]
        assert last.startswith("From ")
        assert "2026-01-01" in last or "2026, 1, 1" in last


def test_objects_are_counted_without_their_code() -> None:
    """Neither `hash` nor `==` of unknown objects is called."""

    class Hostile:
        def __hash__(self) -> int:
            raise AssertionError("hashed")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

    frame = frame_of(pd.DataFrame({"o": pd.Series([Hostile(), Hostile()], dtype=object)}))
    assert frame is not None

    assert list(columns.counted(columns.sample(frame, 0)).values()) == [2]


def test_long_columns_are_sampled_and_it_is_said() -> None:
    """Of more rows than the limit every n-th is taken."""
    frame = frame_of(pd.DataFrame({"n": range(100)}))
    assert frame is not None

    taken = columns.sample(frame, 0, rows=30)

    assert taken.present[:3] == [0, 4, 8]
    assert taken.note == "(from every 4th row)"


@every_library
async def test_missing_values_by_column(session: RecordingSession, shell: Shell, make: Any) -> None:
    """Only columns with gaps are listed, the worst first."""
    shell.user_ns["df"] = make(DATA | {"y": [None, None, 1, 2]})

    lines = await _ask(session, shell, missing_values, name="df")

    assert lines == ["y: 2 (50.0%)", "city: 1 (25.0%)", "x: 1 (25.0%)"]


@every_library
async def test_strongest_correlations_first(
    session: RecordingSession, shell: Shell, make: Any
) -> None:
    """Numeric columns are paired; gaps are left out pairwise, constants have no correlation."""
    shell.user_ns["df"] = make(
        {"a": [1, 2, 3, 4], "b": [2.0, 4.0, None, 8.0], "c": [4, 1, 3, 2], "one": [1, 1, 1, 1]}
    )

    lines = await _ask(session, shell, correlations, name="df")

    assert lines[0] == "a ~ b: +1.000"
    assert len(lines) == 3
    assert not any("one" in line for line in lines)


async def test_two_frames_compared(session: RecordingSession, shell: Shell) -> None:
    """Sizes, columns of only one, and types that differ."""
    shell.user_ns.update(
        a=pd.DataFrame({"k": [1], "old": [1]}), b=pd.DataFrame({"k": [1.0, 2.0], "new": [1, 2]})
    )

    assert await _ask(session, shell, compare_frames, left="a", right="b") == [
        "a: DataFrame, 1 rows × 2 columns",
        "b: DataFrame, 2 rows × 2 columns",
        "Only in a: old",
        "Only in b: new",
        "k: int64 in a, float64 in b",
    ]


async def test_wrong_names_are_helped(session: RecordingSession, shell: Shell) -> None:
    """A wrong column, and a variable that is no table, say what there is."""
    shell.user_ns.update(df=pd.DataFrame(DATA), n=3)

    column = await _failure(session, shell, value_counts, name="df", column="citi")
    number = await _failure(session, shell, preview_rows, name="n")

    assert column == "There is no column 'citi'; there is 'city'."
    assert number == "'n' is no table but int 3; use describe_variable."


async def test_variables_are_searched(session: RecordingSession, shell: Shell) -> None:
    """Names, types and column labels are looked through."""
    shell.user_ns.update(df=pd.DataFrame(DATA), capacity=3, z=np.zeros(2))

    assert await _ask(session, shell, search_variables, text="CITY") == [
        "df: DataFrame, 4 rows × 3 columns; columns city",
        "capacity: int 3",
    ]
    none = await session.call(search_variables, shell, text="qq")
    assert none.text_result_for_llm == "Nothing in the notebook is called 'qq'."


async def test_function_of_the_notebook(session: RecordingSession, shell: Shell) -> None:
    """Signature, documentation and source of what a cell defined."""
    await shell.run('def gap(a, b=2):\n    """How far."""\n    return b - a', lambda _: None)

    lines = await _ask(session, shell, inspect_object, name="gap")

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

    assert (await _ask(session, shell, inspect_object, name=name))[0].startswith(beginning)


async def test_unknown_object(session: RecordingSession, shell: Shell) -> None:
    """The part that is missing is named."""
    shell.user_ns["json"] = json

    assert await _failure(session, shell, inspect_object, name="json.dmups") == (
        "'json.dmups' cannot be found: there is no dmups. Did you mean 'json'?"
    )


async def test_packages_are_listed(session: RecordingSession, shell: Shell) -> None:
    """Names and versions."""
    lines = await _ask(session, shell, list_packages, pattern="PANDAS")

    assert f"pandas {pd.__version__}" in lines


async def test_no_cell_before_this_one(session: RecordingSession, shell: Shell) -> None:
    """The first cell has none before it; an empty proposal is an error."""
    none = await session.call(recent_cells, shell)

    assert none.text_result_for_llm == "No cell has been run before this one."
    assert await _failure(session, shell, propose_cell, code=" ") == "The cell would be empty."


async def test_figure_of_a_variable(session: RecordingSession, shell: Shell) -> None:
    """The model sees a figure that a variable holds; an empty or wrong one is an error."""
    figure = Figure()
    figure.subplots().plot([1, 2])
    shell.user_ns.update(fig=figure, empty=Figure(), n=1)

    result = await session.call(get_figure, shell, name="fig")

    assert result.binary_results_for_llm is not None
    assert result.text_result_for_llm.startswith("[figure, ")
    for name in ("empty", "n"):
        told = await _failure(session, shell, get_figure, name=name)
        assert told == f"{name!r} is no matplotlib figure with something on it."


async def test_no_figure_shown_yet(session: RecordingSession, shell: Shell) -> None:
    """That is said."""
    assert await _failure(session, shell, get_figure) == (
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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebook's working directory, with files."""
    inside = tmp_path / "work"
    inside.mkdir()
    monkeypatch.chdir(inside)
    (inside / "a.csv").write_text("city;n\nParis;1\nLyon;2\nNice;3\n")
    (inside / "a.tsv").write_text("one\n")
    (inside / "a.json").write_text('[{"a": 1}, {"a": 2}]')
    (inside / "b.json").write_text('{"k": [1, 2]}')
    (inside / "c.json").write_text("5")
    (inside / "bad.json").write_text("{")
    (inside / "a.txt").write_text("one\ntwo\nthree\n")
    (inside / "a.bin").write_bytes(b"\0\1")
    parquet.write_table(pa.table({"n": [1, 2, 3]}), inside / "a.parquet")
    (tmp_path / "outside.txt").write_text("secret\n")
    return inside


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("a.csv", ["2 columns, separated by ';'", "city | n", "Paris | 1", "Lyon | 2"]),
        ("a.tsv", ["1 columns, separated by '\\t'", "one"]),
        ("a.json", ["list of 2", "{'a': 1}", "{'a': 2}"]),
        ("b.json", ["object of 1", "k: [1, 2]"]),
        ("c.json", ["5"]),
        ("a.txt", ["one", "two", "…"]),
        ("a.bin", ["A binary file."]),
        ("a.parquet", ["3 rows; columns:", "  n: int64", "n", "1", "2"]),
    ],
)
async def test_beginning_of_a_file(
    session: RecordingSession, shell: Shell, folder: Path, name: str, lines: list[str]
) -> None:
    """Size, form and first rows of each kind."""
    told = await _ask(session, shell, preview_file, path=name, rows=2)

    assert told[0] == f"{name}: {(folder / name).stat().st_size:,} bytes"
    assert told[1:] == lines


@pytest.mark.parametrize("name", ["missing.csv", "bad.json"])
@pytest.mark.usefixtures("folder")
async def test_file_that_cannot_be_read(session: RecordingSession, shell: Shell, name: str) -> None:
    """The reason is told."""
    assert (await _failure(session, shell, preview_file, path=name)).startswith(
        f"{name!r} cannot be read: "
    )


async def test_files_elsewhere_are_asked_for(
    session: RecordingSession, shell: Shell, folder: Path
) -> None:
    """Outside of the working directory the user decides; links are followed first."""
    (folder / "link.txt").symlink_to(folder.parent / "outside.txt")
    session.answer = Answer(user_not_available())

    denied = await session.call(preview_file, shell, path="link.txt")
    session.answer = Answer(approve_once())
    allowed = await _ask(session, shell, preview_file, path="../outside.txt")

    assert (denied.result_type, "secret" in denied.text_result_for_llm) == ("denied", False)
    assert allowed[-1] == "secret"
    assert [r.prompt["kind"] for r in session.requests] == ["read", "read"]
    assert [subject(r) for r in session.requests] == [
        Subject("read", str(folder.parent / "outside.txt"))
    ] * 2


@pytest.mark.parametrize("name", [".env", ".git/config", "sub/../.env"])
async def test_hidden_files_are_asked_for(
    session: RecordingSession, shell: Shell, folder: Path, name: str
) -> None:
    """Keys live in them; what is asked names the file."""
    (folder / ".git").mkdir()
    (folder / "sub").mkdir()
    for file in (".env", ".git/config"):
        (folder / file).write_text("KEY=secret")
    session.answer = Answer(user_not_available())

    denied = await session.call(preview_file, shell, path=name)

    assert (denied.result_type, "secret" in denied.text_result_for_llm) == ("denied", False)
    (request,) = session.requests
    block = permission(request.id, request.prompt)
    assert block.body == str((folder / name).resolve())


async def test_a_pipe_is_no_file(session: RecordingSession, shell: Shell, folder: Path) -> None:
    """Nobody writes into it: reading would stop the kernel."""
    os.mkfifo(folder / "pipe.csv")

    assert await _failure(session, shell, preview_file, path="pipe.csv") == "'pipe.csv' is no file."


def test_pictures_are_read_from_their_header() -> None:
    """Sizes come from the PNG itself; other data has none."""
    assert image_output(b"not a picture").width is None
