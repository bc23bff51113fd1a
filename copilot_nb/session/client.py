"""The connection to one runtime, and the sessions in it.

Calls may overlap freely; start and stop are serialised. When the runtime dies, everything that
waits for it ends at once, and `resume_all` brings the sessions back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from copilot_nb.errors import (
    ConfigError,
    RpcError,
    SessionNotFoundError,
)
from copilot_nb.protocol import methods
from copilot_nb.rpc.peer import METHOD_NOT_FOUND
from copilot_nb.session import tool_rules
from copilot_nb.session.builder import ClientBuilder
from copilot_nb.session.calls import Calls
from copilot_nb.session.client_options import ClientOptions, options_of
from copilot_nb.session.handlers import (
    Handlers,
    PermissionHandler,
    SessionHooks,
    UserInputHandler,
)
from copilot_nb.session.lifecycle import Lifecycle, LifecycleHandler
from copilot_nb.session.opening import Opening
from copilot_nb.session.queries import Queries
from copilot_nb.session.restore import announce_open_requests
from copilot_nb.session.roster import Roster
from copilot_nb.session.uplink import ClientState, Uplink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import TracebackType

    from copilot_nb.errors import ConnectionClosedError
    from copilot_nb.protocol.session import SessionConfig
    from copilot_nb.rpc.transport import Transport
    from copilot_nb.session.hub import EventHandler
    from copilot_nb.session.session import Session
    from copilot_nb.session.toolbox import AnyTool


__all__ = ["Client", "ClientState", "StopError"]


@dataclass(frozen=True, slots=True)
class StopError:
    """Something that did not go well while stopping."""

    message: str
    source: str
    """The session it is about, or "runtime"."""


class Client(Queries):
    """A connection to one runtime. It belongs to the loop that started it.

    Args:
        options: All options in one value; or give them by name.
        transport: Speaks to a runtime that is there already, such as one in a test; a function
            makes one for every start.
        **values: The fields of `ClientOptions`.

    Raises:
        ConfigError: Options that do not exist or contradict each other.
    """

    def __init__(
        self,
        options: ClientOptions | None = None,
        *,
        transport: Transport | Callable[[], Transport] | None = None,
        **values: Any,
    ) -> None:
        if options is not None and values:
            raise ConfigError("Give options as one value or by name, not both.")
        self.options = options or options_of(**values)
        self.options.check()
        self._uplink = Uplink(
            self.options,
            transport,
            on_notification=self._notified,
            on_request=self._requested,
            on_lost=self._lost,
        )
        super().__init__(Calls(self._uplink.invoke), self.options.on_list_models)
        self._lifecycle = Lifecycle()
        rules = tool_rules.policy(
            allow=self.options.allow_tools,
            deny=self.options.deny_tools,
            allow_all=self.options.allow_all_tools,
        )
        self._roster = Roster(
            self._uplink, self._calls, rules=rules, shared=self.options.cli_url is not None
        )

    @classmethod
    def builder(cls) -> ClientBuilder:
        """The seed's fluent way to options."""
        return ClientBuilder()

    @property
    def state(self) -> ClientState:
        """Whether there is a runtime to speak to."""
        return self._uplink.state

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions opened by this client, oldest first."""
        return self._roster.sessions

    @property
    def runtime_version(self) -> str:
        """The version of the runtime; empty while there is none."""
        connection = self._uplink.connection
        return connection.version if connection else ""

    @property
    def pid(self) -> int | None:
        """The process id of the runtime, if it is ours."""
        connection = self._uplink.connection
        return connection.runtime.pid if connection and connection.runtime else None

    async def start(self) -> None:
        """Start or reach the runtime; nothing happens when it is there already.

        Raises:
            CliError: It can not be found or started, or speaks another protocol.
        """
        await self._uplink.start()

    async def stop(self) -> list[StopError]:
        """End all sessions, then the runtime if it is ours, in bounded steps.

        Returns:
            What did not go well; it never raises.
        """
        async with self._uplink.changing:
            problems = [
                problem
                for session in self.sessions
                if (problem := await _ended(session.destroy(), session.session_id))
            ]
            connection = self._uplink.take()
            if connection is not None and (problem := await _ended(connection.close(), "runtime")):
                problems.append(problem)
            self._forget_all()
            return problems

    async def force_stop(self) -> None:
        """End the runtime at once; sessions are not told."""
        async with self._uplink.changing:
            connection = self._uplink.take()
            if connection is not None:
                await _ended(connection.kill(), "runtime")
            for session in self.sessions:
                await session.close()
            self._forget_all()

    async def create_session(  # noqa: PLR0913 - the parts of a session, each optional
        self,
        config: SessionConfig | None = None,
        *,
        tools: Iterable[AnyTool] = (),
        provide: Mapping[type, Any] | None = None,
        on_permission_request: PermissionHandler | None = None,
        on_user_input_request: UserInputHandler | None = None,
        hooks: SessionHooks | None = None,
        on_event: EventHandler | None = None,
        handlers: Handlers | None = None,
    ) -> Session:
        """Begin a conversation.

        Args:
            config: What the runtime is told; its defaults otherwise.
            tools: `@tool` functions, or declarations.
            provide: What parameters of these types are handed to tools.
            on_permission_request: Decides; `session.pending` waits for a decision otherwise.
            on_user_input_request: Answers questions; `session.pending` otherwise.
            hooks: Functions called at fixed points of a turn.
            on_event: Called with every event from the first on.
            handlers: All handlers in one value, in place of the single ones.

        Raises:
            ConfigError: The id exists already, or a tool is named as one of the runtime's.
            RpcError: The runtime refused.
        """
        handlers = handlers or Handlers(
            permission=on_permission_request,
            user_input=on_user_input_request,
            hooks=hooks or SessionHooks(),
        )
        opening = Opening.of(config, handlers, tools, provide)
        await self._uplink.current()
        await self._check_new(opening)
        opening = opening.named(opening.config.session_id or str(uuid4()))
        return await self._roster.open(methods.CREATE, opening, on_event)

    async def resume_session(  # noqa: PLR0913 - the parts of a session, each optional
        self,
        session_id: str,
        config: SessionConfig | None = None,
        *,
        tools: Iterable[AnyTool] = (),
        provide: Mapping[type, Any] | None = None,
        on_permission_request: PermissionHandler | None = None,
        on_user_input_request: UserInputHandler | None = None,
        hooks: SessionHooks | None = None,
        on_event: EventHandler | None = None,
        handlers: Handlers | None = None,
    ) -> Session:
        """Take up a stored conversation; arguments as for `create_session`.

        Provider, tools, handlers and hooks are not stored. The history is not sent again: see
        `get_messages`. With `config.continue_pending_work`, requests that were open when the last
        runtime died are open again.

        Raises:
            SessionNotFoundError: There is no such session; one of ours of that id stays as it is.
        """
        handlers = handlers or Handlers(
            permission=on_permission_request,
            user_input=on_user_input_request,
            hooks=hooks or SessionHooks(),
        )
        opening = Opening.of(config, handlers, tools, provide).named(session_id)
        await self._uplink.current()
        session = await self._roster.open(methods.RESUME, opening, on_event)
        if opening.config.continue_pending_work:
            await announce_open_requests(session)
        return session

    async def resume_all(self, *, continue_pending_work: bool = True) -> list[Session]:
        """Bring back the sessions that lost their runtime, in a new one.

        The same objects go on: callbacks, tools and handlers stay; subscriptions have ended. A
        session that had not been stored yet begins anew.

        Returns:
            Those that came back.
        """
        return await self._roster.revive(continue_pending_work=continue_pending_work)

    async def fork_session(
        self, session: Session, *, to_event_id: str | None = None, name: str | None = None
    ) -> Session:
        """Begin another conversation with the same past, up to that event, and the same tools.

        Handlers and tools are shared with the session; its own goes on undisturbed.
        """
        opening = self._roster.opening(session.session_id)
        forked = await self.rpc.sessions.fork(
            session_id=session.session_id, to_event_id=to_event_id, name=name
        )
        return await self._roster.open(methods.RESUME, opening.named(forked["sessionId"]))

    async def delete_session(self, session_id: str) -> None:
        """Delete a stored conversation for good, even while it is at work.

        Raises:
            SessionNotFoundError: There is no such session.
        """
        reply = await self._calls(methods.DELETE, methods.SessionId(session_id=session_id))
        if not reply.success:
            raise SessionNotFoundError(f"Failed to delete session: {reply.error or session_id}")
        if session := self._roster.get(session_id):
            await session.close()

    def get_session(self, session_id: str) -> Session | None:
        """One of our sessions by its id."""
        return self._roster.get(session_id)

    def on(self, handler: LifecycleHandler) -> Callable[[], None]:
        """Call back when any session of the runtime is created, updated or deleted, once each.

        Returns:
            A function that ends it.
        """
        return self._lifecycle.on(handler)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def __repr__(self) -> str:
        return f"<Client {self.state.value}, {len(self.sessions)} sessions>"

    async def _exists(self, name: str) -> bool:
        """Whether it is open here, or was written down; that comes a second late."""
        return self._roster.get(name) is not None or (
            await self.get_session_metadata(name) is not None
        )

    async def _check_new(self, opening: Opening) -> None:
        name = opening.config.session_id
        if name is not None and await self._exists(name):
            raise ConfigError(
                f"Session {name!r} exists; creating it again would empty it.",
                hint="Take it up with `resume_session`, or leave `session_id` out.",
            )
        if opening.toolbox:
            opening.toolbox.check(await self.built_in_names())

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        if method == "session.event":
            if session := self._roster.get(params.get("sessionId", "")):
                session.dispatch_event(session.heard(params.get("event")))
        elif method == "session.lifecycle":
            self._lifecycle.take(params)

    async def _requested(self, method: str, params: dict[str, Any]) -> Any:
        session = self._roster.get(params.get("sessionId", ""))
        if session is None:
            raise RpcError(f"This client does not offer {method}.", code=METHOD_NOT_FOUND)
        return await session.answer_call(method, params)

    def _lost(self, error: ConnectionClosedError) -> None:
        self._roster.lose(error)

    def _forget_all(self) -> None:
        self._roster.clear()
        self._lifecycle.close()
        self.clear_models_cache()


async def _ended(end: Awaitable[None], source: str) -> StopError | None:
    try:
        await end
    except Exception as error:  # noqa: BLE001 - stopping goes on, and says what did not go well
        return StopError(str(error), source)
    return None
