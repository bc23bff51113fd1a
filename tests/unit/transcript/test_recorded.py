"""Turns of the real runtime, as a reader sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot_nb.protocol.events import parse
from copilot_nb.transcript.blocks import (
    ErrorBlock,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TextBlock,
    ToolBlock,
    Transcript,
    Usage,
    UserInputBlock,
)
from copilot_nb.transcript.reduce import reduce
from tests.unit.transcript.events import folded, only, recorded, recorded_names, shapes

GOLDEN = Path(__file__).parents[2] / "data" / "events"


def turn(name: str) -> Transcript:
    """The whole recorded turn."""
    return folded(recorded(name))


@pytest.mark.parametrize("name", recorded_names())
def test_a_finished_turn_has_nothing_open(name: str) -> None:
    """At its end nothing runs, waits or is written any more, and the status is empty."""
    end = turn(name)

    assert end.ended
    assert end.status == ""
    assert end.open_requests == ()
    assert all(tool.state not in {"pending", "running"} for tool in end.tools)
    assert all(block.closed for block in end.blocks if isinstance(block, TextBlock))


@pytest.mark.parametrize("name", recorded_names())
def test_folding_is_a_pure_function_of_the_events(name: str) -> None:
    """The same events give the same value; nothing looks at a clock."""
    assert turn(name) == turn(name)


def test_an_answer_has_its_reasoning_before_it() -> None:
    """Reasoning and text stand in the order in which they came."""
    end = turn("plain")

    assert shapes(end) == ["reasoning", "text"]
    assert only(end, ReasoningBlock).text == "I should say hello."
    assert end.text == "Hello **there**. This is a test. "
    assert (end.prompt, end.state, end.model) == ("Do plain", "done", "fake")
    assert end.usage == Usage(
        input_tokens=100, output_tokens=20, requests=1, context_tokens=9241, context_limit=128000
    )


def test_a_command_shows_its_text_and_output() -> None:
    """A shell call has the command as title and its streamed output, without the trailer."""
    end = turn("shell")

    assert shapes(end) == ["text", "tool", "permission", "text"]
    tool = only(end, ToolBlock)
    assert (tool.name, tool.state, tool.language) == ("bash", "ok", "bash")
    assert tool.title == tool.arguments == "echo hi; echo err >&2; ls"
    assert tool.output == "err\nhi\ne.txt\n"
    permission = only(end, PermissionBlock)
    assert (permission.state, permission.answer) == ("answered", "Allowed once")
    assert permission.tool_call_id == tool.id


def test_a_command_that_fails_says_its_exit_code() -> None:
    """The runtime calls it a success; a reader does not."""
    tool = only(turn("shell_fail"), ToolBlock)

    assert (tool.state, tool.error) == ("failed", "Exit code 3")


def test_a_background_command_is_named_while_it_runs() -> None:
    """The answer ends while the command goes on; its end takes the line away."""
    events = recorded("shell_async")
    idle = next(at for at, event in enumerate(events) if event.type == "assistant.idle")

    waiting = folded(events[: idle + 1])
    end = folded(events)

    assert waiting.state == "done"
    assert waiting.blocks[-1] == NoticeBlock(
        id="notice-shell-0", text="Still running: sleep 2; echo end"
    )
    assert not any(isinstance(block, NoticeBlock) for block in end.blocks)
    assert end.tools[0].output == "end\n"
    assert end.text.endswith("It finished. ")


def test_a_denied_call_stops_the_turn() -> None:
    """A plain rejection ends the turn, and the reader is told why."""
    end = turn("deny")

    assert shapes(end) == ["tool", "permission", "notice"]
    assert end.state == "stopped"
    assert end.tools[0].state == "denied"
    assert only(end, PermissionBlock).answer == "Denied"
    assert only(end, NoticeBlock).text == "Stopped: the request was denied."


def test_a_denial_with_a_reason_lets_the_turn_go_on() -> None:
    """The reason is part of the answer."""
    end = turn("deny_feedback")

    assert end.state == "done"
    assert only(end, PermissionBlock).answer == "Denied: use ls instead"
    assert end.tools[0].error == ""


def test_file_changes_are_diffs() -> None:
    """Creating and editing show a diff, viewing shows the file, a failed edit what it wanted."""
    create, edit, view, failed = turn("files").tools

    assert create.diff.endswith("+hello\n+world")
    assert "-line two\n+LINE 2\n+LINE 2b" in edit.diff
    assert (edit.arguments, edit.output) == ("", "")
    assert (view.diff, view.output.splitlines()[0]) == ("", "line one")
    assert (failed.state, failed.error) == ("failed", "No match found")
    assert failed.arguments == "-nope\n+x"


def test_calls_without_news_for_a_reader_are_left_out() -> None:
    """What another block says, or only the runtime needs, has no card."""
    assert [tool.name for tool in turn("search").tools] == ["grep", "glob", "sql"]
    assert turn("ask").tools == ()


def test_a_call_of_ours_is_marked_as_python() -> None:
    """The runtime asks its client to run it."""
    tool = only(turn("custom"), ToolBlock)

    assert (tool.name, tool.source, tool.output) == ("mytool", "python", "answer 42")


def test_a_question_keeps_its_answer() -> None:
    """Question, choices and answer stay."""
    question = only(turn("ask"), UserInputBlock)

    assert (question.question, question.choices) == ("Which colour?", ("red", "blue"))
    assert (question.state, question.answer) == ("answered", "blue")


def test_a_failed_turn_says_what_happened_and_what_to_do() -> None:
    """The runtime's message, and a next step."""
    end = turn("error")

    assert end.state == "failed"
    assert only(end, ErrorBlock).message == "400 context too long"
    assert only(end, ErrorBlock).hint


def test_a_broken_answer_is_dropped_when_it_is_tried_again() -> None:
    """Only the second try's text stays, under a line that says so."""
    end = turn("drop")

    assert shapes(end) == ["notice", "text"]
    assert end.text == "one two three four "
    assert (
        only(end, NoticeBlock).text == "The model did not answer (streaming error); trying again."
    )


def test_an_answer_cut_by_its_length_stays() -> None:
    """There is no final message for it, only the end of the step."""
    assert turn("length").text == "First half  \n\nsecond half. "


def test_stopping_closes_what_was_open() -> None:
    """Running calls, open requests and half an answer end with the turn."""
    running, asked, writing = (turn(f"abort_{name}") for name in ("tool", "permission", "text"))

    assert running.tools[0].state == "cancelled"
    assert running.tools[0].output == "a\n"
    assert only(asked, PermissionBlock).state == "cancelled"
    assert writing.text.startswith("w0 w1 w2")
    for end in (running, asked, writing):
        assert end.state == "stopped"
        assert only(end, NoticeBlock).text == "Stopped."


def test_a_sub_agent_shows_its_calls_but_not_its_words() -> None:
    """Its calls carry its name; its text, model and idle are not the turn's."""
    end = turn("subagent")

    assert end.text == "All done. "
    assert [(tool.name, tool.agent, tool.state) for tool in end.tools] == [
        ("task", "", "ok"),
        ("bash", "looker", "ok"),
    ]
    assert end.usage.requests == 4


def test_a_path_outside_asks_twice() -> None:
    """First for the place, which can not be written down as a file, then for the file."""
    asked = [block for block in turn("outside").blocks if isinstance(block, PermissionBlock)]

    assert [block.subject for block in asked] == ["path", "read", "write"]
    assert [block.heading for block in asked] == [
        "Read outside the working folder?",
        "Read hostname?",
        "Create out.txt? (+1 −0)",
    ]


def test_every_kind_of_event_can_be_folded() -> None:
    """One of each, as the runtime wrote it; those that ask leave a block."""
    golden = [parse(json.loads(path.read_text())) for path in sorted(GOLDEN.glob("*.json"))]
    asking = {one.type for one in golden if reduce(Transcript(), one).open_requests}

    assert folded(golden).blocks
    assert asking == {
        "elicitation.requested",
        "exit_plan_mode.requested",
        "permission.requested",
        "user_input.requested",
    }
