"""Signing in and out of GitHub from the notebook.

`%copilot login` shows the code of the CLI's own device flow in the output and waits; the runtime
then starts anew, and the conversation goes on. A token of one's own is named, by its variable or
its file, and never shown.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from copilot_nb.errors import AuthenticationError, CopilotError, OfflineError
from copilot_nb.notebook.models.providers import Source
from copilot_nb.notebook.permissions.answers import answer_of
from copilot_nb.notebook.screen.screen import choose_mode
from copilot_nb.protocol.user_input import UserInputRequest
from copilot_nb.session.login import device_login
from copilot_nb.session.pending import Answer, PendingRequest, PendingRequests
from copilot_nb.session.tasks import Tasks
from copilot_nb.transcript.blocks import Transcript, UserInputBlock
from copilot_nb.transcript.forms import SignInBlock
from copilot_nb.views.view import Callbacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.screen.screen import Screen
    from copilot_nb.session.client import Client
    from copilot_nb.session.launch import RuntimeOptions
    from copilot_nb.session.login import DeviceCode
    from copilot_nb.transcript.forms import RequestState

BY_LOGIN = "set by %copilot login"
KEEP, DROP = "Keep it in the CLI's file", "Do not keep it"
_QUESTION = (
    "There is no key ring on this machine. May the Copilot CLI keep the login in its own file, "
    "readable by you alone?"
)
_NOBODY = "Set a token in COPILOT_GITHUB_TOKEN, or run `copilot login` in a shell."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in."""

    login: str
    plan: str
    host: str

    def __str__(self) -> str:
        where = "" if self.host in {"", "github.com"} else f" at {self.host}"
        plan = f", plan {self.plan.replace('_', ' ')}" if self.plan else ""
        return f"{self.login or 'somebody'}{where}{plan}"


async def identity(client: Client) -> Identity | None:
    """Who the runtime is signed in as; nothing of the account but these three is kept."""
    with suppress(CopilotError):
        reply = await client.rpc.account.get_current_auth()
        info = reply.get("authInfo")
        if info:
            user = info.get("copilotUser") or {}
            login = user.get("login") or info.get("login") or ""
            return Identity(str(login), str(user.get("copilot_plan") or ""), host_of(info))
    return None


def host_of(info: Mapping[str, Any]) -> str:
    """The host of an account, without what stands around it."""
    host = str(info.get("host") or "")
    return urlsplit(host).netloc or host


async def check(client: Client) -> None:
    """See that the account is accepted and can be reached; asks once, where a turn would retry.

    Raises:
        AuthenticationError: It is not accepted, or may not use Copilot.
        OfflineError: It cannot be reached.
    """
    try:
        await client.list_models()
    except (AuthenticationError, OfflineError):
        raise
    except CopilotError:
        return  # it may be over with the next call, and a turn says it with more words


async def sign_in(
    conversation: Conversation, *, host: str = "", plaintext: bool | None = None
) -> Identity:
    """Sign in with a code that is typed on GitHub's page; the next turn asks this account.

    Args:
        conversation: The notebook's.
        host: Another GitHub than github.com.
        plaintext: Whether a plain file may keep the login without key ring; None asks.

    Raises:
        AuthenticationError: Nobody can type the code, it expired, or there is no Copilot for them.
    """
    mode = choose_mode(conversation.settings)
    if mode == "static":
        raise AuthenticationError("Nobody is here to type a code on GitHub's page.", hint=_NOBODY)
    panel = Panel(conversation, host, plaintext)
    await panel.run(conversation.link.login_options())
    return await use(conversation, Source("account", BY_LOGIN, stored=True))


async def use(conversation: Conversation, source: Source) -> Identity:
    """Ask that account from now on, in a runtime that knows it; who it is.

    Raises:
        ConfigError: Its token is not where it should be.
        AuthenticationError: GitHub does not accept it.
    """
    settings = conversation.settings
    source.check(settings.environ)
    await conversation.link.stop()
    with settings.trying("provider", source, BY_LOGIN):
        client = await conversation.link.runtime()
    return await identity(client) or Identity("", "", "")


async def sign_out(conversation: Conversation) -> str:
    """Forget the login; what came of it, in words."""
    link, settings = conversation.link, conversation.settings
    source = link.source()
    if _token(source):
        await link.stop()
        return _leave_token(conversation, source)
    async with link.account() as client:
        reply = await client.rpc.account.get_current_auth()
        info = reply.get("authInfo")
        if not info:
            return "Nobody is signed in."
        await client.rpc.account.logout(auth_info=info)
    if not source.own:
        await link.stop()
        settings.choose("provider", None, BY_LOGIN)
    name = info.get("login") or (info.get("copilotUser") or {}).get("login") or "The account"
    return f"{name} is signed out of {host_of(info) or 'GitHub'}."


def _leave_token(conversation: Conversation, source: Source) -> str:
    """Use the token that is asked with no more, as far as a setting names it; in words."""
    settings, where = conversation.settings, ""
    if _token(settings.get("provider")):
        settings.choose("provider", None, BY_LOGIN)
        if _token(settings.get("provider")):  # kept for all notebooks
            settings.choose("provider", None, BY_LOGIN, save=True)
            where = ", in any of your notebooks"
    left = _token(conversation.link.source())
    if left == _token(source):
        return f"The token is in {left}; take it out of the environment."
    said = f"The token of {_token(source)} is not used any more{where}."
    return f"{said} The one in {left} is now: take it out of the environment." if left else said


def _token(source: Source | None) -> str:
    """What holds the token of an account; empty for a login and for other places."""
    if source is None or source.kind != "account":
        return ""
    return source.key_variable or source.key_file


class Panel:
    """Shows a sign-in in the cell, and takes what a person says to it.

    Args:
        conversation: Whose settings and screen it uses.
        host: The GitHub that is signed in to.
        plaintext: The answer to the question of the plain file; None asks a person.
    """

    def __init__(self, conversation: Conversation, host: str, plaintext: bool | None) -> None:
        self._plaintext = plaintext
        self._address = f"https://{host}" if host and "://" not in host else host
        self._host = urlsplit(self._address).netloc or "github.com"
        self._pending = PendingRequests()
        self._tasks = Tasks()
        self._flow: asyncio.Task[str] | None = None
        self._transcript = Transcript(state="running", status="Asking GitHub for a code")
        loop = asyncio.get_running_loop()

        def answer(request_id: str, value: Mapping[str, Any]) -> None:
            loop.call_soon_threadsafe(self._answered, request_id, value)

        def stop() -> None:
            loop.call_soon_threadsafe(self._stop)

        callbacks = Callbacks(answer=answer, stop=stop)
        self._screen: Screen = conversation.new_screen(callbacks)
        self._pending.attended = self._screen.attended
        self._id = str(uuid4())

    async def run(self, options: RuntimeOptions) -> str:
        """Sign in; the name.

        Raises:
            AuthenticationError: It was cancelled, expired, or refused.
        """
        self._screen.update(self._transcript)
        self._screen.attend(self._pending)
        self._flow = asyncio.get_running_loop().create_task(
            device_login(
                options,
                host=self._address,
                on_code=self._show,
                may_store=self._may_store,
            )
        )
        name = ""
        try:
            name = await self._flow
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                self._flow.cancel()  # ■: the process must not outlive the cell
                await asyncio.wait({self._flow})
                raise
            raise AuthenticationError("The sign-in was cancelled.", hint=_NOBODY) from None
        finally:
            await self._tasks.close()
            self._close(name)
        return name

    def _show(self, code: DeviceCode) -> None:
        block = SignInBlock(id=self._id, host=self._host, url=code.url, code=code.code)
        self._tasks.spawn(self._wait_for_cancel())  # before anybody sees what they may cancel
        self._update(replace(self._transcript.put(block), status="Waiting for you on GitHub"))

    async def _wait_for_cancel(self) -> None:
        """Who signs in does so on GitHub's page; here they can only give up."""
        request = PendingRequest(id=self._id, kind="sign_in")
        if (await self._pending.ask(request)).choice == "cancel":
            self._stop()

    async def _may_store(self) -> bool:
        # Asked when the code was accepted: nothing waits there any more that could be cancelled.
        self._pending.answer(self._id, Answer(None, "GitHub", "Code accepted"))
        self._transcript = _closed(self._transcript, self._id, "Code accepted", "answered")
        if self._plaintext is not None:
            return self._plaintext
        question = UserInputRequest(question=_QUESTION, choices=[KEEP, DROP], allow_freeform=False)
        request = PendingRequest(id=str(uuid4()), kind="user_input", user_input=question)
        block = UserInputBlock(
            id=request.id, question=_QUESTION, choices=(KEEP, DROP), allow_freeform=False
        )
        self._update(replace(self._transcript.put(block), status="Waiting for you"))
        answer = await self._pending.ask(request)
        self._update(
            self._transcript.put(
                replace(block, state="answered", answer=answer.words, by=answer.by)
            )
        )
        return answer.words == KEEP

    def _answered(self, request_id: str, value: Mapping[str, Any]) -> None:
        request = next((r for r in self._pending.open if r.id == request_id), None)
        answer = answer_of(request, value) if request else None
        if answer is not None:
            self._pending.answer(request_id, answer)

    def _stop(self) -> None:
        if self._flow is not None:
            self._flow.cancel()

    def _update(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._screen.update(transcript)

    def _close(self, name: str) -> None:
        """Leave behind what came of it; the code goes."""
        last = replace(self._transcript, state="done" if name else "stopped", status="")
        if name:
            last = _closed(last, self._id, f"Signed in as {name}", "answered")
        else:
            last = _closed(last, self._id, "Not signed in", "cancelled")
        self._screen.close(last)


def _closed(transcript: Transcript, block_id: str, words: str, state: RequestState) -> Transcript:
    """The transcript with that sign-in over, and without its code."""
    block = transcript.get(block_id)
    if not isinstance(block, SignInBlock):
        return transcript
    return transcript.put(replace(block, answer=words, state=state, url="", code=""))
