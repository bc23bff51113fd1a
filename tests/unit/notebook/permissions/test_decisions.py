"""Who answers what one notebook's agent asks, turn after turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.notebook.permissions.rule_file import ToolName
from copilot_nb.protocol.permission import PermissionRequest
from copilot_nb.session.pending import WITHDRAWN
from copilot_nb.testing.fake_requests import ask_form, ask_limits, ask_switch
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import NoticeBlock, PermissionBlock, ToolBlock
from copilot_nb.transcript.forms import FormBlock, PlanBlock
from tests.unit.notebook.requests import permission

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from copilot_nb.session.turn import Turn
    from copilot_nb.testing.fake_session import FakeSession
    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk

COMMAND = Reply(tools=[("bash", {"command": "touch x", "description": "make x"})])
PLAN = Reply(tools=[("exit_plan_mode", {"summary": "I will tidy up."})])
SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "title": "Name"}}}


def person(*answers: Mapping[str, Any]) -> Callable[[Transcript, Callbacks], None]:
    """Somebody who answers the requests one after another like this."""
    left, seen = list(answers), set[str]()

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if block.id not in seen and left:
                seen.add(block.id)
                # Plans are announced a little before they are asked about.
                loop = asyncio.get_running_loop()
                loop.call_later(0.02, callbacks.answer, block.id, left.pop(0))

    return watch


def only(turn: Turn, kind: type) -> Any:
    """The turn's one block of that kind."""
    (block,) = (block for block in turn.transcript.blocks if isinstance(block, kind))
    return block


def notices(turn: Turn) -> list[str]:
    """What the turn's reader is told."""
    return [block.text for block in turn.transcript.blocks if isinstance(block, NoticeBlock)]


async def test_allowed_here_always_is_not_asked_again(talk: Talk) -> None:
    """Not even in another conversation; the transcript names the rule."""
    talk.watcher = person({"choice": "allow_always"})
    talk.fake.script = [COMMAND]
    first = await talk.conversation.run("One")
    await talk.conversation.new()
    talk.fake.script = [COMMAND]
    second = await talk.conversation.run("Two")

    assert only(first, PermissionBlock).answer == "Allowed here always"
    block = only(second, PermissionBlock)
    assert (block.answer, block.by) == ("Allowed", "rule 1 (allow run `touch x`)")
    assert [rule.text for rule in talk.conversation.rules.list()] == ["touch x"]


async def test_what_was_allowed_for_this_session_is_listed_and_revoked(talk: Talk) -> None:
    """Behind the standing rules, by the next number; it is asked again then."""
    decisions = talk.conversation.decisions
    decisions.rules.add("url", "deny", "https://x")
    talk.watcher = person({"choice": "allow_session"})
    talk.fake.script = [COMMAND]
    await talk.conversation.run("One")

    assert [(rule.number, rule.words) for rule in decisions.list()] == [
        (1, "Deny here always: fetch https://x"),
        (2, "Allow for this session: run `touch x`"),
    ]
    assert decisions.revoke(2).text == "touch x"
    talk.watcher = person({"choice": "deny"})
    talk.fake.script = [COMMAND]
    turn = await talk.conversation.run("Three")

    assert only(turn, PermissionBlock).answer == "Denied"
    assert len(decisions.list()) == 1
    with pytest.raises(UsageError, match="no rule 2"):
        decisions.revoke(2)


async def test_what_was_allowed_in_another_folder_is_not_listed_here(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not hold here; by its number it can be taken back all the same."""
    decisions = talk.conversation.decisions
    talk.watcher = person({"choice": "allow_session"})
    talk.fake.script = [COMMAND]
    await talk.conversation.run("One")
    monkeypatch.setattr(talk.conversation.link, "_folder", tmp_path / "elsewhere")

    assert decisions.list() == ()
    assert [rule.text for rule in decisions.list(everywhere=True)] == ["touch x"]
    decisions.revoke(1)
    assert decisions.list(everywhere=True) == ()


async def test_what_cannot_be_kept_is_allowed_once(talk: Talk, tmp_path: Path) -> None:
    """And the turn says so."""

    def click(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            asyncio.get_running_loop().call_later(0.02, spoil, callbacks, block.id)

    def spoil(callbacks: Callbacks, request_id: str) -> None:
        (tmp_path / "rules.toml").write_text("rule")
        callbacks.answer(request_id, {"choice": "allow_always"})

    talk.watcher = click
    talk.fake.script = [COMMAND]

    turn = await talk.conversation.run("One")

    assert only(turn, PermissionBlock).answer == "Allowed here always"
    (told,) = notices(turn)
    assert told.startswith("Allowed this once only. The file of rules")


async def test_rules_that_break_in_a_turn_deny(talk: Talk, tmp_path: Path) -> None:
    """One of them may have denied this; it does not come to a question."""

    def spoil(_request: dict[str, Any]) -> Reply:
        (tmp_path / "rules.toml").write_text("rule")
        return COMMAND

    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [spoil]

    turn = await talk.conversation.run("One")

    assert only(turn, ToolBlock).state == "denied"
    assert not [block for block in turn.transcript.blocks if isinstance(block, PermissionBlock)]


async def test_a_denial_comes_before_every_policy(talk: Talk) -> None:
    """`COPILOT_NB_POLICY=allow` does not lift a rule; a rule that allows does not lift deny."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.conversation.rules.add("shell", "deny", "touch")
    talk.fake.script = [COMMAND]
    denied = await talk.conversation.run("One")
    talk.conversation.rules.revoke(1)
    talk.conversation.rules.add("shell", "allow", "touch x")
    talk.environ["COPILOT_NB_POLICY"] = "deny"
    talk.fake.script = [COMMAND]
    still = await talk.conversation.run("Two")

    assert only(denied, PermissionBlock).by == "rule 1 (deny run `touch`)"
    assert only(still, PermissionBlock).by == "policy deny (COPILOT_NB_POLICY)"


async def test_a_denied_tool_does_not_run_where_it_would_not_ask(talk: Talk) -> None:
    """The model hears of the rule before the tool begins."""
    talk.conversation.rules.set_tool(ToolName("list_variables"), "deny")
    talk.fake.script = [Reply(tools=[("list_variables", {})])]

    await talk.conversation.run("Look")

    told = "Denied by preToolUse hook: The user has a rule. Deny here always: use list_variables."
    assert told in talk.told


async def test_an_allowed_tool_is_not_asked(talk: Talk) -> None:
    """Whatever it asks for; who asks is known by its call."""
    talk.conversation.rules.set_tool(ToolName("bash"), "allow")
    talk.fake.script = [COMMAND]

    turn = await talk.conversation.run("One")

    assert only(turn, PermissionBlock).by == "rule 1 (allow use bash)"


async def test_broken_rules_stop_before_anything_is_sent(talk: Talk, tmp_path: Path) -> None:
    """A rule that denies may be among them."""
    (tmp_path / "rules.toml").write_text("rule")
    (tmp_path / "rules.toml").chmod(0o600)

    with pytest.raises(ConfigError, match="is not TOML"):
        await talk.conversation.run("Hello")

    assert talk.starts == []


async def test_a_link_says_where_it_leads(talk: Talk, tmp_path: Path) -> None:
    """The request names only the link."""
    (tmp_path / "notes.txt").symlink_to("/etc/notes-elsewhere")
    path = str(tmp_path / "notes.txt")
    talk.fake.script = [Reply(tools=[("create", {"path": path, "file_text": "x"})])]

    turn = await talk.conversation.run("Write")

    assert only(turn, PermissionBlock).warnings == (f"{path} leads to /etc/notes-elsewhere",)


async def asking(talk: Talk, ask: Callable[[FakeSession], Awaitable[Any]]) -> tuple[Turn, Any]:
    """A turn in which the runtime asks something, and what it got."""
    over = asyncio.Event()
    got: list[Any] = []
    tasks: list[asyncio.Task[None]] = []

    async def play() -> None:
        (session,) = talk.fake.sessions.values()
        got.append(await ask(session))
        over.set()

    def answer(_request: dict[str, Any]) -> Reply:
        tasks.append(asyncio.get_running_loop().create_task(play()))
        return Reply("Done.", gate=over)

    talk.fake.script = [answer]
    turn = await talk.conversation.run("Go")
    await asyncio.gather(*tasks)
    return turn, got[0]


async def test_a_form_is_filled_in(talk: Talk) -> None:
    """A server asks while a turn runs; only what it asked for is sent."""
    talk.watcher = person({"action": "accept", "content": {"name": "Ada", "more": 1}})

    turn, got = await asking(talk, lambda s: ask_form(s, "Who?", SCHEMA, source="clerk"))

    assert got == {"action": "accept", "content": {"name": "Ada"}}
    block = only(turn, FormBlock)
    assert (block.source, block.answer, block.by) == ("clerk", "Sent: name", "you")


async def test_a_form_that_does_not_fit_says_why_and_stays_open(talk: Talk) -> None:
    """Only the newest reason stands in it, and it can be sent again."""
    names = iter(["Mo", "x" * 9, "Mary Ann"])
    seen: list[tuple[str, ...]] = []

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if isinstance(block, FormBlock) and block.warnings not in seen:
                seen.append(block.warnings)
                content = {"name": next(names)}
                callbacks.answer(block.id, {"action": "accept", "content": content})

    talk.watcher = watch
    name = {"type": "string", "title": "Name", "minLength": 3, "maxLength": 8}
    turn, got = await asking(talk, lambda s: ask_form(s, "Who?", {"properties": {"name": name}}))

    assert seen == [
        (),
        ("Not sent: Name: at least 3 characters.",),
        ("Not sent: Name: at most 8 characters.",),
    ]
    assert got["content"] == {"name": "Mary Ann"}
    assert only(turn, FormBlock).answer == "Sent: name"


async def test_nobody_fills_in_a_form(talk: Talk) -> None:
    """It is declined, by the policy of places where nobody is."""
    turn, got = await asking(talk, lambda s: ask_form(s, "Who?", SCHEMA))

    assert got == {"action": "decline"}
    assert only(turn, FormBlock).by.startswith("the headless policy")


async def test_another_model_and_more_credits_are_asked_for(talk: Talk) -> None:
    """With the buttons of a permission."""
    talk.watcher = person({"choice": "yes"}, {"choice": "add", "feedback": "5"})

    switched, response = await asking(talk, lambda s: ask_switch(s, "rate_limited", 60))
    more, limits = await asking(talk, lambda s: ask_limits(s, 10, 10))

    assert response == "yes"
    assert only(switched, PermissionBlock).answer == "Switched for this turn"
    assert limits == {"action": "add", "additionalAiCredits": 5.0}
    assert only(more, PermissionBlock).answer == "5 AI credits more"


async def test_an_edited_plan_is_written_down_and_told(talk: Talk) -> None:
    """Before it is approved; the model has read another one."""
    talk.watcher = person({"choice": "interactive", "plan": "1. Less."})
    talk.fake.script = [PLAN, Reply("Less, then.")]
    await (await talk.conversation.session()).rpc.mode.set(mode="plan")

    turn = await talk.conversation.run("Plan")

    block = only(turn, PlanBlock)
    assert (block.answer, block.by) == ("Approved, edited", "you")
    (session,) = talk.fake.sessions.values()
    assert (session.plan, session.mode) == ("1. Less.", "interactive")
    assert "Follow it as it reads now:\\n\\n1. Less." in talk.told
    assert "You added: Follow the plan as I edited it." in notices(turn)


async def test_an_open_request_has_a_time_limit_where_one_is_set(talk: Talk) -> None:
    """The page can count it down; then it is declined, and the turn goes on."""
    talk.watcher = person()
    talk.environ["COPILOT_NB_ANSWER_TIMEOUT"] = "0.05"
    talk.fake.script = [COMMAND]

    turn = await talk.conversation.run("One")

    block = only(turn, PermissionBlock)
    assert (block.time_limit, block.answer, block.by) == (0.05, "Denied", "time limit")
    assert turn.text == "Hello from the scripted model."


async def test_the_first_answer_wins_and_each_question_has_its_own(talk: Talk) -> None:
    """Two wait at once; the newer may be answered first, a second answer changes nothing."""

    def click(transcript: Transcript, callbacks: Callbacks) -> None:
        if len(transcript.open_requests) == 2:
            older, newer = transcript.open_requests
            callbacks.answer(newer.id, {"choice": "deny_feedback", "feedback": "not this"})
            callbacks.answer(newer.id, {"choice": "allow_once"})
            callbacks.answer(older.id, {"choice": "allow_once"})

    talk.watcher = click
    calls = [("bash", {"command": f"touch {name}"}) for name in "ab"]
    talk.fake.script = [Reply(tools=calls)]

    turn = await talk.conversation.run("Both")

    answers = [b.answer for b in turn.transcript.blocks if isinstance(b, PermissionBlock)]
    assert answers == ["Allowed once", "Denied: not this"]


async def test_a_withdrawn_request_waits_no_more(talk: Talk) -> None:
    """Whoever asked has taken it back: nobody can answer it."""
    seen: list[str] = []

    def click(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if block.id not in seen:
                seen.append(block.id)
                (session,) = talk.fake.sessions.values()
                session.emit("elicitation.completed", {"requestId": block.id}, ephemeral=True)

    over = asyncio.Event()

    async def withdrawn(session: FakeSession) -> None:
        pending = (await talk.conversation.session()).pending
        pending.on_change(lambda _request, answer: over.set() if answer is WITHDRAWN else None)
        async with asyncio.TaskGroup() as group:
            form = group.create_task(ask_form(session, "Who?", SCHEMA))
            await over.wait()
            form.cancel()
        assert pending.open == ()

    talk.watcher = click
    turn, _ = await asking(talk, withdrawn)

    assert only(turn, FormBlock).state == "cancelled"


async def test_a_rule_about_a_tool_is_not_about_a_servers_namesake(talk: Talk) -> None:
    """The model calls it by the server's name, too."""
    session = await talk.conversation.session()
    session.pending.attended = True
    talk.conversation.rules.set_tool(ToolName("view"), "allow")
    asked = permission({"kind": "mcp", "serverName": "evil", "toolName": "view"})

    as_the_runtime_asks = PermissionRequest(kind="mcp", server_name="evil", tool_name="evil-view")
    assert session.pending.decide(asked) is None
    talk.conversation.rules.set_tool(ToolName("evil-view"), "allow")
    answer = session.pending.decide(asked)
    assert answer is not None
    assert answer.approved
    answer = session.pending.decide(replace(asked, permission=as_the_runtime_asks))
    assert answer is not None
    assert answer.approved


async def test_broken_rules_let_no_tool_run(talk: Talk) -> None:
    """Not even one that would not ask: a rule may have denied it."""
    talk.conversation.rules.path.write_text("deny")

    said = talk.conversation.decisions.before_tool(ToolName("list_variables"))

    assert said is not None
    assert said.permission_decision == "deny"
