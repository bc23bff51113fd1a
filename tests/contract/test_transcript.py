"""What the real runtime tells of tasks, plans, forms and long outputs, as a reader sees it."""

from __future__ import annotations

from copilot_nb.protocol.form import ElicitationResult, ExitPlanModeResult
from copilot_nb.protocol.permission import approve_once
from copilot_nb.session.handlers import Handlers
from copilot_nb.testing.model import Reply
from copilot_nb.transcript.blocks import PermissionBlock
from copilot_nb.transcript.diffs import diff_lines
from copilot_nb.transcript.forms import FormBlock, PlanBlock, TodoBlock, TodoItem
from copilot_nb.transcript.whole import whole_output
from tests.behaviour.stage import WAIT, Stage, shell
from tests.unit.transcript.events import only

INSERT = "INSERT INTO todos (id, title) VALUES ('read', 'Read the data'), ('plot', 'Plot it')"
UPDATE = "UPDATE todos SET status = 'done' WHERE id = 'read'"
BEGIN = "UPDATE todos SET status = 'in_progress' WHERE id = 'plot'"
PATCH = """*** Begin Patch
*** Update File: a.txt
@@
-one
+ONE
 two
*** Add File: b.txt
+new
*** Delete File: c.txt
*** End Patch
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "colour": {"type": "string", "title": "Colour", "enum": ["red", "blue"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 5, "default": 2},
        "mail": {"type": "string", "format": "email"},
    },
    "required": ["colour"],
}


async def test_the_list_of_tasks_is_kept_up_to_date(stage: Stage) -> None:
    """The runtime keeps it in a table of its own; one block shows its newest state."""
    writes = [
        Reply(tools=[("sql", {"description": "tasks", "query": query})])
        for query in (INSERT, UPDATE, BEGIN)
    ]
    session = await stage.session(*writes, Reply("On it."))

    turn = await session.ask("Plan your work.", timeout=WAIT)

    assert only(turn.transcript, TodoBlock).items == (
        TodoItem(text="Read the data", state="done"),
        TodoItem(text="Plot it", state="running"),
    )


async def test_a_patch_asks_for_each_file_and_names_it(stage: Stage) -> None:
    """GPT models write this way: every file by itself, with what becomes of it."""
    (stage.directory / "a.txt").write_text("one\ntwo\n", encoding="utf-8")
    (stage.directory / "c.txt").write_text("bye\n", encoding="utf-8")
    session = await stage.session(
        Reply(tools=[("apply_patch", {"input": PATCH})]),
        Reply("Done."),
        config={"model": "gpt-5-codex"},
        handlers=Handlers(permission=lambda _: approve_once()),
    )

    turn = await session.ask("Change them.", timeout=WAIT)

    asked = [block for block in turn.transcript.blocks if isinstance(block, PermissionBlock)]
    assert [block.heading for block in asked] == [
        "Change a.txt? (+1 −1)",
        "Create b.txt? (+2 −0)",
        "Delete c.txt? (+0 −2)",
    ]
    (call,) = turn.tool_calls
    assert (call.title, call.language) == ("edit a.txt, create b.txt, delete c.txt", "diff")
    named = [line for line in diff_lines(call.diff) if line.startswith("diff ")]
    assert [line.rpartition("/")[2] for line in named] == ["a.txt", "b.txt", "null"]
    assert not (stage.directory / "c.txt").exists()


async def test_a_plan_is_shown_and_sent_back(stage: Stage) -> None:
    """With the runtime's own actions as buttons, and the words of the answer."""
    judged = Handlers(
        permission=lambda _: approve_once(),
        exit_plan_mode=lambda _: ExitPlanModeResult(approved=False, feedback="more tests"),
    )
    session = await stage.session(
        Reply(tools=[("exit_plan_mode", {"summary": "- read"})]), Reply("Again."), handlers=judged
    )
    await session.mode.set("plan")
    await session.plan.update("# Plan\n\n1. Read\n")

    turn = await session.ask("Plan.", timeout=WAIT)

    block = only(turn.transcript, PlanBlock)
    assert (block.summary, block.plan.strip()) == ("- read", "# Plan\n\n1. Read")
    assert (block.state, block.answer, block.by) == (
        "answered",
        "Sent back: more tests",
        "a handler",
    )
    assert [choice.id for choice in block.choices][-1] == "reject"
    assert {choice.id for choice in block.choices} <= {
        "interactive",
        "autopilot",
        "autopilot_fleet",
        "exit_only",
        "reject",
    }


async def test_a_form_has_its_fields(stage: Stage) -> None:
    """As far as the runtime passes the schema on: of a question's it drops bounds and formats."""
    sent = ElicitationResult(action="accept", content={"colour": "blue", "count": 3})
    session = await stage.session(
        Reply(tools=[("ask_user", {"message": "How?", "requestedSchema": SCHEMA})]),
        Reply("Thanks."),
        handlers=Handlers(elicitation=lambda _: sent),
        config={"ask_user_variant": "elicitation"},
    )

    turn = await session.ask("Ask.", timeout=WAIT)

    block = only(turn.transcript, FormBlock)
    assert [(field.name, field.kind) for field in block.fields] == [
        ("colour", "choice"),
        ("count", "integer"),
        ("mail", "text"),
    ]
    assert [choice.value for choice in block.fields[0].choices] == ["red", "blue"]
    assert (block.fields[0].label, block.fields[1].default) == ("Colour", 2)
    assert block.answer == "Sent: colour, count"


async def test_all_of_a_long_output_is_still_there(stage: Stage) -> None:
    """The transcript keeps its ends, the events all that the runtime passed on."""
    session = await stage.session(
        shell("for i in $(seq 3000); do echo line $i of many; done"),
        Reply("Long."),
        handlers=Handlers(permission=lambda _: approve_once()),
    )

    turn = await session.ask("Print.", timeout=WAIT)

    call = turn.transcript.tools[0]
    text = whole_output(turn.events, call.id)
    assert call.cut > 0
    assert text.startswith("line 1 of many\nline 2 of many\n")
    assert "line 1500 of many\n" in text
    assert "line 1500 of many\n" not in call.output
