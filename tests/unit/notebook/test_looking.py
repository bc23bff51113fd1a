"""What needs no model is answered without one, and what was set up then holds in the first turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import CopilotError, ShownError
from copilot_nb.notebook import facts, servers
from copilot_nb.protocol.session import McpServerConfig

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk

OWN = "http://127.0.0.1:1/v1"


@pytest.fixture
def nobody(talk: Talk) -> Talk:
    """A notebook that knows no model: no provider is set, and nobody is signed in."""
    del talk.environ["COPILOT_NB_PROVIDER"], talk.environ["COPILOT_NB_MODEL"]
    talk.fake.methods["session.mcp.list"] = lambda _: {"servers": []}
    talk.fake.methods["session.mcp.startServer"] = lambda _: {}
    return talk


def signed_in(talk: Talk) -> None:
    """Somebody is signed in from here on."""
    talk.fake.methods["auth.getStatus"] = lambda _: {"isAuthenticated": True}
    talk.fake.methods["models.list"] = lambda _: {"models": []}


async def test_looking_needs_no_model(nobody: Talk) -> None:
    """Tried with the account once; the runtime that then looks has neither network nor token."""
    await nobody.conversation.look()
    await nobody.conversation.look()
    await nobody.conversation.new()
    await nobody.conversation.look()
    await nobody.conversation.link.any_runtime()

    assert [start["offline"] for start in nobody.starts] == [False, True]
    assert nobody.starts[1]["github_token"] is None
    created = nobody.called("session.create")
    assert [params.get("provider") for params in created] == [None, None]


async def test_a_bad_token_does_not_reach_the_runtime_that_looks(nobody: Talk) -> None:
    """Nor does the stored login; what is missing names the token's variable."""
    nobody.environ["GH_TOKEN"] = "secret"

    await nobody.conversation.link.any_runtime()

    assert [start["github_token"] for start in nobody.starts] == ["secret", None]
    assert [start["use_logged_in_user"] for start in nobody.starts] == [None, False]
    assert facts.status(nobody.conversation)["missing"].endswith(
        "the token in GH_TOKEN signs nobody in."
    )


async def test_a_runtime_that_looked_serves_a_provider_of_ones_own(nobody: Talk) -> None:
    """The session gives way to one of the same id, so that its name and plan stay."""
    looked = await nobody.conversation.look()
    await looked.plan.update("First this.")

    nobody.environ |= {"COPILOT_NB_PROVIDER": OWN, "COPILOT_NB_MODEL": "scripted"}
    await nobody.conversation.run("Hello.")

    asked = await nobody.conversation.session()
    assert asked is not looked
    assert asked.session_id == looked.session_id
    assert (await asked.plan.read()).content == "First this."
    assert len(nobody.starts) == 2


async def test_a_runtime_that_looked_is_not_the_accounts(nobody: Talk) -> None:
    """A turn starts one that knows the account, and only then the other one ends."""
    await nobody.conversation.look()
    client = nobody.conversation.link.client

    with pytest.raises(ShownError, match="No model to ask"):
        await nobody.conversation.run("Too early.")
    assert nobody.conversation.link.client is client

    signed_in(nobody)
    await nobody.conversation.run("Hello.")
    assert nobody.conversation.link.client is not client
    assert [start["offline"] for start in nobody.starts] == [False, True, False, False]


async def test_who_is_signed_in_looks_with_the_account(nobody: Talk) -> None:
    """The first turn then finds its session open."""
    signed_in(nobody)

    looked = await nobody.conversation.look()

    assert await nobody.conversation.session() is looked
    assert [start["offline"] for start in nobody.starts] == [False]


async def test_what_a_turn_found_out_a_look_need_not_try(nobody: Talk) -> None:
    """The status says it from then on, too."""
    with pytest.raises(ShownError, match="No model to ask"):
        await nobody.conversation.run("Hello?")
    assert facts.status(nobody.conversation)["missing"].startswith("No model to ask")

    await nobody.conversation.look()

    assert [start["offline"] for start in nobody.starts] == [False, True]


async def test_who_is_signed_out_is_not_named_any_more(nobody: Talk) -> None:
    """Nor by a runtime that only looks."""
    signed_in(nobody)
    auth = {"authInfo": {"login": "ada", "host": "github.com"}}
    nobody.fake.methods["account.getCurrentAuth"] = lambda _: auth
    await nobody.conversation.look()
    assert facts.status(nobody.conversation)["account"] == "ada"

    del nobody.fake.methods["auth.getStatus"]
    await nobody.conversation.stop()
    await nobody.conversation.look()

    assert "account" not in facts.status(nobody.conversation)


async def test_what_is_set_now_is_tried_anew(nobody: Talk) -> None:
    """A token that was set since the last look may be of somebody."""
    await nobody.conversation.look()
    signed_in(nobody)
    nobody.environ["GH_TOKEN"] = "secret"
    await nobody.conversation.new()

    await nobody.conversation.look()

    assert [start["offline"] for start in nobody.starts] == [False, True, False]
    assert nobody.conversation.link.missing is None


async def test_a_look_leaves_an_open_session_as_it_is(talk: Talk) -> None:
    """Also where what is set since could not be asked."""
    await talk.conversation.run("Hello.")
    session = await talk.conversation.session()
    talk.environ["COPILOT_NB_PROVIDER"] = "account"

    assert await talk.conversation.look() is session
    assert len(talk.starts) == 1


@pytest.mark.parametrize(
    "environ",
    [
        {"COPILOT_NB_PROVIDER": OWN},
        {"COPILOT_NB_PROVIDER": "openai", "COPILOT_NB_MODEL": "gpt-5"},
        {"COPILOT_NB_PROVIDER": "azure", "COPILOT_NB_MODEL": "gpt-5"},
        {"COPILOT_NB_PROVIDER": "no such place"},
    ],
)
async def test_a_provider_that_is_not_complete_is_no_obstacle(
    nobody: Talk, environ: dict[str, str]
) -> None:
    """No model, no key, no URL, or a name that means nothing: a turn says so, a look goes on."""
    nobody.environ |= environ

    assert await servers.listed(nobody.conversation) == ()

    with pytest.raises(CopilotError):
        await nobody.conversation.session()


async def test_what_was_chosen_before_a_model_holds_with_it(nobody: Talk, tmp_path: Path) -> None:
    """Servers, mode, effort, skills, and a name; the first turn has them all."""
    talk, setup = nobody.conversation, nobody.conversation.link.setup
    config = McpServerConfig(type="local", command="clerk")
    await servers.add(talk, "clerk", config)
    await setup.use_mode("plan", talk.link.ready)
    await talk.use_model(effort="high")
    setup.skills_off |= {"poetry"}
    setup.skill_folders = (tmp_path,)

    nobody.environ |= {"COPILOT_NB_PROVIDER": OWN, "COPILOT_NB_MODEL": "scripted"}
    session = await talk.session()

    opened: dict[str, Any] = nobody.called("session.resume")[-1]
    assert opened["mcpServers"]["clerk"]["command"] == "clerk"
    assert opened["provider"]["baseUrl"] == OWN
    assert opened["reasoningEffort"] == "high"
    assert opened["disabledSkills"] == ["poetry"]
    assert opened["skillDirectories"] == [str(tmp_path)]
    assert await session.mode.get() == "plan"


async def test_a_session_that_was_not_written_down_begins_again_as_itself(nobody: Talk) -> None:
    """The runtime forgets one that said nothing, but for what lies in its folder."""
    looked = await nobody.conversation.look()
    nobody.fake.sessions.clear()

    nobody.environ |= {"COPILOT_NB_PROVIDER": OWN, "COPILOT_NB_MODEL": "scripted"}
    session = await nobody.conversation.session()

    assert session.session_id == looked.session_id
    assert nobody.conversation.link.take_news() == ()


async def test_the_status_says_what_is_missing_and_what_to_do(nobody: Talk) -> None:
    """Once somebody had to look without a model, and no longer when there is one."""
    assert "next step" not in facts.status(nobody.conversation)

    await nobody.conversation.look()

    found = facts.status(nobody.conversation)
    assert found["runtime"].endswith(", without a model")
    assert found["model"] == "none yet"
    assert found["session"] == "none yet; it begins with the first turn"
    assert found["missing"].startswith("No model to ask")
    assert "%copilot login" in found["next step"]
    nobody.environ |= {"COPILOT_NB_PROVIDER": OWN, "COPILOT_NB_MODEL": "scripted"}
    assert "missing" not in facts.status(nobody.conversation)
