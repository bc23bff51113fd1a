"""Calls that run in the kernel: changes, undo, and the list of tasks."""

from __future__ import annotations

from typing import Any

from copilot_nb.transcript.blocks import NoticeBlock, TextOutput, ToolBlock
from copilot_nb.transcript.cuts import LIMIT
from copilot_nb.transcript.forms import TodoBlock, TodoItem
from copilot_nb.transcript.kernel_calls import LINES
from copilot_nb.transcript.reduce import reduce
from copilot_nb.transcript.tasks import TASKS
from tests.unit.transcript.events import after, event, only, shapes

CALL = event("tool.execution_start", toolCallId="c", toolName="run_code", arguments={"code": "x"})
CHANGES = event("local.kernel_changes", toolCallId="c", lines=["`df` 3\n→ 2 rows"], undoable=True)


def rows(*tasks: tuple[str, str]) -> dict[str, Any]:
    """The runtime's table of tasks."""
    return {"rows": [{"id": title, "title": title, "status": status} for title, status in tasks]}


def test_changes_stand_on_their_call() -> None:
    """A line each, and whether they can be taken back."""
    block = only(after(CALL, CHANGES), ToolBlock)

    assert (block.changes, block.undo) == (("`df` 3 → 2 rows",), "offered")


def test_what_was_taken_back_is_said() -> None:
    """On the call, and in words where there are any."""
    silent = after(CALL, CHANGES, event("local.undone", toolCallId="c"))
    told = after(CALL, CHANGES, event("local.undone", toolCallId="c", lines=["df", "not x"]))

    assert only(silent, ToolBlock).undo == "done"
    assert shapes(silent) == ["tool"]
    assert only(told, NoticeBlock).text == "Taken back: df; not x"


def test_states_of_a_line_overwrite_each_other() -> None:
    """Wherever their pieces end, for each stream by itself; nothing is left waiting."""
    pieces = [("10%\r", "stderr"), ("a\x1b[3", "stdout"), ("1mb\n", "stdout"), ("20%", "stderr")]
    printed = [
        event(
            "local.kernel_output",
            toolCallId="c",
            output={"kind": "text", "text": text, "stream": stream},
        )
        for text, stream in pieces
    ]

    turn = after(CALL, *printed)

    texts = [out.text for out in only(turn, ToolBlock).outputs if isinstance(out, TextOutput)]
    assert texts == ["10%", "ab\n", "20%"]
    assert not turn.memory.tails


def test_a_cut_output_says_how_much_there_was() -> None:
    """All that was printed can be asked for, and is counted."""
    whole = "x" * (LIMIT + 1)
    printed = [
        event("local.kernel_output", toolCallId="c", output={"kind": "text", "text": text})
        for text in ("first\n", whole)
    ]

    assert only(after(CALL, printed[0]), ToolBlock).cut == 0
    assert only(after(CALL, *printed), ToolBlock).cut == len("first\n") + len(whole)


def test_there_is_an_end_to_changes() -> None:
    """A thousand new names are counted."""
    many = event("local.kernel_changes", toolCallId="c", lines=["x"] * (LINES + 3))

    block = only(after(CALL, many), ToolBlock)

    assert (len(block.changes), block.changes[-1], block.undo) == (LINES + 1, "… 3 more", "")


def test_changes_of_unknown_calls_change_nothing() -> None:
    """Such as those of an earlier turn."""
    turn = after()

    assert reduce(turn, CHANGES) is turn
    assert reduce(turn, event("local.undone", toolCallId="c")) is turn


def test_the_list_of_tasks_stays_in_its_place() -> None:
    """The newest state, where the first one stood."""
    first = event("local.todos", **rows(("Read", "pending"), ("Plot", "odd")))
    later = event("local.todos", **rows(("Read", "done"), ("Plot", "in_progress")))

    turn = after(first, CALL, later)

    assert shapes(turn) == ["todo", "tool"]
    assert only(turn, TodoBlock).items == (
        TodoItem(text="Read", state="done"),
        TodoItem(text="Plot", state="running"),
    )
    assert reduce(turn, later) is turn


def test_an_empty_list_is_none() -> None:
    """It goes when the last task goes; rows without a text are passed over."""
    some = event("local.todos", **rows(("Read", "blocked")))
    none = event("local.todos", rows=[{"status": "done"}])

    assert shapes(after(some, none)) == []
    assert shapes(after(none)) == []


def test_there_is_an_end_to_tasks() -> None:
    """What is left out is counted."""
    many = event("local.todos", rows=[{"id": f"t{at}"} for at in range(TASKS + 2)])

    items = only(after(many), TodoBlock).items

    assert (len(items), items[0].text, items[-1].text) == (TASKS + 1, "t0", "… 2 more")
