"""Turns to look at: every kind of block, open, answered and waiting, with what makes it hard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from copilot_nb.transcript.blocks import (
    Effect,
    ErrorBlock,
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
from copilot_nb.transcript.forms import (
    Choice,
    FieldChoice,
    FormBlock,
    FormField,
    PlanBlock,
    SignInBlock,
    TodoBlock,
    TodoItem,
)
from copilot_nb.transcript.permissions import permission
from copilot_nb.transcript.prompts import asked

if TYPE_CHECKING:
    from copilot_nb.transcript.blocks import Block, RequestBlock


@dataclass(frozen=True)
class Scene:
    """One picture: a turn, and what a person does before it is taken."""

    name: str
    turn: Transcript
    clicks: tuple[str, ...] = ()
    """Selectors, clicked in order."""
    types: str = ""
    """Text typed afterwards, where the focus is."""


def running(*blocks: Block, status: str = "Working") -> Transcript:
    """A turn that goes on."""
    return Transcript(state="running", status=status, model="claude-opus-4.6", blocks=blocks)


def ended(*blocks: Block, sent: str = "") -> Transcript:
    """A turn that is over."""
    usage = Usage(
        input_tokens=18_240,
        output_tokens=1_312,
        cached_tokens=15_900,
        requests=4,
        cost=1,
        context_tokens=19_552,
        context_limit=128_000,
    )
    return Transcript(
        state="done", model="claude-opus-4.6", blocks=blocks, usage=usage, seconds=23.4, sent=sent
    )


CODE: Final = """import pandas as pd

# Hours without a reading, per station
gaps = df[df.value.isna()].groupby("station").size()
df = df.dropna(subset=["value"])
df.to_parquet(f"out/{name}.parquet")
gaps.sort_values(ascending=False).head(10)"""

DIFF: Final = """diff --git a/src/load.py b/src/load.py
index 83db48f..bf269f4 100644
--- a/src/load.py
+++ b/src/load.py
@@ -1,9 +1,10 @@
 import pandas as pd
 
 
-def load(path):
-    df = pd.read_csv(path)
-    df = df.dropna()
+def load(path: Path, *, fill: bool = False) -> pd.DataFrame:
+    df = pd.read_csv(path, parse_dates=["time"])
+    df = df.fillna(0) if fill else df.dropna()
     return df
 
 
+# Used by the notebook
"""  # noqa: W293 - empty lines of a diff begin with a space

PLAN: Final = """## Fill the gaps

1. Count missing hours per station in `df`
2. Interpolate gaps of **up to three hours**
3. Leave longer gaps alone, and list them

Nothing is written to disk. The result is a new frame `filled`.
"""

LONG_DIFF: Final = "@@ -1,40 +1,40 @@\n" + "\n".join(
    [f" line {n}" for n in range(30)] + ["-old value = 1", "+new value = 2"] + [" end"] * 20
)

CHOICES: Final = (
    Choice(id="allow_once", label="Run", key="y", style="primary"),
    Choice(id="new_cell", label="Put in a new cell", key="c"),
    Choice(id="deny", label="Deny", key="n"),
    Choice(id="deny_feedback", label="Deny and say why", key="w", asks_feedback=True),
    Choice(id="deny_stop", label="Deny and stop", key="x", style="danger"),
)

EFFECTS: Final = (
    Effect(kind="reads", text="`name`"),
    Effect(kind="creates", text="`gaps`"),
    Effect(kind="overwrites", text="`df` (8,760 x 12 frame, defined in cell 3)"),
    Effect(kind="files", text="writes out/….parquet"),
    Effect(kind="unknown", text="the path is only known when it runs"),
)

KERNEL_CODE: Final = replace(
    permission(
        "code",
        {
            "kind": "kernel-code",
            "body": CODE,
            "intention": "Drop rows without a reading and list the worst stations",
        },
    ),
    effects=EFFECTS,
    editable=True,
    choices=CHOICES,
)

SHELL: Final = permission(
    "shell",
    {
        "kind": "commands",
        "fullCommandText": "find data -name '*.csv' -newer out/last | xargs wc -l # \u202e all",
        "intention": "Count the lines of the new files",
        "workingDirectory": "/home/ada/stations",
        "commandIdentifiers": ["find"],
    },
)

WRITE: Final = permission(
    "write",
    {"kind": "write", "fileName": "src/load.py", "diff": DIFF, "intention": "Edit src/load.py"},
)

FORM: Final = FormBlock(
    id="form",
    heading="Which stations should the export hold?",
    source="weather-archive",
    fields=(
        FormField(
            name="email",
            kind="text",
            label="E-mail",
            format="email",
            required=True,
            description="Where the link to the export is sent.",
        ),
        FormField(name="since", kind="text", label="Since", format="date", default="2025-01-01"),
        FormField(name="limit", kind="integer", label="Rows", minimum=1, maximum=5000, default=500),
        FormField(
            name="kind",
            kind="choice",
            label="Format",
            required=True,
            default="csv",
            choices=(
                FieldChoice(value="csv", label="CSV"),
                FieldChoice(value="parquet", label="Parquet"),
                FieldChoice(value="json", label="JSON lines"),
            ),
        ),
        FormField(
            name="stations",
            kind="choices",
            label="Stations",
            minimum=1,
            default=("halden",),
            choices=tuple(
                FieldChoice(value=name.lower(), label=name)
                for name in ("Halden", "Bergen", "Tromsø", "Røros")
            ),
        ),
        FormField(
            name="region",
            kind="choice",
            label="Region",
            choices=tuple(FieldChoice(value=str(n), label=f"Region {n}") for n in range(12)),
        ),
        FormField(name="zip", kind="boolean", label="Compress the file", default=True),
    ),
)

URL_FORM: Final = FormBlock(
    id="page",
    heading="Connect your account",
    source="issue-tracker",
    url="https://login.issue-tracker.example/authorize?client=copilot&state=4711",
)

LONG_MESSAGE: Final = """The archive needs to know a few things before it packs the files.

The export may hold data of others. By sending this form you say that you may pass it on, and that
the link may be opened by everybody who has it."""

LIMIT: Final = asked("session_limits", "limit", {"usedAiCredits": 250, "maxAiCredits": 250})

PLAN_BLOCK: Final = PlanBlock(
    id="plan",
    summary="I would fill short gaps only, and keep a list of the long ones.",
    plan=PLAN,
    choices=(
        Choice(id="approve", label="Approve", key="y", style="primary"),
        Choice(id="autopilot", label="Approve and run on autopilot", key="a"),
        Choice(id="reject", label="Reject and say why", key="w", asks_feedback=True),
    ),
)

SIGN_IN: Final = SignInBlock(
    id="sign-in", host="github.com", url="https://github.com/login/device", code="8F43-6FCF"
)

TODO: Final = TodoBlock(
    id="todo",
    items=(
        TodoItem(text="Read the station table", state="done"),
        TodoItem(text="Count missing hours per station", state="done"),
        TodoItem(text="Interpolate gaps of up to three hours", state="running"),
        TodoItem(text="Plot before and after", state="pending"),
        TodoItem(text="Publish the table: needs a token", state="blocked"),
    ),
)

QUESTION: Final = UserInputBlock(
    id="question",
    question="How should gaps longer than a day be treated?",
    choices=("Leave them", "Interpolate all the same", "Drop these days"),
)

RUN_CODE: Final = ToolBlock(
    id="run",
    name="run_code",
    title='gaps = df[df.value.isna()].groupby("station").size()',
    arguments=CODE,
    language="python",
    state="ok",
    source="kernel",
    seconds=0.8,
    outputs=(
        TextOutput(text="648 rows dropped\n"),
        TableOutput(
            columns=("station", "hours"),
            rows=(("0", "Halden", "412"), ("1", "Bergen", "148"), ("2", "Røros", "88")),
            caption="3 rows × 2 columns",
        ),
    ),
    changes=("`df` 8,760 x 12 → 8,112 x 12", "+ `gaps` Series, 3"),
    undo="offered",
)

TOOLS: Final = (
    ToolBlock(
        id="t1",
        name="bash",
        title="pytest -q",
        arguments="pytest -q",
        language="bash",
        state="failed",
        seconds=12.2,
        output="..F.\n1 failed, 3 passed in 0.3s\n",
        error="Exit code 1",
    ),
    ToolBlock(
        id="t2", name="edit", title="src/load.py", arguments="", state="ok", diff=DIFF, seconds=0.1
    ),
    ToolBlock(
        id="t3",
        name="task",
        title="Find where gaps come from",
        state="running",
        progress="3 of 8 files",
    ),
    ToolBlock(id="t3a", name="glob", title="**/*.py", state="ok", agent="scout", seconds=0.1),
    ToolBlock(id="t3b", name="grep", title="isna", state="failed", agent="scout", seconds=0.1),
    ToolBlock(id="t4", name="grep", title="dropna", state="ok", agent="scout", seconds=0.2),
    ToolBlock(id="t5", name="view", title="src/clean.py", state="running", agent="scout"),
    ToolBlock(
        id="t6",
        name="run_code",
        state="pending",
        arguments='import pandas as pd\ndf.describe(include="all")',
        language="python",
    ),
    ToolBlock(
        id="t7",
        name="bash",
        title="cat big.log",
        arguments="cat big.log",
        language="bash",
        state="ok",
        output="line\n" * 12,
        cut=48_230,
        seconds=0.4,
    ),
)

NOTICES: Final = (
    NoticeBlock(id="n1", text="The model is now `claude-sonnet-4.6`."),
    NoticeBlock(
        id="n2",
        text="The conversation was made shorter: 96,400 → 21,300 tokens.",
        details="Summary\n\nThe user wants gaps filled.\nStations with gaps: Halden, Bergen.",
    ),
    NoticeBlock(id="n3", text="MCP server `weather` did not start.", level="warning"),
    NoticeBlock(id="n4", text="You said: only look at 2025"),
    ErrorBlock(
        id="e",
        message="The model refused the request: the quota of this month is used up.",
        hint="Switch with `%copilot model`, or set a provider of your own.",
        details="HTTP 402\nquota_exceeded\nrequest id 1F3A:22",
    ),
)

ANSWER: Final = (
    ReasoningBlock(id="why", text="Short gaps can be **interpolated**.", closed=True, seconds=4.2),
    TextBlock(
        id="answer",
        text=(
            "Three stations have gaps, *Halden* by far the most:\n\n"
            "| station | hours |\n|:--|--:|\n| Halden | 412 |\n| Bergen | 148 |\n\n"
            f'```python\n{CODE}\n```\n\n```bash\nfor f in *.csv; do wc -l "$f"; done  # each\n```\n'
        ),
        closed=True,
    ),
)


def answered(block: RequestBlock, answer: str, by: str = "you") -> RequestBlock:
    """The request with an answer."""
    return replace(block, state="answered", answer=answer, by=by)


def cancelled(block: RequestBlock) -> RequestBlock:
    """The request as nobody answered it."""
    return replace(block, id=f"{block.id}-gone", state="cancelled")


ANSWERED: Final = (
    RUN_CODE,
    replace(_code, tool_call_id="run")
    if isinstance(_code := answered(KERNEL_CODE, "Allowed once, edited"), PermissionBlock)
    else _code,
    answered(SHELL, "Allowed for this session"),
    answered(WRITE, "Denied: use Path.open"),
    answered(QUESTION, "Leave them"),
    answered(FORM, "Sent: email, since, limit, kind, stations, zip"),
    answered(URL_FORM, "Declined"),
    answered(PLAN_BLOCK, "Approved, runs on autopilot"),
    answered(SIGN_IN, "Signed in as ada", ""),
    cancelled(QUESTION),
)

SCENES: Final = (
    Scene("answer", ended(*ANSWER, sent="index (31 names), 20 rows of `df` (4 columns)")),
    Scene("permission-code", running(KERNEL_CODE)),
    Scene(
        "permission-code-edit", running(KERNEL_CODE), (".copilot-edit-tools button",), "x = 1\n\t"
    ),
    Scene("permission-shell", running(replace(SHELL, time_limit=95.0), WRITE)),
    Scene("permission-why", running(SHELL), ("button:has-text('say why')",), "use rg instead"),
    Scene("permission-write", running(WRITE)),
    Scene("diff-fold", running(replace(WRITE, diff=LONG_DIFF))),
    Scene("form", running(FORM)),
    Scene("form-wrong", running(FORM), ("button:has-text('Send')",), "ada@"),
    Scene("form-page", running(URL_FORM)),
    Scene("form-long", running(replace(FORM, heading=LONG_MESSAGE, fields=FORM.fields[:1]))),
    Scene("limit", running(LIMIT), ("button:has-text('Allow more')",), "100"),
    Scene("plan", running(PLAN_BLOCK)),
    Scene("plan-edit", running(PLAN_BLOCK), (".copilot-edit-tools button",)),
    Scene("sign-in", running(SIGN_IN)),
    Scene("question", running(QUESTION, replace(SHELL, id="next"))),
    Scene("todo", running(TODO)),
    Scene("tools", running(*TOOLS), ("summary:has-text('edit')", "summary:has-text('big.log')")),
    Scene("code-run", running(RUN_CODE)),
    Scene("notices", running(*NOTICES), (".copilot-fold > summary",)),
    Scene("answered", ended(*ANSWERED, TODO)),
)
