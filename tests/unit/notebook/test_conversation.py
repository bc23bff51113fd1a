"""One conversation: when its runtime starts, what it is opened with, and how turns end."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError, ShownError, UsageError
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.notebook import facts
from copilot_nb.notebook.models.providers import parse
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import PermissionBlock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk

COMMAND = Reply(tools=[("bash", {"command": "touch x", "description": "make x"})])


async def test_nothing_starts_before_the_first_turn(talk: Talk) -> None:
    """The status says so, and asks nobody."""
    found = facts.status(talk.conversation)

    assert talk.starts == []
    assert found["runtime"] == "not started; the first turn starts it"
    assert found["session"] == "none yet; it begins with the first turn"
    assert found["approvals"] == "you are asked"


async def test_a_turn_opens_the_session_as_it_is_set(talk: Talk, tmp_path: Path) -> None:
    """Provider, model, folder, kernel tools and what the agent is told about notebooks."""
    turn = await talk.conversation.run("Hello")

    assert turn.text == "Hello from the scripted model."
    (start,) = talk.starts
    assert (start["offline"], start["provider_base_url"]) == (True, "http://127.0.0.1:1/v1")
    (created,) = talk.called("session.create")
    assert created["provider"] == {"type": "openai", "baseUrl": "http://127.0.0.1:1/v1"}
    assert created["model"] == "scripted"
    assert created["workingDirectory"] == str(tmp_path)
    assert [tool["name"] for tool in created["tools"]] == [tool.name for tool in KERNEL_TOOLS]
    assert "live Jupyter/IPython notebook" in created["systemMessage"]["content"]
    assert created["enableFileHooks"] is False


async def test_the_next_turn_uses_the_same_session(talk: Talk) -> None:
    """Nothing is started or opened again."""
    await talk.conversation.run("One")
    await talk.conversation.run("Two")

    assert len(talk.starts) == len(talk.called("session.create")) == 1
    assert "One" in talk.told


async def test_new_leaves_the_conversation(talk: Talk) -> None:
    """The runtime goes on, the next turn begins another session."""
    await talk.conversation.run("One")
    await talk.conversation.new()
    await talk.conversation.run("Two")

    assert len(talk.starts) == 1
    assert len(talk.called("session.create")) == 2
    assert "One" not in talk.told


async def test_stop_ends_the_runtime_and_resumes(talk: Talk) -> None:
    """The second stop has nothing to do."""
    await talk.conversation.run("One")

    assert await talk.conversation.stop()
    assert not await talk.conversation.stop()
    await talk.conversation.run("Two")

    assert len(talk.starts) == 2
    assert len(talk.called("session.resume")) == 1
    assert "One" in talk.told


async def test_a_lost_runtime_is_an_error_and_the_next_turn_resumes(talk: Talk) -> None:
    """The session object stays the same: names that users bound to it go on working."""
    await talk.conversation.run("One")
    session = await talk.conversation.session()
    asked = talk.never_answers()
    running = asyncio.get_running_loop().create_task(talk.conversation.run("Two"))
    await asked.wait()

    talk.fake.kill()
    with pytest.raises(ShownError, match="The turn failed"):
        await running
    await talk.conversation.run("Three")

    assert await talk.conversation.session() is session
    assert "One" in talk.told


async def test_another_provider_reopens_the_session(talk: Talk) -> None:
    """In the same runtime, with what was said so far."""
    await talk.conversation.run("One")
    chosen = replace(parse("http://localhost:2/v1", "set by %copilot provider"), model="other")
    await talk.conversation.use_provider(chosen)
    await talk.conversation.run("Two")

    (resumed,) = talk.called("session.resume")
    assert resumed["provider"]["baseUrl"] == "http://localhost:2/v1"
    assert resumed["model"] == "other"
    assert len(talk.starts) == 1
    assert "One" in talk.told


async def test_another_kind_of_source_restarts_the_runtime(talk: Talk) -> None:
    """An account's runtime may use the network; without an account the one that runs goes on."""
    await talk.conversation.run("One")
    talk.environ["COPILOT_NB_PROVIDER"] = "account"

    with pytest.raises(ShownError, match="No model to ask"):
        await talk.conversation.run("Two")
    talk.environ["COPILOT_NB_PROVIDER"] = "http://127.0.0.1:1/v1"
    await talk.conversation.run("Three")
    assert [start["offline"] for start in talk.starts] == [True, False]
    assert "One" in talk.told

    talk.fake.methods["auth.getStatus"] = lambda _: {"isAuthenticated": True}
    talk.fake.methods["models.list"] = lambda _: {"models": []}
    talk.environ["COPILOT_NB_PROVIDER"] = "account"
    await talk.conversation.run("Four")
    assert [start["offline"] for start in talk.starts] == [True, False, False]
    assert "Three" in talk.told


async def test_a_missing_model_is_said_before_anything_starts(talk: Talk) -> None:
    """A provider of one's own has no default."""
    del talk.environ["COPILOT_NB_MODEL"]

    with pytest.raises(ShownError, match="No model is named for openai at http"):
        await talk.conversation.run("Hello")

    assert talk.starts == []


async def test_a_missing_key_is_said_when_the_provider_is_chosen(talk: Talk) -> None:
    """Not only with the next turn."""
    with pytest.raises(ConfigError, match="OPENAI_API_KEY is not set"):
        await talk.conversation.use_provider(parse("openai", "typed"))


async def test_a_model_switch_survives_a_runtime_that_cannot_switch(talk: Talk) -> None:
    """Then the session is opened again with the other model."""
    await talk.conversation.run("One")
    await talk.conversation.use_model("other")
    await talk.conversation.run("Two")

    (resumed,) = talk.called("session.resume")
    assert resumed["model"] == "other"
    assert facts.model(talk.conversation) == "other"


async def test_another_folder_is_where_the_agent_works_next(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`os.chdir` in a cell counts for the next turn."""
    await talk.conversation.run("One")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    await talk.conversation.run("Two")

    (resumed,) = talk.called("session.resume")
    assert resumed["workingDirectory"] == str(tmp_path / "sub")


async def test_nobody_here_denies_and_the_turn_goes_on(
    talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output names what was denied, who decided, and how to allow it."""
    talk.fake.script = [COMMAND, Reply("Then not.")]

    turn = await talk.conversation.run("Make x")

    assert turn.text == "Then not."
    shown = capsys.readouterr().out
    assert "Denied by the headless policy (COPILOT_NB_POLICY=allow" in shown
    assert "touch x" in shown


def clicks(**value: str) -> Callable[[Transcript, Callbacks], None]:
    """Somebody who answers the first request like this, from a thread of the front end."""
    done: set[str] = set()

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if block.id not in done:
                done.add(block.id)
                threading.Thread(target=callbacks.answer, args=(block.id, value)).start()

    return watch


async def test_a_click_on_any_thread_answers(talk: Talk) -> None:
    """It crosses to the loop; who answered is written down."""
    talk.watcher = clicks(choice="allow_once")
    talk.fake.script = [COMMAND, Reply("Done.")]

    turn = await talk.conversation.run("Make x")

    (block,) = [b for b in turn.transcript.blocks if isinstance(b, PermissionBlock)]
    assert (block.answer, block.by) == ("Allowed once", "you")


async def test_for_this_session_is_not_asked_again(talk: Talk) -> None:
    """Until a new conversation begins."""
    talk.watcher = clicks(choice="allow_session")
    talk.fake.script = [COMMAND, Reply("One."), COMMAND, Reply("Two."), COMMAND, Reply("Three.")]
    await talk.conversation.run("Make x")
    talk.watcher = clicks(choice="deny")

    again = await talk.conversation.run("Make x")
    await talk.conversation.new()
    fresh = await talk.conversation.run("Make x")

    assert [call.state for call in (*again.tool_calls, *fresh.tool_calls)] == ["ok", "denied"]


async def test_what_cannot_be_understood_answers_nothing(talk: Talk) -> None:
    """A page that sends something else leaves the request open, and so does a late answer."""
    answers = [{"choice": "everything"}, {"choice": "deny"}, {"choice": "allow_once"}]

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            for value in answers:
                callbacks.answer(block.id, value)
            answers.clear()

    talk.watcher = watch
    talk.fake.script = [COMMAND, Reply("Then not.")]

    turn = await talk.conversation.run("Make x")

    assert [call.state for call in turn.tool_calls] == ["denied"]


async def test_the_views_stop_button_ends_the_turn(talk: Talk) -> None:
    """In one line; the session goes on."""
    talk.watcher = lambda _transcript, callbacks: callbacks.stop()
    talk.never_answers()

    with pytest.raises(ShownError) as caught:
        await talk.conversation.run("Wait")

    assert caught.value._render_traceback_() == ["Stopped: the session goes on."]
    talk.watcher = None
    talk.fake.script = []  # the model may not have been asked yet
    assert (await talk.conversation.run("Go on")).error is None


async def test_a_forgotten_conversation_is_told(
    talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody deleted it: the turn runs in a new one, and says so."""
    await talk.conversation.run("One")
    await talk.conversation.stop()
    talk.fake.sessions.clear()
    capsys.readouterr()

    await talk.conversation.run("Two")

    assert "no longer knows the conversation" in capsys.readouterr().out
    assert "One" not in talk.told


async def test_a_turn_within_a_turn_is_refused(talk: Talk) -> None:
    """It would wait for the turn that waits for it."""
    asked = talk.never_answers()
    running = asyncio.get_running_loop().create_task(talk.conversation.run("Wait"))
    await asked.wait()

    with pytest.raises(UsageError, match="A turn runs in this notebook"):
        await talk.conversation.run("Meanwhile")

    running.cancel()
    await asyncio.wait({running})


async def test_a_turn_that_is_prepared_counts_as_one(talk: Talk) -> None:
    """Two that begin at once would share a cell."""

    async def late() -> None:
        with pytest.raises(UsageError, match="A turn runs in this notebook"):
            await talk.conversation.run("Meanwhile")

    await talk.conversation.run("Go", prepare=late)

    assert [turn.prompt for turn in talk.conversation.history.turns] == ["Go"]


async def test_a_policy_decides_before_anybody_is_asked(talk: Talk) -> None:
    """It is read anew for each turn."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [COMMAND, Reply("Done."), COMMAND, Reply("Not.")]

    allowed = await talk.conversation.run("Make x")
    talk.environ["COPILOT_NB_POLICY"] = "deny"
    denied = await talk.conversation.run("Make x")

    assert [call.state for call in (*allowed.tool_calls, *denied.tool_calls)] == ["ok", "denied"]
    assert facts.status(talk.conversation)["approvals"] == "deny (COPILOT_NB_POLICY)"


async def test_a_wrong_policy_stops_before_anything_is_sent(talk: Talk) -> None:
    """A typo must not end in no policy."""
    talk.environ["COPILOT_NB_POLICY"] = "denny"

    with pytest.raises(ConfigError, match="'denny', which cannot be read"):
        await talk.conversation.run("Hello")

    assert talk.starts == []


async def test_outside_of_a_turn_nobody_is_asked(talk: Talk) -> None:
    """`current().ask` draws nothing, so a request of it must not wait for a click."""
    talk.fake.script = [COMMAND, Reply("Then not.")]
    session = await talk.conversation.session()

    async with asyncio.timeout(5):
        turn = await session.ask("Make x")

    assert [call.state for call in turn.tool_calls] == ["denied"]


async def test_outside_of_a_turn_policies_decide(talk: Talk) -> None:
    """As they are set at that moment."""
    talk.fake.script = [COMMAND, Reply("Done.")]
    session = await talk.conversation.session()
    talk.environ["COPILOT_NB_POLICY"] = "allow"

    turn = await session.ask("Make x")

    assert [call.state for call in turn.tool_calls] == ["ok"]
