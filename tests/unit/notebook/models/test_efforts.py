"""Efforts that a model takes, that it does not, and how one is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ModelError, RpcError
from copilot_nb.transcript.blocks import NoticeBlock
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from tests.unit.notebook.conftest import Talk

Params = dict[str, Any]

MODELS = (
    {"id": "auto", "capabilities": {}},
    {"id": "alpha", "capabilities": {"supports": {"reasoningEffort": False}}},
    {"id": "beta", "supportedReasoningEfforts": ["low", "high"]},
    {"id": "open", "capabilities": {"supports": {"reasoningEffort": True}}},
)


@pytest.fixture
def account(talk: Talk) -> Talk:
    """The notebook of somebody who is signed in, with four models."""
    del talk.environ["COPILOT_NB_PROVIDER"]
    talk.environ["COPILOT_NB_MODEL"] = "beta"
    talk.fake.methods |= {
        "auth.getStatus": lambda _: {"isAuthenticated": True},
        "models.list": lambda _: {"models": MODELS},
        "session.model.switchTo": lambda params: {"modelId": params["modelId"]},
    }
    return talk


def notices(talk: Talk) -> str:
    """What stands above the newest turn."""
    return " ".join(b.text for b in talk.screens[-1].preface if isinstance(b, NoticeBlock))


async def test_an_effort_is_taken_back_with_default(talk: Talk) -> None:
    """Only null does that: an effort that is left out stays as it was."""
    talk.fake.methods["session.model.switchTo"] = lambda _: {}
    await say(talk, "ask --effort high One")
    assert talk.called("session.create")[-1]["reasoningEffort"] == "high"

    said = str(await say(talk, "model --effort default"))
    await say(talk, "ask Two")
    await say(talk, "ask --effort low Three")

    assert said == "Model scripted, from the next turn on."
    assert [
        (p["modelId"], p["reasoningEffort"]) for p in talk.called("session.model.switchTo")
    ] == [
        ("scripted", None),
        ("scripted", "low"),
    ]
    assert str(await say(talk, "model")) == "Model: scripted, effort low."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("model --effort max", "beta takes effort low, high, not 'max'."),
        ("ask --effort max Two", "beta takes effort low, high, not 'max'."),
        ("model alpha --effort low", "alpha takes no effort."),
        ("model auto --effort low", "auto takes no effort."),
    ],
)
async def test_an_effort_that_the_model_does_not_take_is_refused(
    account: Talk, line: str, words: str
) -> None:
    """At once, with the way out; model and effort stay, and the next cell is asked."""
    await say(account, "ask --effort high One")

    with pytest.raises(ModelError) as caught:
        await say(account, line)
    await say(account, "ask Two")

    assert caught.value.message == words
    assert "%copilot model --effort default" in caught.value.hint
    assert str(await say(account, "model")) == "Model: beta, effort high."


async def test_an_effort_does_not_follow_to_a_model_that_takes_none(account: Talk) -> None:
    """The line that switches says so, else the turn; the runtime is told none."""
    await say(account, "ask --effort high One")

    said = str(await say(account, "model alpha"))
    await say(account, "ask --model beta --effort high Two")
    await say(account, "ask --model alpha Three")

    assert said.splitlines() == [
        "Model alpha, from the next turn on.",
        "alpha takes no effort. It thinks as hard as it does by itself from here on.",
    ]
    assert "alpha takes no effort." in notices(account)
    switched = account.called("session.model.switchTo")[-1]
    assert (switched["modelId"], switched["reasoningEffort"]) == ("alpha", None)


async def test_an_effort_chosen_before_the_runtime_runs_is_left_out_with_a_notice(
    account: Talk,
) -> None:
    """Nothing is started to find out; also where the runtime chooses the model."""
    account.environ["COPILOT_NB_MODEL"] = ""

    await say(account, "ask --effort high One")

    assert "auto takes no effort." in notices(account)
    assert "reasoningEffort" not in account.called("session.create")[-1]


@pytest.mark.parametrize("model", ["open", "unlisted"])
async def test_of_a_model_that_says_nothing_the_effort_is_sent(account: Talk, model: str) -> None:
    """The runtime decides."""
    account.environ["COPILOT_NB_MODEL"] = model

    await say(account, "ask --effort max One")

    assert account.called("session.create")[-1]["reasoningEffort"] == "max"
    assert notices(account) == ""


async def test_a_list_that_cannot_be_had_hinders_no_effort(account: Talk) -> None:
    """What is wrong with the account the turn says."""

    def refuse(_params: Params) -> Any:
        raise RpcError("Not today.")

    await say(account, "ask One")
    client = account.conversation.link.client
    assert client is not None
    client.clear_models_cache()
    account.fake.methods["models.list"] = refuse

    await say(account, "ask --effort max Two")

    assert account.conversation.link.setup.effort == "max"
