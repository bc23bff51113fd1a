"""What a runtime can be asked that belongs to no session of ours."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError, RpcError
from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty
from copilot_nb.session.rpc_path import client_rpc

if TYPE_CHECKING:
    from copilot_nb.protocol.session import SessionFilter, SessionMetadata
    from copilot_nb.session.calls import Calls
    from copilot_nb.session.client_options import ModelLister
    from copilot_nb.session.rpc_path import ClientRpc


class Queries:
    """Questions to the runtime.

    Args:
        calls: How they are asked.
        list_models: Replaces the runtime's list of models.
    """

    def __init__(self, calls: Calls, list_models: ModelLister | None = None) -> None:
        self._calls = calls
        self._list_models = list_models
        self._models: list[methods.ModelInfo] | None = None
        self._built_in: frozenset[str] | None = None
        self._listing = asyncio.Lock()

    @property
    def rpc(self) -> ClientRpc:
        """Every method of the runtime that belongs to no session: `client.rpc.mcp.…`."""
        return client_rpc(self._calls)

    async def list_sessions(
        self, session_filter: SessionFilter | None = None
    ) -> list[SessionMetadata]:
        """The stored sessions; those without a turn and without a name are left out."""
        found = await self._calls(methods.LIST, methods.ListParams(filter=session_filter))
        return found.sessions

    async def get_session_metadata(self, session_id: str) -> dict[str, Any] | None:
        """What is known of a stored session; None when there is none of that id."""
        found = await self._calls(methods.METADATA, methods.SessionId(session_id=session_id))
        return found.session

    async def get_last_session_id(self) -> str | None:
        """The session used last, if there is one."""
        return (await self._calls(methods.LAST_ID, Empty())).session_id

    async def ping(self, message: str | None = None) -> methods.PingResponse:
        """Greet the runtime; the time in its reply is text."""
        return await self._calls(methods.PING, methods.PingParams(message=message))

    async def get_status(self) -> methods.StatusResult:
        """Version of the runtime and of its protocol."""
        return await self._calls(methods.STATUS, Empty())

    async def get_auth_status(self) -> methods.AuthStatus:
        """Whether there is a GitHub account, and whose."""
        return await self._calls(methods.AUTH_STATUS, Empty())

    async def list_models(self) -> list[methods.ModelInfo]:
        """The models of the account; asked once until the client stops.

        Raises:
            AuthenticationError: There is no account. With a provider of one's own ask
                `session.rpc.model.list()`.
        """
        async with self._listing:
            if self._models is None:
                self._models = await self._fetch_models()
            return list(self._models)

    def clear_models_cache(self) -> None:
        """Ask again at the next `list_models`."""
        self._models = None

    async def tools_list(self, model_id: str | None = None) -> list[methods.ToolDescription]:
        """The runtime's own tools, for that model."""
        found = await self._calls(methods.TOOLS, methods.ToolsListParams(model=model_id))
        return found.tools

    async def built_in_names(self) -> frozenset[str]:
        """Names of the runtime's own tools; none when it does not say."""
        if self._built_in is None:
            try:
                self._built_in = frozenset(one.name for one in await self.tools_list())
            except RpcError:
                self._built_in = frozenset()
        return self._built_in

    async def get_quota(self) -> dict[str, Any]:
        """What is left of the account's allowance, as the runtime says it."""
        return (await self._calls(methods.QUOTA, Empty())).to_wire()

    async def get_foreground_session_id(self) -> str | None:
        """The session that a terminal UI shows; None without one."""
        return (await self._calls(methods.GET_FOREGROUND, Empty())).session_id

    async def set_foreground_session_id(self, session_id: str) -> None:
        """Let a terminal UI show that session.

        Raises:
            CopilotError: There is no terminal UI.
        """
        reply = await self._calls(methods.SET_FOREGROUND, methods.SessionId(session_id=session_id))
        if not reply.success:
            raise CopilotError(f"Failed to show the session: {reply.error or 'no reason given'}")

    async def _fetch_models(self) -> list[methods.ModelInfo]:
        if self._list_models is None:
            return (await self._calls(methods.MODELS, Empty())).models
        found = self._list_models()
        return list(await found if inspect.isawaitable(found) else found)
