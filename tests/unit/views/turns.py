"""A turn with a block of every kind."""

from __future__ import annotations

from dataclasses import replace

from copilot_nb.transcript.blocks import (
    ErrorBlock,
    ImageOutput,
    NoticeBlock,
    PermissionBlock,
    ReasoningBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    Usage,
    UserInputBlock,
)
from copilot_nb.transcript.permissions import permission

DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4"
    "2mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CODE = "gaps = df.isna().sum()\ngaps.plot()"
DIFF = (
    "diff --git a/p/load.py b/p/load.py\nindex 000..000 100644\n--- a/p/load.py\n+++ b/p/load.py\n"
    "@@ -1,2 +1,2 @@\n df = read()\n-df = df.dropna()\n+df = df.asfreq('h')"
)


def answered(block: PermissionBlock, answer: str, by: str = "you") -> PermissionBlock:
    """A request that somebody has answered."""
    return replace(block, state="answered", answer=answer, by=by)


SHELL = {"kind": "commands", "fullCommandText": "pytest -q", "intention": "Run the tests"}
KERNEL_CODE = {"kind": "kernel-code", "body": CODE, "intention": "Find gaps"}
WRITE = {"kind": "write", "fileName": "/p/load.py", "diff": DIFF, "intention": "Edit file"}

FULL = Transcript(
    prompt="Which stations have gaps?",
    state="done",
    model="big-model",
    label="demo model",
    usage=Usage(input_tokens=12345, output_tokens=678, cached_tokens=9000, requests=3, cost=1.5),
    seconds=12.5,
    blocks=(
        ReasoningBlock(id="id-reasoning", text="First *look*.", closed=True, seconds=4.25),
        TextBlock(id="id-text", text="## Gaps\n\nI look at `df`.", closed=True),
        ToolBlock(
            id="id-code",
            name="run_code",
            title="gaps = df.isna().sum() …",
            arguments=CODE,
            language="python",
            state="ok",
            source="kernel",
            seconds=1.5,
            outputs=(
                TextOutput(text="three gaps\n"),
                TableOutput(columns=("n",), rows=(("Halden", "88"),), caption="1 row × 1 column"),
                ImageOutput(data=DOT, alt="Gaps per month", width=300),
                TextOutput(text="slow!", stream="stderr"),
            ),
        ),
        answered(permission("id-p1", KERNEL_CODE, tool_call_id="id-code"), "Allowed once"),
        ToolBlock(
            id="id-bash",
            name="bash",
            title="pytest -q",
            arguments="pytest -q",
            language="bash",
            state="failed",
            output="1 failed\n",
            error="Exit code 1",
        ),
        answered(permission("id-p2", SHELL, tool_call_id="id-bash"), "Allowed for this session"),
        ToolBlock(id="id-edit", name="edit", title="/p/load.py", state="ok", diff=DIFF),
        answered(permission("id-p3", WRITE, tool_call_id="id-edit"), "Allowed once", "a rule"),
        ToolBlock(id="id-view", name="view", title="/p/old.py", state="cancelled", agent="scout"),
        answered(
            permission("id-p4", {"kind": "commands", "fullCommandText": "rm -r data"}),
            "Denied: keep it",
        ),
        UserInputBlock(
            id="id-question",
            question="Fill them?",
            choices=("Yes", "No"),
            state="answered",
            answer="No",
            by="you",
        ),
        NoticeBlock(id="id-notice", text="The model is now two."),
        NoticeBlock(id="id-warning", text="MCP server web failed.", level="warning"),
        TextBlock(id="id-end", text="Done.", closed=True),
    ),
)

FAILED = Transcript(
    state="failed",
    blocks=(
        ErrorBlock(
            id="id-error",
            message="Authentication failed.",
            hint="See `%copilot provider`.",
            details="HTTP 401\nunauthorized",
        ),
    ),
)

WAITING = Transcript(
    state="running",
    status="Waiting for you",
    blocks=(
        ToolBlock(id="c", name="bash", title="pytest -q", arguments="pytest -q", state="running"),
        permission("p", {**SHELL, "workingDirectory": "/p"}, tool_call_id="c"),
        UserInputBlock(id="q", question="Which?", choices=("a", "b")),
        UserInputBlock(id="free", question="Why?"),
    ),
)
