"""On the real runtime: what a turn changed is told, and taken back, in the kernel and in files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython.core.getipython import get_ipython

from copilot_nb.magics.commands.undo import diff, undo
from copilot_nb.notebook.undo import FORGOTTEN
from copilot_nb.session.client import Client
from copilot_nb.testing.model import Reply, ScriptedModel
from copilot_nb.transcript.blocks import PermissionBlock
from tests.unit.conftest import running_shell
from tests.unit.notebook.conftest import Talk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks

__all__ = ["running_shell"]

FRAME = {"station": ["Brocken", "Hel", None], "temp": [1.5, None, 3.0]}
CODE = "clean = df.dropna()\ndf['gap'] = df['temp'].isna()\nlen(clean)"


class RealTalk(Talk):
    """A conversation on the real runtime."""

    def __init__(self, model: ScriptedModel, folder: Path, cli_path: Path) -> None:
        environ = {
            "COPILOT_NB_PROVIDER": model.url,
            "COPILOT_NB_MODEL": "scripted",
            "COPILOT_NB_VIEW": "static",
            "COPILOT_NB_STATE": str(folder / ".state"),
        }
        super().__init__(None, environ)  # type: ignore[arg-type]  # nothing in memory here
        self._own = {"cli_path": cli_path, "copilot_home": folder / ".home"}

    def _client(self, **options: Any) -> Client:
        return Client(**{**options, **self._own})


@pytest.fixture
async def real(
    running_shell: Any,
    model: ScriptedModel,
    cli_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RealTalk]:
    """A notebook with a table, in a folder with a file; every request is allowed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPILOT_NB_RULES", str(tmp_path / ".rules.toml"))
    (tmp_path / "notes.md").write_text("old\n")
    running_shell.user_ns["df"] = pd.DataFrame(FRAME)
    made = RealTalk(model, tmp_path, cli_path)
    asked: set[str] = set()

    def allow(transcript: Transcript, callbacks: Callbacks) -> None:
        for request in transcript.open_requests:
            if request.id not in asked:
                asked.add(request.id)
                callbacks.answer(request.id, {"choice": "allow_once"})

    made.watcher = allow
    yield made
    await made.conversation.close()
    for name in ("df", "clean"):
        running_shell.user_ns.pop(name, None)


def names() -> dict[str, Any]:
    """The user's names."""
    shell: Any = get_ipython()
    found: dict[str, Any] = shell.user_ns
    return found


async def test_code_changes_are_told_and_taken_back(real: RealTalk, model: ScriptedModel) -> None:
    """Consequences before, changes after, and the very frame again after `%copilot undo`."""
    before = names()["df"]
    model.script += [Reply(tools=[("run_code", {"code": CODE})]), Reply("Done.")]

    turn = await real.conversation.run("Find the gaps.")

    request = next(b for b in turn.transcript.blocks if isinstance(b, PermissionBlock))
    assert [(e.kind, e.text) for e in request.effects] == [
        ("creates", "`clean`"),
        ("changes", "`df` (3 × 2)"),
    ]
    call = turn.transcript.tools[0]
    assert call.changes == ("`df` 3 × 2 → 3 × 3, + `gap`", "new `clean` (1 × 2)")
    assert call.undo == "offered"
    assert str(await diff.function(real.conversation)).splitlines() == list(call.changes)
    assert str(await undo.function(real.conversation)).splitlines() == [
        "Taking back `clean = df.dropna() …` of turn 1:",
        "`df` is back: 3 × 2.",
        "`clean` is gone again.",
    ]
    assert names()["df"] is before
    assert before.equals(pd.DataFrame(FRAME))
    assert "clean" not in names()


async def test_a_whole_turn_is_taken_back_with_its_files(
    real: RealTalk, model: ScriptedModel, tmp_path: Path
) -> None:
    """Two runs and a file; afterwards the conversation does not know the prompt any more."""
    notes = tmp_path / "notes.md"
    edit = {"path": str(notes), "old_str": "old", "new_str": "new"}
    model.script += [
        Reply("Hello."),
        Reply(tools=[("run_code", {"code": "df = df.dropna()"})]),
        Reply(tools=[("run_code", {"code": "df['x'] = 1"})]),
        Reply(tools=[("edit", edit)]),
        Reply("Done."),
        Reply("Again."),
    ]
    await real.conversation.run("Hello?")
    await real.conversation.run("Change everything.")
    changed = notes.read_text()
    shown = str(await diff.function(real.conversation))

    told = str(await undo.function(real.conversation, turn=True))

    assert changed == "new\n"
    assert "`df` 3 × 2 → 1 × 2" in shown
    assert "+new" in shown
    assert notes.read_text() == "old\n"
    assert names()["df"].equals(pd.DataFrame(FRAME))
    assert "notes.md is as it was." in told
    assert "The conversation is back to before the prompt." in told
    assert str(await undo.function(real.conversation, turn=True)) == FORGOTTEN
    await real.conversation.run("What now?")
    said = str(model.requests[-1]["messages"])
    assert "Hello?" in said
    assert "Change everything." not in said
