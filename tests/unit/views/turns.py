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
from copilot_nb.transcript.choices import plan_choices
from copilot_nb.transcript.forms import (
    FieldChoice,
    FormBlock,
    FormField,
    PlanBlock,
    SignInBlock,
    TodoBlock,
    TodoItem,
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

COLOUR = FormField(
    name="colour",
    kind="choice",
    label="Colour",
    required=True,
    choices=(FieldChoice(value="r", label="Red"), FieldChoice(value="b", label="Blue")),
)
FORM = FormBlock(
    id="id-form",
    heading="How shall it look?",
    source="paint",
    fields=(
        COLOUR,
        FormField(name="n", kind="integer", label="Lines", description="How many."),
        FormField(name="mail", kind="text", label="Mail", format="email"),
        FormField(name="grid", kind="boolean", label="Grid"),
        FormField(name="x", kind="text", label="Title"),
    ),
    warnings=("3 more fields are not shown.",),
)
PLAN = PlanBlock(
    id="id-plan",
    summary="Two *steps*.",
    plan="# Plan\n\n1. Read\n2. Plot",
    choices=plan_choices(["interactive", "autopilot"]),
)
SIGN_IN = SignInBlock(
    id="id-sign-in", host="github.com", url="https://github.com/login/device", code="AB12-CD34"
)
TODO = TodoBlock(
    id="todos",
    items=(
        TodoItem(text="Read", state="done"),
        TodoItem(text="Plot", state="running"),
        TodoItem(text="Write"),
        TodoItem(text="Send", state="blocked"),
    ),
)
EFFECTS = [{"kind": "overwrites", "text": "df (3 x 2)"}, {"kind": "files", "text": "a.csv"}]
RUN = permission(
    "id-run", {**KERNEL_CODE, "details": {"effects": EFFECTS, "editable": True}}, tool_call_id="c"
)

ASKING = Transcript(
    state="running", status="Waiting for you", blocks=(FORM, PLAN, SIGN_IN, TODO, RUN)
)
"""A turn in which every other kind of request is open."""

ANSWERED = Transcript(
    state="done",
    model="big-model",
    sent="index (31 names), 20 rows of `df`",
    usage=Usage(
        input_tokens=1000,
        output_tokens=200,
        reasoning_tokens=150,
        context_tokens=32_000,
        context_limit=128_000,
        credits=1.25,
        cost=1,
        requests=1,
    ),
    blocks=(
        replace(FORM, state="answered", answer="Sent: colour, n", by="you"),
        replace(PLAN, state="answered", answer="Approved", by="you"),
        replace(SIGN_IN, state="cancelled"),
        TODO,
        ToolBlock(
            id="c",
            name="run_code",
            title="gaps = df.isna().sum() …",
            arguments=CODE,
            language="python",
            state="ok",
            changes=("`df` 3 → 2 rows", "+ `gaps`"),
            undo="done",
        ),
        answered(RUN, "Allowed once, edited"),
        NoticeBlock(id="id-notice", text="`df` is large.", details="8,760 rows\n12 columns"),
    ),
)
"""The same after the answers, with what its code changed and what the turn cost."""

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
