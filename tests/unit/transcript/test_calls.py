"""Tool calls, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.blocks import (
    ImageOutput,
    TextOutput,
    ToolBlock,
)
from copilot_nb.transcript.reduce import reduce
from copilot_nb.views.static import to_text
from tests.unit.transcript.events import after, event, only

if TYPE_CHECKING:
    from copilot_nb.protocol.events import SessionEvent

START = event(
    "tool.execution_start", 1, toolCallId="c", toolName="bash", arguments={"command": "ls"}
)


def ended(at: float = 3, call: str = "c", **data: Any) -> SessionEvent:
    """The end of a call."""
    return event("tool.execution_complete", at, toolCallId=call, **{"success": True, **data})


def written(piece: str, name: str = "run_code", agent: str = "") -> SessionEvent:
    """A piece of a call's arguments."""
    return event(
        "assistant.tool_call_delta", agent=agent, toolCallId="c", toolName=name, inputDelta=piece
    )


def test_a_call_without_a_title_is_named_by_what_it_changed() -> None:
    """What it was given says nothing in one line."""
    patch = {"input": "*** Begin Patch\n+x"}
    edits = [{"path": "a.py", "kind": "create"}, {"path": "b.py", "kind": "delete"}]

    turn = after(
        event("tool.execution_start", toolCallId="c", toolName="apply_patch", arguments=patch),
        event("tool.execution_complete", toolCallId="c", success=True, fileEdits=edits),
    )

    assert only(turn, ToolBlock).title == "create a.py, delete b.py"


def test_code_shows_while_the_model_writes_it() -> None:
    """Arguments grow with every piece, and never show half of JSON."""
    turn = after(written('{"code": "import pandas'))
    grown = reduce(turn, written(" as pd\\ndf"))
    whole = reduce(grown, written('"}'))

    assert [only(each, ToolBlock).arguments for each in (turn, grown, whole)] == [
        "import pandas",
        "import pandas as pd\ndf",
        "import pandas as pd\ndf",
    ]
    assert whole.status == "Preparing run_code"
    assert only(whole, ToolBlock).title == "import pandas as pd …"


def test_pieces_after_the_start_are_ignored() -> None:
    """The call that runs is the one that was announced."""
    turn = after(START, written('{"command": "rm'))

    assert only(turn, ToolBlock).arguments == "ls"


def test_a_hidden_call_is_hidden_from_its_first_piece() -> None:
    """The question that it asks is a block of its own."""
    start = event("tool.execution_start", toolCallId="c", toolName="ask_user", arguments={})

    assert after(written('{"q', "ask_user"), start, ended()).blocks == ()


def test_a_call_is_timed_from_its_permission() -> None:
    """The time that somebody took to decide is not the call's."""
    turn = after(
        START,
        event(
            "permission.requested",
            1,
            requestId="r",
            permissionRequest={"kind": "shell", "toolCallId": "c", "fullCommandText": "ls"},
        ),
        event("permission.completed", 40, requestId="r", result={"kind": "approved"}),
        ended(41.5),
    )

    assert only(turn, ToolBlock).seconds == 1.5


def test_running_calls_are_the_status() -> None:
    """One by name, several by number."""
    other = event("tool.execution_start", toolCallId="d", toolName="view", arguments={})

    assert after(START).status == "Running bash"
    assert after(START, other).status == "Running 2 tools"


def test_an_mcp_call_names_its_server() -> None:
    """Under the server's own name for the tool."""
    turn = after(
        event(
            "tool.execution_start",
            toolCallId="c",
            toolName="mini-add",
            mcpServerName="mini",
            mcpToolName="add",
            arguments={"a": 1},
        )
    )

    tool = only(turn, ToolBlock)
    assert (tool.name, tool.source, tool.arguments) == ("add", "mcp:mini", '{\n  "a": 1\n}')


def test_a_tool_says_how_its_call_is_shown() -> None:
    """What it leaves empty stays, and a kernel tool stays one though the runtime asks us."""
    details = event("local.tool_details", toolCallId="c", title="x", source="kernel")
    external = event("external_tool.requested", requestId="r", toolCallId="c", toolName="bash")

    tool = only(after(START, details, external), ToolBlock)

    assert (tool.title, tool.arguments, tool.language, tool.source) == ("x", "ls", "bash", "kernel")


def test_events_of_unknown_calls_change_nothing() -> None:
    """Such as calls of an earlier turn, or hidden ones."""
    turn = after()

    for kind, data in (
        ("external_tool.requested", {"requestId": "r", "toolCallId": "c"}),
        ("local.tool_details", {"toolCallId": "c"}),
        ("tool.shell_output", {"toolCallId": "c", "text": "x"}),
        ("tool.execution_partial_result", {"toolCallId": "c", "partialOutput": "x"}),
        ("tool.execution_progress", {"toolCallId": "c", "progressMessage": "x"}),
        ("local.kernel_output", {"toolCallId": "c", "output": {"kind": "text", "text": "x"}}),
        ("tool.execution_complete", {"toolCallId": "c", "success": True}),
        ("system.notification", {"kind": {"type": "shell_completed", "shellId": "9"}}),
    ):
        assert reduce(turn, event(kind, **data)) is turn, kind


def test_output_is_clean_and_grows() -> None:
    """Escape sequences go, also those cut in two; a carriage return overwrites its line."""
    pieces = ("\x1b[31mred\x1b", "[0m\n10%\r", "20%\rdone\n")
    outputs = [event("tool.shell_output", toolCallId="c", text=piece) for piece in pieces]

    tool = only(after(START, *outputs), ToolBlock)

    assert tool.output == "red\ndone\n"


def test_a_whole_output_counts_only_where_none_is_streamed() -> None:
    """The runtime sends both for shells."""
    whole = event("tool.execution_partial_result", toolCallId="c", partialOutput="all\x07")
    piece = event("tool.shell_output", toolCallId="c", text="piece")

    assert only(after(START, whole), ToolBlock).output == "all"
    assert only(after(START, piece, whole), ToolBlock).output == "piece"


def test_progress_shows_until_the_end() -> None:
    """One line, gone when there is a result."""
    progress = event("tool.execution_progress", toolCallId="c", progressMessage="50 %\nmore")

    assert only(after(START, progress), ToolBlock).progress == "50 % …"
    assert only(after(START, progress, ended()), ToolBlock).progress == ""


def test_kernel_output_is_kept_in_order_and_text_joined() -> None:
    """Rich output takes the place of the text that the model got; unknown kinds are left out."""

    def shown(**output: object) -> SessionEvent:
        return event("local.kernel_output", toolCallId="c", output=output)

    tool = only(
        after(
            START,
            shown(kind="text", text="one\n", stream="stdout"),
            shown(kind="text", text="two\n", stream="stdout"),
            shown(kind="hologram", data="x"),
            shown(kind="image", data="QUJD", mime="image/png"),
            shown(kind="text", text="42", stream="result"),
            ended(result={"content": "for the model"}),
        ),
        ToolBlock,
    )

    assert tool.output == ""
    assert tool.outputs == (
        TextOutput(text="one\ntwo\n"),
        ImageOutput(data="QUJD"),
        TextOutput(text="42", stream="result"),
    )


def test_the_envelope_for_the_model_is_not_shown() -> None:
    """A reader sees the data that is in it."""
    content = "<notebook-data 0aff: x. This is data.>\nframe 2 x 3\n</notebook-data 0aff>"

    assert only(after(START, ended(result={"content": content})), ToolBlock).output == "frame 2 x 3"


@pytest.mark.parametrize(
    ("error", "state", "shown"),
    [
        ({"message": "no", "code": "failure"}, "failed", "no"),
        ({"message": "late", "code": "timeout"}, "failed", "late"),
        ({"message": "denied by rules", "code": "denied"}, "denied", "denied by rules"),
        (None, "failed", "Failed without a reason."),
    ],
)
def test_a_call_that_fails_says_why(error: dict[str, str] | None, state: str, shown: str) -> None:
    """In the words of the runtime."""
    tool = only(after(START, ended(success=False, error=error)), ToolBlock)

    assert (tool.state, tool.error) == (state, shown)


def test_a_call_may_end_without_a_result() -> None:
    """Success is enough."""
    assert only(after(START, ended()), ToolBlock).state == "ok"


def test_a_background_command_ends_on_its_own_card() -> None:
    """Its exit code makes the card fail later."""
    started = ended(result={"content": "<command started in background with shellId: 7>"})
    end = event(
        "system.notification", kind={"type": "shell_completed", "shellId": "7", "exitCode": 2}
    )
    other = event("system.notification", kind={"type": "other", "shellId": "7"})

    turn = after(START, started)
    waiting = reduce(turn, other)
    tool = only(reduce(waiting, end), ToolBlock)

    assert waiting is turn
    assert (only(turn, ToolBlock).output, turn.memory.shells) == ("", {"7": "c"})
    assert (tool.state, tool.error) == ("failed", "Exit code 2")


def test_a_lost_background_card_is_not_named() -> None:
    """A shell whose card is not of this turn has nothing to say."""
    started = ended(result={"content": "<command started in background with shellId: 7>"})
    turn = after(START, started)

    assert reduce(turn.drop({"c"}), event("assistant.idle")).blocks == ()


def test_a_sub_agents_work_shows_on_its_call() -> None:
    """How many calls it made while it runs, and why it failed; unknown agents have a name too."""
    done = event("subagent.completed", agent="a", toolCallId="c", totalToolCalls=2)
    one = event("subagent.completed", agent="a", toolCallId="c", totalToolCalls=1)
    none = event("subagent.completed", agent="a", toolCallId="c")
    failed = event("subagent.failed", agent="a", toolCallId="c", error="lost")
    lost = event("subagent.failed", agent="a", toolCallId="z", error="lost")
    turn = after(START)

    assert only(reduce(turn, done), ToolBlock).progress == "2 tool calls"
    assert only(reduce(turn, one), ToolBlock).progress == "1 tool call"
    assert reduce(turn, none) is turn
    assert only(reduce(turn, failed), ToolBlock).error == "lost"
    assert reduce(turn, lost) is turn
    assert only(after(written('{"code": "1', agent="a")), ToolBlock).agent == "sub-agent"


def test_a_sub_agent_without_a_name_is_one() -> None:
    """Its calls never look like the agent's own."""
    started = event("subagent.started", agent="a", toolCallId="c")

    assert only(after(started, written("{", agent="a")), ToolBlock).agent == "sub-agent"


def test_a_call_that_a_rule_denies_says_which() -> None:
    """Not how the runtime tells it; the text of the notebook says it too."""
    error = {"message": "Denied by preToolUse hook: The user has a rule.", "code": "denied"}

    turn = after(
        event("tool.execution_start", toolCallId="c", toolName="add"),
        event("tool.execution_complete", toolCallId="c", success=False, error=error),
    )

    call = only(turn, ToolBlock)
    assert (call.state, call.error) == ("denied", "The user has a rule.")
    assert to_text(turn).startswith("> add (not allowed)\n\n> The user has a rule.")
