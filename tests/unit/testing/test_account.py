"""The scripted account answers like GitHub's services, and refuses on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from copilot_nb.testing.account import TOKEN, AccountUser, Quota, ScriptedAccount
from copilot_nb.testing.model import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SIGNED_IN = {"authorization": f"Bearer {TOKEN}"}
PROMPT = {"model": "alpha", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
async def account() -> AsyncIterator[ScriptedAccount]:
    """A running one."""
    async with ScriptedAccount() as account:
        yield account


@pytest.fixture
async def http(account: ScriptedAccount) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose base URL is the account's."""
    async with httpx.AsyncClient(base_url=account.url, timeout=5, trust_env=False) as client:
        yield client


async def test_a_known_token_has_a_user_models_and_answers(
    account: ScriptedAccount, http: httpx.AsyncClient
) -> None:
    """What is asked is written down."""
    user = (await http.get("/copilot_internal/user", headers=SIGNED_IN)).json()
    models = (await http.get("/models", headers=SIGNED_IN)).json()
    answer = (await http.post("/chat/completions", headers=SIGNED_IN, json=PROMPT)).json()

    assert user["quota_snapshots"]["premium_interactions"]["percent_remaining"] == 70
    assert [model["id"] for model in models["data"]] == ["alpha", "beta", "gamma", "delta"]
    assert answer["choices"][0]["message"]["content"] == "Hello from the scripted account."
    assert account.paths == [
        "GET /copilot_internal/user",
        "GET /models",
        "POST /chat/completions",
    ]


async def test_an_unknown_token_is_refused_everywhere(http: httpx.AsyncClient) -> None:
    """As an expired one would be."""
    for method, path in (("GET", "/models"), ("POST", "/chat/completions")):
        assert (await http.request(method, path, json=PROMPT)).status_code == 401


async def test_services_fail_on_request(account: ScriptedAccount, http: httpx.AsyncClient) -> None:
    """With any status, body and headers."""
    failure = Reply(status=402, body={"message": "gone"}, headers={"retry-after": "9"})
    account.failures = {"/chat/completions": failure}

    answer = await http.post("/chat/completions", headers=SIGNED_IN, json=PROMPT)

    assert (answer.status_code, answer.json()["message"]) == (402, "gone")
    assert answer.headers["retry-after"] == "9"
    assert (await http.get("/nothing", headers=SIGNED_IN)).status_code == 404


async def test_a_sign_in_takes_as_many_polls_as_it_is_told(
    account: ScriptedAccount, http: httpx.AsyncClient
) -> None:
    """A code, "not yet", then a token."""
    account.polls = ["authorization_pending"]
    code = (await http.post("/login/device/code")).json()
    polls = [(await http.post("/login/oauth/access_token")).json() for _ in range(2)]

    assert code["verification_uri"] == f"{account.url}/login/device"
    assert polls[0]["error"] == "authorization_pending"
    assert polls[1]["access_token"] == TOKEN


def test_quota_and_users_are_values(tmp_path: Path) -> None:
    """What is left can be changed for everybody; signed out means without a token."""
    account = ScriptedAccount(users={"a": AccountUser(seat=False)})
    account.set_premium(Quota(unlimited=True))

    assert account.users["a"].premium.unlimited
    assert account.users["a"].to_wire("u")["access_type_sku"] == "no_access"
    assert "github_token" not in account.options(copilot_home=tmp_path, token=None)
    assert account.environment("t")["COPILOT_GITHUB_TOKEN"] == "t"
