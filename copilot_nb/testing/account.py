"""A scripted GitHub account on 127.0.0.1, for a real runtime that shall be signed in.

    async with ScriptedAccount(Reply("Hello.")) as account:
        client = Client(**account.options(copilot_home=tmp_path))
        ...  # signed in as "scripted-user", and nothing else can be reached

It answers what the runtime asks of GitHub: who a token belongs to, which models there are, the
device flow of a sign-in, and chat completions out of a script like `ScriptedModel`'s. `failures`
lets a service fail; `users` decides which tokens are known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.testing.catalogue import MODELS, AccountModel, AccountUser, Quota
from copilot_nb.testing.model import Completions, LocalHandler, Reply, ScriptedModel, ScriptEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tornado.web import RequestHandler

__all__ = ["TOKEN", "AccountModel", "AccountUser", "Quota", "ScriptedAccount"]

TOKEN = "gho_scripted" + "0" * 28
"""The token that the account knows unless told otherwise."""
DEVICE_CODE, USER_CODE = "device-1", "ABCD-1234"
UNKNOWN_TOKEN = Reply(status=401, body={"message": "Bad credentials"})
_MISSING = Reply(status=404, body={"message": "Not Found"})
_NOWHERE = "http://127.0.0.1:9"


class ScriptedAccount(ScriptedModel):
    """GitHub's services for one account, and its models.

    Args:
        script: The first answers of its models, one per request.
        default: The answer once the script is used up.
        users: Who is known, by token.
        catalogue: Its models.
        port: TCP port; 0 takes a free one.
    """

    def __init__(
        self,
        *script: ScriptEntry,
        default: ScriptEntry | None = None,
        users: Mapping[str, AccountUser] | None = None,
        catalogue: Sequence[AccountModel] = MODELS,
        port: int = 0,
    ) -> None:
        greeting = Reply("Hello from the scripted account.")
        super().__init__(*script, default=default or greeting, port=port)
        self.users: dict[str, AccountUser] = dict(users or {TOKEN: AccountUser()})
        """Who is known, by token; take one out, and it has expired."""
        self.catalogue: list[AccountModel] = list(catalogue)
        self.failures: dict[str, Reply] = {}
        """Path -> what it answers instead, such as `Reply(status=403, body={…})`."""
        self.polls: list[str] = []
        """Errors of the next polls of a sign-in, such as authorization_pending; then it is in."""
        self.granted = TOKEN
        """The token that a sign-in ends with."""
        self.expires_in = 900
        """Seconds that a sign-in's code is good for."""
        self.paths: list[str] = []
        """Everything that was asked, such as "GET /models"."""
        self.tokens: list[str] = []
        """The token of each of these; empty where there was none."""

    @property
    def url(self) -> str:
        """Where all of its services are."""
        return self.origin

    def routes(self) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """Completions for a known token, and GitHub's services."""
        return [
            (r"/chat/completions", _AccountCompletions, {"model": self}),
            (r"/.*", _Service, {"account": self}),
        ]

    def environment(self, token: str | None = None) -> dict[str, str]:
        """The variables of a runtime that can reach this account and nothing else.

        Args:
            token: Goes into the variable that people use; None leaves the runtime signed out.
        """
        signed_in = {} if token is None else {"COPILOT_GITHUB_TOKEN": token}
        return {
            "COPILOT_API_URL": self.url,
            "COPILOT_DEBUG_GITHUB_API_URL": self.url,
            "COPILOT_DISABLE_KEYTAR": "1",
            "GH_CONFIG_DIR": "/nonexistent",
            "HTTPS_PROXY": _NOWHERE,
            "NO_PROXY": "127.0.0.1,localhost",
            **signed_in,
        }

    def options(self, *, copilot_home: Path, token: str | None = TOKEN) -> dict[str, Any]:
        """What a `Client` is made with to know only this account.

        Args:
            copilot_home: A folder of the test's own, in place of ~/.copilot.
            token: Whose it is; None for somebody who is signed out.
        """
        options = {"env": self.environment(), "copilot_home": copilot_home}
        return options if token is None else {**options, "github_token": token}

    def note(self, request: Any) -> str:
        """Write down what is asked; the token that came with it (called by the server)."""
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        self.paths.append(f"{request.method} {request.path}")
        self.tokens.append(token)
        return str(token)

    def set_premium(self, quota: Quota) -> None:
        """Change what is left of everybody's premium requests."""
        self.users = {token: replace(user, premium=quota) for token, user in self.users.items()}

    def service(self, path: str, token: str) -> Reply:
        """What GitHub says at that path (called by the server)."""
        anybody = {
            "/login/device/code": self._device,
            "/login/oauth/access_token": self._poll,
            "/telemetry/telemetry": dict,
        }
        if path in anybody:
            return Reply(body=anybody[path]())
        user = self.users.get(token)
        if user is None:
            return UNKNOWN_TOKEN
        known = {
            "/copilot_internal/user": user.to_wire(self.url),
            "/user": {"login": user.login, "id": 1, "type": "User"},
            "/models": {"object": "list", "data": [m.to_wire() for m in self.catalogue]},
        }
        return Reply(body=known[path]) if path in known else _MISSING

    def _device(self) -> dict[str, Any]:
        return {
            "device_code": DEVICE_CODE,
            "user_code": USER_CODE,
            "verification_uri": f"{self.url}/login/device",
            "expires_in": self.expires_in,
            "interval": 1,
        }

    def _poll(self) -> dict[str, Any]:
        if self.polls:
            return {"error": self.polls.pop(0), "interval": 1}
        return {"access_token": self.granted, "token_type": "bearer", "scope": "read:user"}


class _AccountCompletions(Completions):
    """Completions for those whose token is known."""

    def initialize(self, model: ScriptedAccount) -> None:  # type: ignore[override]  # only ours
        super().initialize(model)
        self.account = model

    async def post(self) -> None:
        token = self.account.note(self.request)
        failure = self.account.failures.get(self.request.path)
        if failure is None and token not in self.account.users:
            failure = UNKNOWN_TOKEN
        if failure is not None:
            _send(self, failure)
            return
        await super().post()


class _Service(LocalHandler):
    """Everything that is not a model."""

    def initialize(self, account: ScriptedAccount) -> None:
        self.account = account

    def get(self) -> None:
        self._answer()

    def post(self) -> None:
        self._answer()

    def _answer(self) -> None:
        token = self.account.note(self.request)
        path = self.request.path
        _send(self, self.account.failures.get(path) or self.account.service(path, token))


def _send(handler: RequestHandler, reply: Reply) -> None:
    for name, value in reply.headers.items():
        handler.set_header(name, value)
    handler.set_status(reply.status)
    handler.write(dict(reply.body))
