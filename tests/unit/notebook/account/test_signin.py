"""Signing in and out of a notebook's conversation, with the CLI's part played by a function."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import AuthenticationError, ConfigError, OfflineError, RpcError
from copilot_nb.notebook import facts
from copilot_nb.notebook.account import signin
from copilot_nb.notebook.account.quota import quota
from copilot_nb.notebook.models.providers import Source
from copilot_nb.session.login import DeviceCode
from copilot_nb.testing.runtime import FakeRuntime
from copilot_nb.transcript.forms import SignInBlock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk

CODE = DeviceCode("https://github.com/login/device", "ABCD-1234")
USER = {"login": "ada", "copilot_plan": "individual_pro", "token": "gho_secret"}


class Account(FakeRuntime):
    """A runtime that somebody is signed in to."""

    signed_in = True
    listing: Exception | None = None

    async def answer(self, link: Any, method: str, params: dict[str, Any]) -> Any:
        """GitHub's part of the calls."""
        match method:
            case "auth.getStatus":
                return {"isAuthenticated": self.signed_in}
            case "models.list":
                if self.listing:
                    raise self.listing
                return {"models": [{"id": "alpha"}]}
            case "account.getCurrentAuth":
                info = {"type": "user", "host": "https://github.com", "copilotUser": USER}
                return {"authInfo": info} if self.signed_in else {}
            case "account.logout":
                self.signed_in = False
                return {}
            case "account.getQuota":
                part: dict[str, Any] = {
                    "entitlementRequests": 300,
                    "usedRequests": 90,
                    "remainingPercentage": 70,
                }
                part |= {"resetDate": "2030-01-01T00:00:00Z"}
                endless = {"isUnlimitedEntitlement": True}
                return {"quotaSnapshots": {"premium_interactions": part, "chat": endless}}
        return await super().answer(link, method, params)


@pytest.fixture
async def account(talk: Talk) -> Account:
    """The conversation's runtime, with an account."""
    talk.fake = Account()
    talk.environ.pop("COPILOT_NB_PROVIDER")
    talk.environ["COPILOT_NB_VIEW"] = "plain"
    return talk.fake


def flow(
    monkeypatch: pytest.MonkeyPatch,
    play: Callable[[Callable[[], Awaitable[bool]]], Awaitable[str]],
) -> None:
    """Let the CLI show its code and then do this."""

    async def login(_options: Any, *, host: str, on_code: Any, may_store: Any) -> str:
        assert host in {"", "https://example.ghe.com"}
        on_code(CODE)
        return await play(may_store)

    monkeypatch.setattr(signin, "device_login", login)


async def never() -> str:
    """Wait until somebody gives up."""
    await asyncio.Event().wait()
    return ""


async def test_a_sign_in_shows_the_code_and_takes_it_away(
    talk: Talk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next runtime is the account's; the status says whose."""
    seen: list[SignInBlock] = []
    talk.watcher = lambda transcript, _: seen.extend(
        block for block in transcript.blocks if isinstance(block, SignInBlock)
    )

    async def done(_may_store: Any) -> str:
        return "ada"

    flow(monkeypatch, done)
    who = await signin.sign_in(talk.conversation)

    assert str(who) == "ada, plan individual pro"
    assert (seen[0].url, seen[0].code, seen[0].state) == (CODE.url, CODE.code, "open")
    assert facts.status(talk.conversation)["account"] == str(who)
    assert talk.conversation.link.source().reason == "set by %copilot login"
    assert account.signed_in


async def test_a_click_cancels(
    talk: Talk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the account that was asked before stays."""
    assert account.signed_in

    def click(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.blocks:
            if isinstance(block, SignInBlock) and block.state == "open":
                callbacks.answer(block.id, {"action": "cancel"})

    talk.watcher = click
    flow(monkeypatch, lambda _: never())

    with pytest.raises(AuthenticationError, match="cancelled"):
        await signin.sign_in(talk.conversation, host="example.ghe.com")
    assert not talk.conversation.settings.find("provider").given


@pytest.mark.usefixtures("account")
async def test_the_stop_button_ends_it_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """■ of the page, and ■ of the notebook."""
    talk.watcher = lambda transcript, callbacks: callbacks.stop() if transcript.blocks else None
    flow(monkeypatch, lambda _: never())
    with pytest.raises(AuthenticationError, match="cancelled"):
        await signin.sign_in(talk.conversation)

    shown = asyncio.Event()
    talk.watcher = lambda transcript, _: shown.set() if transcript.blocks else None
    running = asyncio.get_running_loop().create_task(signin.sign_in(talk.conversation))
    await shown.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("choice", "kept"), [(signin.KEEP, True), (signin.DROP, False)])
async def test_a_plain_file_is_a_persons_choice(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, choice: str, *, kept: bool
) -> None:
    """Unless it was made on the line."""
    answers: list[bool] = []

    def click(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if block.kind == "user_input":
                assert transcript.open_requests == (block,)  # nothing stands in front of it
                callbacks.answer(block.id, {"answer": choice})

    async def ask(may_store: Callable[[], Awaitable[bool]]) -> str:
        answers.append(await may_store())
        return "ada"

    talk.watcher = click
    flow(monkeypatch, ask)
    await signin.sign_in(talk.conversation)
    await signin.sign_in(talk.conversation, plaintext=True)

    assert answers == [kept, True]


async def test_nobody_can_type_a_code_where_nobody_is(talk: Talk) -> None:
    """A token is the way then."""
    with pytest.raises(AuthenticationError, match="Nobody is here") as caught:
        await signin.sign_in(talk.conversation)

    assert "COPILOT_GITHUB_TOKEN" in caught.value.hint


async def test_a_token_is_read_from_where_it_is_named(
    talk: Talk, account: Account, tmp_path: Path
) -> None:
    """A variable or a file; what is wrong with it is told, and the old account stays."""
    talk.environ["MY_TOKEN"] = "gho_mine"
    (tmp_path / "token").write_text("gho_file\n")
    (tmp_path / "empty").touch()

    await signin.use(talk.conversation, Source("account", "x", key_variable="MY_TOKEN"))
    assert talk.starts[-1]["github_token"] == "gho_mine"
    await signin.use(talk.conversation, Source("account", "x", key_file=str(tmp_path / "token")))
    assert talk.starts[-1]["github_token"] == "gho_file"

    for name in ("empty", "nowhere"):
        with pytest.raises(ConfigError):
            await signin.use(
                talk.conversation, Source("account", "x", key_file=str(tmp_path / name))
            )
    account.listing = RpcError("Request models.list failed with message: Bad credentials")
    before = talk.conversation.settings.find("provider")
    with pytest.raises(AuthenticationError, match="does not accept"):
        await signin.use(talk.conversation, Source("account", "x", key_variable="MY_TOKEN"))
    assert talk.conversation.settings.find("provider") == before
    account.listing = RpcError(
        "Request models.list failed with message: error sending request for url (http://x/models)"
    )
    with pytest.raises(OfflineError, match="x cannot be reached"):
        await signin.use(talk.conversation, Source("account", "x", key_variable="MY_TOKEN"))


async def test_signing_out(talk: Talk, account: Account) -> None:
    """Once; a token of one's own is only left aside."""
    assert "is signed out of github.com" in await signin.sign_out(talk.conversation)
    assert await signin.sign_out(talk.conversation) == "Nobody is signed in."
    assert not account.signed_in

    talk.environ["GH_TOKEN"] = "gho_mine"
    assert await signin.sign_out(talk.conversation) == (
        "The token is in GH_TOKEN; take it out of the environment."
    )
    talk.environ["MINE"] = talk.environ.pop("GH_TOKEN")
    mine = Source("account", "x", key_variable="MINE")
    talk.conversation.settings.choose("provider", mine, "x")
    assert await signin.sign_out(talk.conversation) == "The token of MINE is not used any more."
    assert not talk.conversation.settings.find("provider").given


async def test_signing_out_leaves_a_kept_token_aside(
    talk: Talk, account: Account, tmp_path: Path
) -> None:
    """In every notebook, whether this kernel named it or another; the environment's is told."""
    assert account.signed_in
    talk.environ |= {"COPILOT_NB_STATE": str(tmp_path), "MINE": "gho_mine"}
    mine = Source("account", "x", key_variable="MINE")
    settings = talk.conversation.settings
    for chosen in (True, False):
        settings.choose("provider", mine, "x", save=True)
        if not chosen:
            settings.choose("provider", None, "x")

        assert await signin.sign_out(talk.conversation) == (
            "The token of MINE is not used any more, in any of your notebooks."
        )
        assert not settings.find("provider").given

    talk.environ["GH_TOKEN"] = "gho_other"
    settings.choose("provider", mine, "x")
    assert await signin.sign_out(talk.conversation) == (
        "The token of MINE is not used any more. "
        "The one in GH_TOKEN is now: take it out of the environment."
    )


async def test_what_is_left_of_the_quota(talk: Talk, account: Account) -> None:
    """What is unlimited is only said where nothing else is."""
    assert account.signed_in
    source = talk.conversation.link.source()
    assert await quota(None, source) == ()
    client = await talk.conversation.link.runtime()

    assert [str(each) for each in await quota(client, source)] == [
        "Premium requests: 90 of 300 used, 70 % left, begins anew 2030-01-01"
    ]
