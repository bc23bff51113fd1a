"""A runtime in memory: the protocol as measured, a model that answers from a script, no process.

    async with FakeRuntime(Reply("Hello.")) as fake:
        client = Client(transport=fake.connect)

It takes the same `Reply` script as `ScriptedModel`. The behaviour tests run on it and on the real
runtime alike: that is how it is kept honest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from copilot_nb.errors import RpcError
from copilot_nb.rpc.memory import MemoryTransport, pair
from copilot_nb.rpc.peer import METHOD_NOT_FOUND, Peer
from copilot_nb.session.locate import CLI_VERSION
from copilot_nb.testing.fake_session import FakeSession
from copilot_nb.testing.fake_tools import BUILT_IN
from copilot_nb.testing.reply import Reply

if TYPE_CHECKING:
    from types import TracebackType

    from copilot_nb.testing.model import ScriptEntry

Params = dict[str, Any]


class Link:
    """One connection to the fake."""

    def __init__(self, transport: MemoryTransport, runtime: FakeRuntime) -> None:
        self.transport = transport
        self.peer = Peer(
            transport,
            on_notification=lambda _method, _params: None,
            on_request=lambda method, params: runtime.answer(self, method, params),
            on_closed=lambda _error: runtime.forget(self),
        )


class FakeRuntime:
    """The runtime's side of the protocol.

    Args:
        script: What the model says first, one entry per call of it.
        default: What it says when the script is used up.
    """

    def __init__(self, *script: ScriptEntry, default: ScriptEntry | None = None) -> None:
        self.script: list[ScriptEntry] = list(script)
        """Answers that are still to be given; add to it at any time."""
        self.default: ScriptEntry = default or Reply("Hello from the scripted model.")
        """The answer to every call after the script."""
        self.requests: list[dict[str, Any]] = []
        """What the model was told, oldest first: `messages` and `tools`."""
        self.calls: list[tuple[str, Params]] = []
        """Every call of the clients, oldest first."""
        self.sessions: dict[str, FakeSession] = {}
        self.methods: dict[str, Callable[[Params], Any]] = {}
        """Answers to methods that it does not know by itself, or other ones; add to them."""
        self._links: list[Link] = []

    def connect(self) -> MemoryTransport:
        """A new connection: what a `Client(transport=...)` takes."""
        ours, theirs = pair()
        link = Link(ours, self)
        self._links.append(link)
        link.peer.start()
        return theirs

    def kill(self) -> None:
        """Die: every connection ends at once; what was written down stays."""
        links, self._links = self._links, []
        for link in links:
            link.transport.fail(None)
        for session in self.sessions.values():
            session.left_alone()

    def next_reply(self, request: dict[str, Any]) -> Reply:
        """The model's answer to that request (called by its sessions)."""
        self.requests.append(request)
        entry = self.script.pop(0) if self.script else self.default
        return entry(request) if callable(entry) else entry

    def forget(self, link: Link) -> None:
        """A connection ended; sessions that nobody holds rest."""
        if link in self._links:
            self._links.remove(link)
        for session in self.sessions.values():
            session.leave(link)

    async def answer(self, link: Link, method: str, params: Params) -> Any:
        """Answer a client's call (called by the connection)."""
        self.calls.append((method, params))
        if method in self.methods:
            return self.methods[method](params)
        if method in _METHODS:
            return await _METHODS[method](self, link, params)
        session = self.sessions.get(params.get("sessionId", ""))
        if session is None or not session.alive:
            raise RpcError(f"Request {method} failed with message: Session not found")
        answer = session.methods.get(method)
        if answer is None:
            raise RpcError(f"Unhandled method {method}", code=METHOD_NOT_FOUND)
        result = answer(params)
        return await result if isinstance(result, Awaitable) else result

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in self.sessions.values():
            await session.close()
        for link in tuple(self._links):
            await link.peer.close()

    async def _connect(self, _link: Link, _params: Params) -> Params:
        return {"ok": True, "protocolVersion": 3, "version": CLI_VERSION}

    async def _ping(self, _link: Link, params: Params) -> Params:
        message = params.get("message")
        return {
            "message": "pong" if message is None else f"pong: {message}",
            "timestamp": datetime.now(UTC).isoformat(),
            "protocolVersion": 3,
        }

    async def _status(self, _link: Link, _params: Params) -> Params:
        return {"version": CLI_VERSION, "protocolVersion": 3}

    async def _auth(self, _link: Link, _params: Params) -> Params:
        return {"isAuthenticated": False, "statusMessage": "Not authenticated"}

    async def _nobody(self, _link: Link, _params: Params) -> Params:
        return {}

    async def _models(self, _link: Link, _params: Params) -> Params:
        raise RpcError("Request models.list failed with message: Not authenticated.")

    async def _tools(self, _link: Link, _params: Params) -> Params:
        return {"tools": [{"name": name, "description": name} for name in BUILT_IN]}

    async def _create(self, link: Link, params: Params) -> Params:
        self._check_directory(params)
        name = params.get("sessionId") or str(uuid4())
        session = self.sessions[name] = FakeSession(name, self.next_reply)
        return session.open(link, params, "session.start")

    async def _resume(self, link: Link, params: Params) -> Params:
        session = self.sessions.get(params["sessionId"])
        if session is None:
            raise RpcError(
                "Request session.resume failed with message: Failed to load session events: "
                f"Session not found: {params['sessionId']}"
            )
        self._check_directory(params)
        return session.open(link, params, "session.resume")

    async def _list(self, _link: Link, _params: Params) -> Params:
        return {
            "sessions": [
                {"sessionId": name, "summary": session.title, "isRemote": False}
                for name, session in self.sessions.items()
                if session.title
            ]
        }

    async def _last(self, _link: Link, _params: Params) -> Params:
        used = [name for name, session in self.sessions.items() if session.title]
        return {"sessionId": used[-1]} if used else {}

    async def _metadata(self, _link: Link, params: Params) -> Params:
        known = params["sessionId"] in self.sessions
        return {"session": {"sessionId": params["sessionId"]}} if known else {}

    async def _end(self, link: Link, params: Params) -> Params:
        session = self.sessions.get(params["sessionId"])
        if session is None or not session.alive:
            return {"success": False}
        session.emit("session.shutdown", {"shutdownType": "routine"})
        session.leave(link)
        await session.close()
        return {"success": True}

    async def _delete(self, _link: Link, params: Params) -> Params:
        session = self.sessions.pop(params["sessionId"], None)
        if session is None:
            return {"success": False, "error": f"Session file not found for {params['sessionId']}"}
        await session.close()
        return {"success": True}

    def _check_directory(self, params: Mapping[str, Any]) -> None:
        from pathlib import Path

        place = params.get("workingDirectory")
        if place is not None and not Path(place).is_dir():
            raise RpcError(f"Working directory does not exist: {place}")


_METHODS: dict[str, Callable[[FakeRuntime, Link, Params], Awaitable[Any]]] = {
    "connect": FakeRuntime._connect,  # noqa: SLF001 - its own table
    "ping": FakeRuntime._ping,  # noqa: SLF001 - its own table
    "status.get": FakeRuntime._status,  # noqa: SLF001 - its own table
    "auth.getStatus": FakeRuntime._auth,  # noqa: SLF001 - its own table
    "account.getCurrentAuth": FakeRuntime._nobody,  # noqa: SLF001 - its own table
    "models.list": FakeRuntime._models,  # noqa: SLF001 - its own table
    "tools.list": FakeRuntime._tools,  # noqa: SLF001 - its own table
    "session.create": FakeRuntime._create,  # noqa: SLF001 - its own table
    "session.resume": FakeRuntime._resume,  # noqa: SLF001 - its own table
    "session.list": FakeRuntime._list,  # noqa: SLF001 - its own table
    "session.getLastId": FakeRuntime._last,  # noqa: SLF001 - its own table
    "session.getMetadata": FakeRuntime._metadata,  # noqa: SLF001 - its own table
    "session.destroy": FakeRuntime._end,  # noqa: SLF001 - its own table
    "session.detach": FakeRuntime._end,  # noqa: SLF001 - its own table
    "session.delete": FakeRuntime._delete,  # noqa: SLF001 - its own table
}
