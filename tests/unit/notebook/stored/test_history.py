"""Turns by number, stored conversations as turns, and files made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from copilot_nb.errors import UsageError
from copilot_nb.notebook.stored import history as room
from copilot_nb.notebook.stored.cells import code_of
from copilot_nb.notebook.stored.export import checked, export, write
from copilot_nb.notebook.stored.history import transcripts
from copilot_nb.protocol.events import parse
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import (
    ImageOutput,
    NoticeBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk

CODE = ToolBlock(id="2", name="run_code", arguments="x = 1", state="ok", output="ran")
DENIED = ToolBlock(id="3", name="run_code", arguments="y = 2", state="denied")
SERVERS = ToolBlock(id="4", name="run_code", arguments="z = 3", state="ok", source="mcp:other")
TURN = Transcript(
    prompt="Set x.\nNow!",
    blocks=(TextBlock(id="1", text="So **this**:"), CODE, DENIED, SERVERS),
    state="done",
    model="m",
)


async def test_turns_are_found_by_their_number(talk: Talk) -> None:
    """From 1; 0 is the newest, -1 the one before it."""
    await talk.conversation.run("One?")
    await talk.conversation.run("Two?")
    history = talk.conversation.history

    assert [(each.number, each.transcript.prompt) for each in history] == [(1, "One?"), (2, "Two?")]
    assert [history.get(number).number for number in (1, 2, 0, -1)] == [1, 2, 2, 1]
    assert [turn.prompt for turn in history.turns] == ["One?", "Two?"]
    with pytest.raises(UsageError, match="There is no turn 3 in this notebook") as caught:
        history.get(3)
    assert caught.value.hint == "It has 2 so far; `%copilot history` lists them."


async def test_old_turns_give_up_their_events(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they came to stays."""
    monkeypatch.setattr(room, "KEPT", 1)
    talk.fake.script = [Reply("First."), Reply("Second.")]
    await talk.conversation.run("One?")
    await talk.conversation.run("Two?")
    history = talk.conversation.history

    assert [turn.prompt for turn in history.turns] == ["Two?"]
    assert [each.transcript.text for each in history] == ["First.", "Second."]


def test_a_notebook_without_turns_says_so(talk: Talk) -> None:
    """Instead of counting from nothing, and says what to do."""
    with pytest.raises(UsageError) as caught:
        talk.conversation.history.get(0)

    assert caught.value.message == "There is no turn in this notebook."
    assert caught.value.hint.startswith("It has none yet: ask with `%%copilot`")


def event(kind: str, **data: Any) -> Any:
    """An event as it is stored."""
    return parse({"type": kind, "id": data.get("content", kind), "data": data})


def test_a_stored_conversation_is_a_turn_for_each_prompt_of_a_person() -> None:
    """What the runtime itself says in between belongs to the turn before."""
    found = transcripts(
        [
            event("session.start", sessionId="s"),
            event("user.message", content="One?"),
            event("assistant.message", messageId="1", content="First."),
            event("user.message", content="", source="autopilot"),
            event("assistant.message", messageId="2", content="More."),
            event("user.message", content="Two?"),
        ]
    )

    assert [(turn.prompt, turn.text, turn.state) for turn in found] == [
        ("One?", "First.\n\nMore.", "done"),
        ("Two?", "", "done"),
    ]


def test_markdown_quotes_the_prompt() -> None:
    """And has the turn as text below it."""
    text = export((TURN, TURN), "markdown")

    assert text.startswith("> Set x.\n> Now!\n\nSo **this**:")
    assert text.count("\n---\n") == 1


def test_html_takes_nothing_for_html() -> None:
    """It is one page without scripts."""
    text = export((Transcript(prompt="<b>", blocks=TURN.blocks, state="done"),), "html")

    assert "&lt;b&gt;" in text
    assert "<strong>this</strong>" in text
    assert "<script" not in text


def test_a_notebook_has_the_code_that_ran_as_cells() -> None:
    """What was denied did not run, and what a server's tool of that name did is another thing."""
    notebook = json.loads(export((TURN,), "ipynb"))

    assert code_of(TURN) == ("x = 1",)
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]] == [
        ("markdown", "> Set x.\n> Now!"),
        ("markdown", "So **this**:"),
        ("code", "x = 1"),
    ]
    assert notebook["nbformat"] == 4


def test_a_notebook_has_what_the_code_gave() -> None:
    """Text, tables and pictures as outputs of their cell, and what a person added on the way."""
    shown = (
        TextOutput(text="a\n"),
        TextOutput(text="careful\n", stream="stderr"),
        TextOutput(text="7", stream="result"),
        TableOutput(columns=("n",), rows=(("Ulm", "<1"),), caption="1 row"),
        ImageOutput(data="aGk=", alt="A plot"),
    )
    blocks = (replace(CODE, outputs=shown), NoticeBlock(id="5", text="You added: And y"), CODE)

    text = export((Transcript(prompt="Go", blocks=blocks, state="done"),), "ipynb")

    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]  # has no types
    nbformat.validate(notebook)
    _, code, added, told = notebook["cells"]
    printed, warned, result, table, picture = code["outputs"]
    assert (printed["name"], printed["text"]) == ("stdout", "a\n")
    assert (warned["name"], warned["text"]) == ("stderr", "careful\n")
    assert result["data"] == {"text/plain": "7"}
    assert "<th>Ulm</th><td>&lt;1</td>" in table["data"]["text/html"]
    assert table["data"]["text/plain"] == " | n\nUlm | <1"
    assert picture["data"] == {"image/png": "aGk=", "text/plain": "A plot"}
    assert added["source"] == "> You added: And y"
    assert told["outputs"][0]["text"] == "ran"


def test_json_is_for_programs() -> None:
    """Prompt, answer, calls and usage."""
    (found,) = json.loads(export((TURN,), "json"))

    assert (found["prompt"], found["text"], found["model"]) == ("Set x.\nNow!", "So **this**:", "m")
    assert [call["state"] for call in found["tool_calls"]] == ["ok", "denied", "ok"]


def test_a_file_is_not_overwritten_by_accident(tmp_path: Path) -> None:
    """Its ending says the format, unless a format is given."""
    there = tmp_path / "x.md"
    there.write_text("mine")

    assert checked(str(tmp_path / "y.ipynb"), "", force=False) == "ipynb"
    assert checked(str(there), "json", force=True) == "json"
    with pytest.raises(UsageError, match="is there already"):
        checked(str(there), "", force=False)
    with pytest.raises(UsageError, match="The format of 'x' is not known"):
        checked("x", "", force=False)
    with pytest.raises(UsageError, match="cannot be written"):
        write(str(tmp_path / "no" / "x.md"), (TURN,), "markdown")
