"""The CLI's own sign-in against a scripted account: the code, the questions, every bad end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import AuthenticationError, OfflineError
from copilot_nb.notebook.account.signin import identity
from copilot_nb.session.client import Client
from copilot_nb.session.launch import RuntimeOptions
from copilot_nb.session.login import DeviceCode, device_login
from copilot_nb.testing.account import USER_CODE, ScriptedAccount
from copilot_nb.testing.model import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WAIT = 45.0


@pytest.fixture
async def account() -> AsyncIterator[ScriptedAccount]:
    """GitHub as far as this CLI knows."""
    async with ScriptedAccount() as account:
        yield account


class Person:
    """Who signs in.

    Args:
        account: Where.
        cli_path: The real CLI.
        home: Where the CLI keeps its things.
        keeps: Whether a plain file may hold the login.
    """

    def __init__(
        self, account: ScriptedAccount, cli_path: Path, home: Path, *, keeps: bool = True
    ) -> None:
        self.url = account.url
        self.options = RuntimeOptions(
            cli_path=cli_path, env=account.environment(), copilot_home=home
        )
        self.codes: list[DeviceCode] = []
        self.keeps = keeps
        self.asked = 0

    async def sign_in(self) -> str:
        """Go through with it."""
        async with asyncio.timeout(WAIT):
            return await device_login(
                self.options, host=self.url, on_code=self.codes.append, may_store=self.may_store
            )

    async def may_store(self) -> bool:
        """The answer to the question of the plain file."""
        self.asked += 1
        return self.keeps


async def test_a_code_a_question_and_a_login_that_lasts(
    account: ScriptedAccount, cli_path: Path, tmp_path: Path
) -> None:
    """The next runtime is signed in without being told a token."""
    account.polls = ["authorization_pending"]
    person = Person(account, cli_path, tmp_path)

    name = await person.sign_in()

    assert name == "scripted-user"
    assert person.codes == [DeviceCode(f"{account.url}/login/device", USER_CODE)]
    assert person.asked == 1
    options = account.options(copilot_home=tmp_path, token=None)
    async with Client(cli_path=cli_path, **options) as client:
        who = await identity(client)
        assert who is not None
        assert str(who).startswith("scripted-user at 127.0.0.1:")
        assert who.plan == "individual_pro"
        assert "alpha" in {model.id for model in await client.list_models()}


async def test_a_login_that_nothing_may_keep_is_told(
    account: ScriptedAccount, cli_path: Path, tmp_path: Path
) -> None:
    """With the ways out."""
    person = Person(account, cli_path, tmp_path, keeps=False)

    with pytest.raises(AuthenticationError, match="no key ring") as caught:
        await person.sign_in()

    assert "--plaintext" in caught.value.hint


async def test_bad_ends_have_a_next_step(
    account: ScriptedAccount, cli_path: Path, tmp_path: Path
) -> None:
    """No access to Copilot, no code."""
    account.failures = {"/copilot_internal/user": Reply(status=403, body={"message": "no"})}
    with pytest.raises(AuthenticationError, match="no access to Copilot"):
        await Person(account, cli_path, tmp_path / "a").sign_in()

    account.failures = {"/login/device/code": Reply(status=404)}
    with pytest.raises(AuthenticationError, match="request device code"):
        await Person(account, cli_path, tmp_path / "b").sign_in()

    account.failures = {}
    person = Person(account, cli_path, tmp_path / "c")
    person.url = "http://127.0.0.1:9"
    with pytest.raises((OfflineError, AuthenticationError)) as caught:
        await person.sign_in()
    assert caught.value.hint


async def test_cancelling_ends_the_process(
    account: ScriptedAccount, cli_path: Path, tmp_path: Path
) -> None:
    """Nobody goes on asking GitHub."""
    account.polls = ["authorization_pending"] * 100
    seen = asyncio.Event()
    person = Person(account, cli_path, tmp_path)

    def shown(code: DeviceCode) -> None:
        person.codes.append(code)
        seen.set()

    flow = asyncio.get_running_loop().create_task(
        device_login(person.options, host=account.url, on_code=shown, may_store=person.may_store)
    )
    async with asyncio.timeout(WAIT):
        await seen.wait()
    flow.cancel()

    with pytest.raises(asyncio.CancelledError):
        await flow
