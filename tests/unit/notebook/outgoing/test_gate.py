"""The gate: what is held, what a person may do with it, and what the ledger says."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.data.privacy import PrivacyRule
from copilot_nb.errors import UsageError
from copilot_nb.notebook.context.compose import Composed
from copilot_nb.notebook.outgoing.ledger import SentItem
from copilot_nb.protocol.hook import PostToolUse
from copilot_nb.protocol.tool import ToolResultObject
from copilot_nb.session.tools import Invocation
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import PermissionBlock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk

TOKEN = "ghp_" + "aB3" * 12
CELL: ContextVar[str] = ContextVar("CELL", default="")
LOOK = Reply(tools=[("describe_variable", {"name": "key"})])


@pytest.fixture
def key(running_shell: Any) -> Any:
    """A variable that holds a token."""
    running_shell.user_ns["key"] = TOKEN
    yield TOKEN
    del running_shell.user_ns["key"]


def answers(choice: str) -> Any:
    """Somebody who answers every panel so."""

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            callbacks.answer(block.id, {"choice": choice})

    return watch


def by_subject(choices: dict[str, str]) -> Any:
    """Somebody who answers each kind of panel so."""

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            assert isinstance(block, PermissionBlock)
            callbacks.answer(block.id, {"choice": choices[block.subject]})

    return watch


async def test_a_masked_result_reaches_the_model(talk: Talk, key: str) -> None:
    """The panel names what was found and does not show it; the ledger says what was masked."""
    talk.watcher = answers("send_masked")
    talk.fake.script = [LOOK]

    turn = await talk.conversation.run("What is key?")

    (panel,) = (b for b in turn.transcript.blocks if isinstance(b, PermissionBlock))
    assert panel.subject == "release"
    assert "GitHub token" in panel.body
    assert key not in str(panel)
    assert key not in talk.told
    assert "•••" in talk.told
    assert "masked: GitHub token" in turn.transcript.sent


async def test_a_person_may_send_it_all_the_same(talk: Talk, key: str) -> None:
    """Nothing is changed behind their back, and the line below the turn says it."""
    talk.watcher = answers("allow_once")
    talk.fake.script = [LOOK]

    turn = await talk.conversation.run("What is key?")

    assert key in talk.told
    assert "sent as it is: GitHub token" in turn.transcript.sent
    (panel,) = (b for b in turn.transcript.blocks if isinstance(b, PermissionBlock))
    assert (panel.answer, panel.by) == ("Sent as it is", "you")
    assert talk.conversation.ledger.last is not None
    assert talk.conversation.ledger.last.items[-1].by == "you, as it is"


@pytest.mark.parametrize("policy", ["", "allow"])
async def test_nobody_lets_a_secret_out(talk: Talk, key: str, policy: str) -> None:
    """Where no person is, not even a policy that allows everything."""
    talk.environ["COPILOT_NB_POLICY"] = policy
    talk.fake.script = [LOOK]

    await talk.conversation.run("What is key?")

    assert key not in talk.told
    assert "let nothing of this result be sent" in talk.told


async def test_a_runtime_tools_result_passes_the_gate_too(talk: Talk) -> None:
    """By its hook: the model gets what the hook leaves."""
    session = await talk.conversation.session()
    session.pending.attended = True
    session.pending.policies.insert(0, _masked)
    result = {"textResultForLlm": f"x={TOKEN}", "resultType": "success", "sessionLog": TOKEN}

    said = await talk.conversation.gate.after_tool(
        session, PostToolUse(tool_name="bash", tool_args={}, tool_result=result)
    )

    assert said is not None
    assert said.modified_result["textResultForLlm"] == "x=•••"
    assert TOKEN not in str(said)
    assert talk.conversation.ledger.last is not None
    assert talk.conversation.ledger.last.summary == "results of bash, masked: GitHub token"


async def test_a_result_without_a_find_is_left_alone(talk: Talk) -> None:
    """And still written down."""
    session = await talk.conversation.session()
    data = PostToolUse(tool_name="bash", tool_args={}, tool_result={"textResultForLlm": "ok"})

    assert await talk.conversation.gate.after_tool(session, data) is None
    assert talk.conversation.ledger.last is not None
    assert [item.text for item in talk.conversation.ledger.last.items] == ["ok"]


@pytest.mark.parametrize("choice", ["deny", "new_cell"])
async def test_code_that_did_not_run_sent_no_result(talk: Talk, choice: str) -> None:
    """What the model is told of it stands in the ledger, but is nothing of the notebook."""
    talk.watcher = answers(choice)
    talk.fake.script = [Reply(tools=[("run_code", {"code": "x = 1"})])]

    turn = await talk.conversation.run("Run it.")

    assert "run_code" not in turn.transcript.sent
    assert talk.conversation.ledger.last is not None
    assert [item.kind for item in talk.conversation.ledger.last.items][-1] == "refusal"


@pytest.fixture
def pay(running_shell: Any, talk: Talk) -> Iterator[None]:
    """A table with a denied column of short values."""
    running_shell.user_ns["df"] = pd.DataFrame({"pay": [10, 20, 30], "age": [41, 42, 43]})
    talk.conversation.privacy.add(PrivacyRule("deny", "df.pay"), save=False)
    yield
    running_shell.user_ns.pop("df")


@pytest.mark.usefixtures("pay")
@pytest.mark.parametrize(
    "code",
    [
        "print(df.pay.tolist())",
        "print(df)",
        "x = df['pay'] * 1\nx.tolist()",
        "df.to_dict()",
        "df.rename(columns={'pay': 'x'})[['x']]",
        "df.assign(years=df.pay)[['years']]",
        "df.pay.to_frame('y')",
        "df.set_index('pay').rename_axis('x')[['age']]",
        "df.set_index('pay').rename_axis(None)",
        "df.assign(age=df.pay)[['age']]",
    ],
)
async def test_short_values_that_code_names_are_held(talk: Talk, code: str) -> None:
    """The panel of the code warns of them; what it prints waits, with the reason."""
    talk.watcher = by_subject({"kernel-code": "allow_once", "release": "send_masked"})
    talk.fake.script = [Reply(tools=[("run_code", {"code": code})])]

    turn = await talk.conversation.run("What do they earn?")

    panels = [b for b in turn.transcript.blocks if isinstance(b, PermissionBlock)]
    assert [panel.subject for panel in panels] == ["kernel-code", "release"]
    assert panels[0].warnings == (
        "df holds withheld columns: pay; short values cannot be recognised in what it prints",
    )
    assert "perhaps a value of df.pay (3 times)" in panels[1].intention
    assert "cannot be told from other words" in panels[1].intention
    results = talk.told.partition("output of the code")[2]
    assert "•••" in results
    assert not any(value in re.findall(r"\w+", results) for value in ("10", "20", "30"))


@pytest.mark.usefixtures("pay")
async def test_code_that_cannot_be_followed_may_read_anything(talk: Talk) -> None:
    """It names the column, and that is enough."""
    talk.watcher = by_subject({"kernel-code": "allow_once", "release": "deny"})
    talk.fake.script = [Reply(tools=[("run_code", {"code": "eval('list(df.pay)')"})])]

    turn = await talk.conversation.run("What do they earn?")

    panels = [b for b in turn.transcript.blocks if isinstance(b, PermissionBlock)]
    assert [panel.answer for panel in panels] == ["Allowed once", "Not sent"]


@pytest.mark.usefixtures("pay")
@pytest.mark.parametrize(
    "code",
    [
        "print(len(df), 10)",
        "print('pay:', df.pay.notna().all())",
        "n = 10\nprint(n, 'pay')",
        "df[df.pay > 10]",  # masked by its name
        "df.head().assign(age=10)",
    ],
)
async def test_what_holds_no_short_value_is_not_held(talk: Talk, code: str) -> None:
    """Nobody is asked where the column is not named or read, or nothing of it stands there."""
    talk.watcher = by_subject({"kernel-code": "allow_once"})
    talk.fake.script = [Reply(tools=[("run_code", {"code": code})])]

    turn = await talk.conversation.run("How many?")

    panels = [b for b in turn.transcript.blocks if isinstance(b, PermissionBlock)]
    assert [panel.subject for panel in panels] == ["kernel-code"]


@pytest.mark.parametrize("sign", [1, -1])
async def test_numbers_that_a_table_shortens_are_known_in_full(
    talk: Talk, running_shell: Any, monkeypatch: pytest.MonkeyPatch, sign: int
) -> None:
    """Under another name, and where every number is near some value."""
    table = pd.DataFrame({"lat": [sign * (51 + n / 99_999) for n in range(100_000)]})
    monkeypatch.setitem(running_shell.user_ns, "df", table)
    talk.conversation.privacy.add(PrivacyRule("deny", "lat"), save=False)
    talk.watcher = by_subject({"kernel-code": "allow_once", "release": "send_masked"})
    code = "df.assign(where=df.lat)[['where']].sample(5, random_state=2)"
    talk.fake.script = [Reply(tools=[("run_code", {"code": code})])]

    await talk.conversation.run("Where are they?")

    results = talk.told.partition("output of the code")[2]
    assert len(re.findall(r"\| -?•••", results)) == 5


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("run_code", {"code": "df.head(2)"}, "2 rows that run_code showed (2 columns)"),
        ("run_code", {"code": "df.describe(); print(1)"}, "results of run_code"),
        ("run_scratch", {"code": "df"}, "3 rows that run_scratch showed (2 columns)"),
        ("value_counts", {"name": "df", "column": "age"}, "3 rows of `df.age` (1 column)"),
        ("preview_file", {"path": "x.csv"}, "1 row of `x.csv` (2 columns)"),
        ("preview_file", {"path": "x.txt"}, "results of preview_file"),
    ],
)
@pytest.mark.usefixtures("pay")
async def test_rows_are_counted_however_they_leave(
    talk: Talk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    arguments: dict[str, Any],
    said: str,
) -> None:
    """Of tables that code shows, of counts and of files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    (tmp_path / "x.txt").write_text("a")
    talk.watcher = by_subject({"kernel-code": "allow_once", "release": "send_masked"})
    talk.fake.script = [Reply(tools=[(tool, arguments)])]

    turn = await talk.conversation.run("Look.")

    assert turn.transcript.sent.endswith(said)


async def test_what_goes_along_as_it_is_is_written_down(talk: Talk) -> None:
    """Of the pieces in which something was found."""
    session = await talk.conversation.session()
    session.pending.policies.insert(0, _as_it_is)
    pieces = (SentItem.of_text("reference", "a", TOKEN), SentItem.of_text("reference", "b", "b"))

    cleared = await talk.conversation.gate.prompt(session, Composed(prompt="x", sent=pieces))

    assert [item.let_out for item in cleared.sent] == [("GitHub token",), ()]
    assert [item.text for item in cleared.sent] == [TOKEN, "b"]


async def test_a_prompt_is_masked_with_all_that_goes_along(talk: Talk) -> None:
    """Each piece where something was found."""
    session = await talk.conversation.session()
    session.pending.policies.insert(0, _masked)
    composed = Composed(
        prompt=f"Use {TOKEN}", sent=(SentItem.of_text("reference", "conf", f"a {TOKEN} b"),)
    )

    cleared = await talk.conversation.gate.prompt(session, composed)

    assert (cleared.prompt, cleared.sent[0].text) == ("Use •••", "a ••• b")
    assert cleared.sent[0].withheld == ("GitHub token",)


async def test_what_is_asked_before_a_prompt_is_drawn_in_its_own_cell(talk: Talk) -> None:
    """Not in the cell of the turn before: a context variable says which cell that is."""
    seen: list[str] = []

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            seen.append(CELL.get())
            callbacks.answer(block.id, {"choice": "allow_once"})

    talk.watcher = watch
    CELL.set("first")
    await talk.conversation.run("Hi.")
    CELL.set("second")
    await talk.conversation.run(f"Use {TOKEN}")

    assert set(seen) == {"second"}


async def test_a_refused_prompt_is_not_sent(talk: Talk) -> None:
    """The error says why and what to do."""
    session = await talk.conversation.session()

    with pytest.raises(UsageError, match="holds: GitHub token"):
        await talk.conversation.gate.prompt(session, Composed(prompt=TOKEN))


def _masked(request: Any) -> Any:
    from copilot_nb.notebook.permissions.answers import permission_answer

    return permission_answer("send_masked") if request.permission else None


def _as_it_is(request: Any) -> Any:
    from copilot_nb.notebook.permissions.answers import permission_answer

    return permission_answer("allow_once") if request.permission else None


async def test_a_check_that_fails_lets_nothing_out(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook without an answer would leave the result as it is."""

    async def broken(_text: str) -> Any:
        raise RuntimeError

    session = await talk.conversation.session()
    monkeypatch.setattr(talk.conversation.gate, "_find", broken)
    data = PostToolUse(tool_name="bash", tool_args={}, tool_result={"textResultForLlm": TOKEN})

    said = await talk.conversation.gate.after_tool(session, data)

    assert said is not None
    assert "withheld" in said.modified_result["textResultForLlm"]
    assert TOKEN not in str(said)


async def test_nothing_beside_the_text_repeats_what_was_masked(talk: Talk) -> None:
    """The error and the log for people are often the same text."""
    session = await talk.conversation.session()
    session.pending.policies.insert(0, _masked)
    result = ToolResultObject.failure(f"No {TOKEN}.").model_copy(update={"session_log": TOKEN})

    told = await talk.conversation.gate.release(
        Invocation(session=session, tool_name="mine"), result
    )

    assert (told.text_result_for_llm, told.result_type) == ("No •••.", "failure")
    assert TOKEN not in str(told)
