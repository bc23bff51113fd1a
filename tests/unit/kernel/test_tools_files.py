"""The tool that looks into files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
from pyarrow import parquet

from copilot_nb.kernel.tools import files
from copilot_nb.kernel.tools.files import preview_file
from copilot_nb.notebook.permissions.subject import Subject, subject
from copilot_nb.protocol.permission import approve_once, user_not_available
from copilot_nb.session.pending import Answer
from copilot_nb.transcript.permissions import permission
from tests.unit.kernel.asking import ask, failure

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession


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
    (inside / "deep.json").write_text("[" * 100_000)
    (inside / "wide.csv").write_text('"' + "x" * 200_000)
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
    told = await ask(session, shell, preview_file, path=name, rows=2)

    assert told[0] == f"{name}: {(folder / name).stat().st_size:,} bytes"
    assert told[1:] == lines


@pytest.mark.parametrize("name", ["missing.csv", "bad.json"])
@pytest.mark.usefixtures("folder")
async def test_file_that_cannot_be_read(session: RecordingSession, shell: Shell, name: str) -> None:
    """The reason is told."""
    assert (await failure(session, shell, preview_file, path=name)).startswith(
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
    allowed = await ask(session, shell, preview_file, path="../outside.txt")

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

    assert await failure(session, shell, preview_file, path="pipe.csv") == "'pipe.csv' is no file."


@pytest.mark.timeout(20, method="thread")  # the other method uses the timer itself
@pytest.mark.usefixtures("folder")
async def test_reading_has_a_time_limit(
    session: RecordingSession, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that never ends does not hold the kernel."""

    def never(*_: object) -> str:
        while True:
            pass

    monkeypatch.setattr(files, "preview", never)
    monkeypatch.setattr(files, "LOOK_SECONDS", 0.05)

    told = await failure(session, shell, preview_file, path="a.csv")

    assert told.startswith("'a.csv' cannot be read: ")


@pytest.mark.parametrize("name", ["deep.json", "wide.csv"])
async def test_a_hostile_file_is_a_failure_in_words(
    session: RecordingSession, shell: Shell, folder: Path, name: str
) -> None:
    """Too deep or too wide for its reader."""
    assert "cannot be read" in await failure(session, shell, preview_file, path=name)
