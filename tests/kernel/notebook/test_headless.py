"""A notebook that runs without a person: nbclient decides by policy, and the output says so."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat.v4
import pytest

from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.testing.model import ScriptedModel

COMMAND = Reply(tools=[("bash", {"command": "echo hi > x.txt", "description": "say hi"})])
RULES = """
[[rule]]
kind = "shell"
matches = "echo hi > x.txt"
decision = "allow"
[[answer]]
question = "colour"
answer = "blue"
"""


@pytest.fixture
def environ(
    model: ScriptedModel, cli_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """What the notebook's process sees; its folder."""
    model.script, model.requests = [], []
    monkeypatch.setenv("COPILOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COPILOT_CLI_PATH", str(cli_path))
    monkeypatch.setenv("COPILOT_NB_PROVIDER", model.url)
    monkeypatch.setenv("COPILOT_NB_MODEL", "scripted")
    monkeypatch.delenv("COPILOT_NB_POLICY", raising=False)
    return tmp_path


def run(folder: Path, *cells: str) -> list[str]:
    """Execute a notebook with `jupyter execute`; what each cell shows, in all its forms."""
    path = write(folder, *cells)

    done = execute(path)

    assert done.returncode == 0, done.stderr
    written = path.read_text(encoding="utf-8")
    notebook = json.loads(written)
    nbformat.validate(notebook)
    assert "widget" not in written
    return ["\n".join(map(_text, cell["outputs"])) for cell in notebook["cells"][1:]]


def write(folder: Path, *cells: str) -> Path:
    """Make a notebook that loads the extension and has those cells."""
    path = folder / "notebook.ipynb"
    notebook: Any = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]  # nbformat's
    for source in ("%load_ext copilot_nb", *cells):
        cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]  # nbformat's
        notebook.cells.append(cell)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def execute(path: Path) -> subprocess.CompletedProcess[str]:
    """Run it in place, as a person or a CI job does."""
    return subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", "--inplace", path],
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _text(output: dict[str, Any]) -> str:
    forms = output.get("data", {"text/plain": output.get("text", "")})
    return "\n".join("".join(form) for form in forms.values())


def test_nbclient_denies_and_says_so(environ: Path, model: ScriptedModel) -> None:
    """Nothing waits, nothing runs, and the notebook tells how to allow it."""
    model.script = [COMMAND, Reply("Then not.")]

    (shown,) = run(environ, "%%copilot\nWrite it.")

    assert (
        "Denied by the headless policy (COPILOT_NB_POLICY=allow or a rules file can allow it): "
        "echo hi > x.txt"
    ) in shown
    assert "Then not." in shown
    assert not (environ / "x.txt").exists()


def test_rules_decide_visibly(
    environ: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a rule allows runs, what an answer answers is told, and the output names the file."""
    (environ / "rules.toml").write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("COPILOT_NB_POLICY", "rules.toml")
    question = {"question": "Which colour?", "choices": ["red", "blue"]}
    model.script = [COMMAND, Reply(tools=[("ask_user", question)]), Reply("Blue.")]

    (shown,) = run(environ, "%%copilot\nWrite it.")

    assert "Allowed by rule allow shell 'echo hi > x.txt' in rules.toml: echo hi > x.txt" in shown
    assert "answer in rules.toml" in shown
    assert "User selected: blue" in str(model.requests[-1]["messages"])
    assert (environ / "x.txt").read_text() == "hi\n"


def test_an_error_stops_the_run(environ: Path, model: ScriptedModel) -> None:
    """The next cell does not run, and what is reported says why without our traceback."""
    model.script = [Reply(status=400, body={"error": {"message": "context too long"}})]
    path = write(environ, "%%copilot\nFail.", "open('ran', 'w').close()")

    done = execute(path)

    assert done.returncode != 0
    assert "The turn failed: " in done.stderr
    assert "context too long" in done.stderr
    assert "copilot_nb/notebook" not in done.stderr
    assert not (environ / "ran").exists()


def test_stored_turns_are_shown_where_their_folder_is_named(
    environ: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run needs neither a model nor a runtime."""
    monkeypatch.setenv("COPILOT_NB_TURNS", "turns")
    model.script = [Reply("Hello, stored.")]
    run(environ, "%%copilot\nGreet me.")
    monkeypatch.setenv("COPILOT_CLI_PATH", str(environ / "nowhere"))

    (shown,) = run(environ, "%%copilot\nGreet me.")

    assert "Nobody was asked and nothing ran." in shown
    assert "Hello, stored." in shown
    assert len(model.requests) == 1
