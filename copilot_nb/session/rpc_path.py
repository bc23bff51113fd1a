"""Every method of the runtime by its path: `await session.rpc.model.switch_to(model_id="…")`.

Snake case here, camel case on the wire; the stub beside this file types the measured ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

from copilot_nb.protocol.base import Wire

if TYPE_CHECKING:
    from copilot_nb.session.calls import Calls

UNHURRIED = frozenset(
    {
        "session.history.compact",
        "session.history.summarizeForHandoff",
        "session.ui.ephemeralQuery",
        "session.ui.elicitation",
        "session.shell.executeUserRequested",
        "session.commands.invoke",
        "session.commands.execute",
        "session.eventLog.read",
    }
)
"""Methods that wait for work or for a person: no time limit."""


class RpcPath:
    """A path of names; calling it calls the method."""

    def __init__(self, calls: Calls, prefix: str = "") -> None:
        self._calls = calls
        self._prefix = prefix

    def __getattr__(self, name: str) -> RpcPath:
        if name.startswith("_"):
            raise AttributeError(name)
        return RpcPath(self._calls, f"{self._prefix}{to_camel(name)}.")

    async def __call__(self, **params: Any) -> Any:
        """Call it; None is not sent. The result is the plain JSON value."""
        method = self._prefix.removesuffix(".")
        wire = {to_camel(name): _plain(value) for name, value in params.items()}
        sent = {name: value for name, value in wire.items() if value is not None}
        limit = None if method in UNHURRIED else 30.0
        return await self._calls.request(method, sent, timeout=limit)

    def __repr__(self) -> str:
        return f"<rpc {self._prefix.removesuffix('.')}>"


def session_rpc(calls: Calls) -> RpcPath:
    """The methods of a session."""
    return RpcPath(calls, "session.")


def client_rpc(calls: Calls) -> RpcPath:
    """The methods that belong to no session."""
    return RpcPath(calls)


def _plain(value: Any) -> Any:
    if isinstance(value, Wire):
        return value.to_wire()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
