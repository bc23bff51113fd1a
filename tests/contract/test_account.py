"""A real runtime signed in to a scripted account: models, quota, cost, and every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import AuthenticationError, ModelError, OfflineError, QuotaError
from copilot_nb.protocol.session import SessionConfig
from copilot_nb.session.client import Client
from copilot_nb.testing.account import TOKEN, ScriptedAccount
from copilot_nb.testing.model import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from copilot_nb.errors import SessionError

ALPHA = SessionConfig(model="alpha")
WAIT = 20.0
COMPLETIONS = "/chat/completions"


@pytest.fixture
async def account() -> AsyncIterator[ScriptedAccount]:
    """GitHub as far as this runtime knows."""
    async with ScriptedAccount() as account:
        yield account


@pytest.fixture
async def client(account: ScriptedAccount, cli_path: Path, tmp_path: Path) -> AsyncIterator[Client]:
    """Signed in."""
    options = account.options(copilot_home=tmp_path / "copilot")
    async with Client(cli_path=cli_path, **options) as client:
        yield client


def refused(status: int, message: str, code: str = "unauthorized") -> Reply:
    """What the service answers."""
    return Reply(status=status, body={"error": {"message": message, "code": code}})


async def test_a_signed_in_runtime_says_what_there_is(client: Client) -> None:
    """Who it is, the models with their limits and multipliers, what is left of the quota."""
    status = await client.get_auth_status()
    models = {model.id: model for model in await client.list_models()}
    quota = (await client.get_quota())["quotaSnapshots"]["premium_interactions"]

    assert status.is_authenticated
    assert list(models) == ["auto", "alpha", "beta", "gamma", "delta"]
    assert models["beta"].to_wire()["billing"]["multiplier"] == 3
    assert (quota["entitlementRequests"], quota["usedRequests"]) == (300, 90)


async def test_a_turn_says_what_it_cost(account: ScriptedAccount, client: Client) -> None:
    """Premium requests by the model's multiplier, and AI credits as the service says them."""
    account.script.append(Reply("Hello.", credits=1.25))
    session = await client.create_session(SessionConfig(model="beta"))

    turn = await session.ask("Hello.", timeout=WAIT)

    assert turn.usage.cost == 3
    assert turn.usage.credits == 1.25
    assert turn.usage.input_tokens == 100
    assert set(account.tokens) <= {TOKEN, ""}


@dataclass(frozen=True)
class Refusal:
    """How a service says no, and what a person reads."""

    reply: Reply
    kind: type[SessionError]
    message: str
    hint: str


REFUSALS = {
    "token expired": Refusal(
        Reply(status=401, body={"message": "Bad credentials"}),
        AuthenticationError,
        "does not accept the token or the login",
        "%copilot login",
    ),
    "no seat": Refusal(
        refused(403, "unauthorized: not licensed to use Copilot"),
        AuthenticationError,
        "not licensed to use Copilot",
        "https://github.com/settings/copilot",
    ),
    "policy blocked": Refusal(
        refused(403, "unauthorized: not authorized to use this Copilot feature"),
        AuthenticationError,
        "requires an enterprise or organization policy",
        "administrator",
    ),
    "token without permission": Refusal(
        refused(403, "Personal Access Token does not have Copilot Requests permission"),
        AuthenticationError,
        "does not have Copilot Requests permission",
        "fine-grained token",
    ),
    "quota gone": Refusal(
        refused(402, "You have no quota", "quota_exceeded"),
        QuotaError,
        "You have no quota",
        "%copilot usage",
    ),
    "too much this week": Refusal(
        Reply(
            status=429,
            headers={"retry-after": "3600"},
            body={"error": {"code": "user_weekly_rate_limited", "message": "weekly limit"}},
        ),
        QuotaError,
        "weekly rate limit",
        "Wait",
    ),
    "model not allowed": Refusal(
        refused(400, "The requested model is not supported.", "model_not_supported"),
        ModelError,
        "The requested model is not supported.",
        "%copilot model",
    ),
}


async def test_each_refusal_has_its_next_step(account: ScriptedAccount, client: Client) -> None:
    """An error of two lines for every way in which the service can say no."""
    for name, refusal in REFUSALS.items():
        account.failures = {COMPLETIONS: refusal.reply}
        session = await client.create_session(ALPHA)

        with pytest.raises(refusal.kind) as caught:
            await session.ask("Hello.", timeout=WAIT)

        assert refusal.message in caught.value.message, name
        assert refusal.hint in caught.value.hint, name
        assert len(str(caught.value).splitlines()) == 2, name


async def test_a_model_that_is_not_there_is_refused(client: Client) -> None:
    """Before anything is asked."""
    with pytest.raises(ModelError, match="nosuch"):
        await client.create_session(SessionConfig(model="nosuch"))


async def test_an_unknown_token_is_told_from_a_lost_network(
    account: ScriptedAccount, client: Client
) -> None:
    """By the list of models, which asks once; a turn would try for half a minute."""
    account.users.clear()
    with pytest.raises(AuthenticationError, match="does not accept the token"):
        await client.list_models()

    account.failures = {"/models": refused(403, "unauthorized: not licensed to use Copilot")}
    with pytest.raises(AuthenticationError, match="not licensed"):
        await client.list_models()


async def test_without_network_it_says_who_cannot_be_reached(
    account: ScriptedAccount, cli_path: Path, tmp_path: Path
) -> None:
    """Not that the account is wrong."""
    options = account.options(copilot_home=tmp_path / "copilot")
    closed = dict.fromkeys(
        ("COPILOT_API_URL", "COPILOT_DEBUG_GITHUB_API_URL"), "http://127.0.0.1:9"
    )
    options["env"] = {**options["env"], **closed}

    async with Client(cli_path=cli_path, **options) as client:
        with pytest.raises(OfflineError, match="cannot be reached"):
            await client.list_models()


async def test_nobody_signed_in_is_said_so(
    account: ScriptedAccount, cli_path: Path, tmp_path: Path
) -> None:
    """With the ways to change that."""
    options = account.options(copilot_home=tmp_path / "copilot", token=None)

    async with Client(cli_path=cli_path, **options) as client:
        with pytest.raises(AuthenticationError, match="Nobody is signed in") as caught:
            await client.list_models()

    assert "%copilot login" in caught.value.hint
