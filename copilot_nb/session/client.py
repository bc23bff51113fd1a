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
    ProtocolError,
    RpcError,
    SessionNotFoundError,
)
from copilot_nb.protocol import methods
from copilot_nb.protocol.events import parse
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
from copilot_nb.session.session import Life, Session
from copilot_nb.session.uplink import ClientState, Uplink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import TracebackType

    from copilot_nb.errors import ConnectionClosedError
    from copilot_nb.protocol.session import OpenedSession, SessionConfig
    from copilot_nb.rpc.method import Method
    from copilot_nb.rpc.transport import Transport
    from copilot_nb.session.answering import Answering
    from copilot_nb.session.hub import EventHandler
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
        self.shared = self.options.cli_url is not None
        """Other clients may use the same runtime."""
        self._sessions: dict[str, Session] = {}
        self._openings: dict[str, Opening] = {}
        self._lifecycle = Lifecycle()
        self._rules = tool_rules.policy(
            allow=self.options.allow_tools,
            deny=self.options.deny_tools,
            allow_all=self.options.allow_all_tools,
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
        return tuple(self._sessions.values())

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
        return await self._open(methods.CREATE, opening, on_event)

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
        session = await self._open(methods.RESUME, opening, on_event)
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
        lost = [session for session in self.sessions if session.life is Life.LOST]
        await self._uplink.current()
        for session in lost:
            await self._revive(session, continue_pending_work=continue_pending_work)
        return lost

    async def fork_session(
        self, session: Session, *, to_event_id: str | None = None, name: str | None = None
    ) -> Session:
        """Begin another conversation with the same past, up to that event, and the same tools.

        Handlers and tools are shared with the session; its own goes on undisturbed.
        """
        opening = self._openings[session.session_id]
        forked = await self.rpc.sessions.fork(
            session_id=session.session_id, to_event_id=to_event_id, name=name
        )
        return await self._open(methods.RESUME, opening.named(forked["sessionId"]), None)

    async def delete_session(self, session_id: str) -> None:
        """Delete a stored conversation for good, even while it is at work.

        Raises:
            SessionNotFoundError: There is no such session.
        """
        reply = await self._calls(methods.DELETE, methods.SessionId(session_id=session_id))
        if not reply.success:
            raise SessionNotFoundError(f"Failed to delete session: {reply.error or session_id}")
        if session := self._sessions.get(session_id):
            await session.close()

    def get_session(self, session_id: str) -> Session | None:
        """One of our sessions by its id."""
        return self._sessions.get(session_id)

    def on(self, handler: LifecycleHandler) -> Callable[[], None]:
        """Call back when any session of the runtime is created, updated or deleted, once each.

        Returns:
            A function that ends it.
        """
        return self._lifecycle.on(handler)

    async def refresh(self, session_id: str) -> None:
        """Tell the runtime again what the session can answer; it goes on undisturbed."""
        opening = self._openings[session_id]
        await self._calls(methods.RESUME, opening.params(disable_resume=True))

    def forget(self, session: Answering) -> None:
        """The session has ended."""
        if self._sessions.get(session.session_id) is session:
            del self._sessions[session.session_id]
            self._openings.pop(session.session_id, None)

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
        return f"<Client {self.state.value}, {len(self._sessions)} sessions>"

    async def _check_new(self, opening: Opening) -> None:
        name = opening.config.session_id
        if name is not None and await self.get_session_metadata(name) is not None:
            raise ConfigError(
                f"Session {name!r} exists; creating it again would empty it.",
                hint="Take it up with `resume_session`, or leave `session_id` out.",
            )
        if opening.toolbox:
            opening.toolbox.check(await self.built_in_names())

    async def _open(
        self,
        method: Method[SessionConfig, OpenedSession],
        opening: Opening,
        on_event: EventHandler | None,
    ) -> Session:
        connection = await self._uplink.current()
        session_id = opening.config.session_id or ""
        session = Session(
            session_id,
            None,
            connection.request,
            handlers=opening.handlers,
            toolbox=opening.toolbox,
        )
        if self._rules is not None:
            session.pending.policies.append(self._rules)
        if on_event is not None:
            session.on(on_event)
        before = self._sessions.get(session_id)
        self._sessions[session_id] = session  # events may come before the reply
        try:
            opened = _named(await self._calls(method, opening.params()), session_id)
        except BaseException:
            self._restore(session, before)
            raise
        if before is not None:
            await before.close()  # its place is taken; the runtime's session goes on
        self._openings[session_id] = opening
        session.opened(self, opened)
        return session

    def _restore(self, session: Session, before: Session | None) -> None:
        if self._sessions.get(session.session_id) is not session:
            return
        if before is None:
            del self._sessions[session.session_id]
        else:
            self._sessions[session.session_id] = before

    async def _revive(self, session: Session, *, continue_pending_work: bool) -> None:
        connection = await self._uplink.current()
        opening = self._openings[session.session_id]
        session.revive(connection.request)
        params = opening.params(continue_pending_work=continue_pending_work or None)
        try:
            opened = await self._calls(methods.RESUME, params)
        except SessionNotFoundError:
            opened = await self._calls(methods.CREATE, opening.params())
        session.opened(self, opened)
        if continue_pending_work:
            await announce_open_requests(session)

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        if method == "session.event":
            if session := self._sessions.get(params.get("sessionId", "")):
                session.dispatch_event(parse(params.get("event")))
        elif method == "session.lifecycle":
            self._lifecycle.take(params)

    async def _requested(self, method: str, params: dict[str, Any]) -> Any:
        session = self._sessions.get(params.get("sessionId", ""))
        if session is None:
            raise RpcError(f"This client does not offer {method}.", code=METHOD_NOT_FOUND)
        return await session.answer_call(method, params)

    def _lost(self, error: ConnectionClosedError) -> None:
        for session in self.sessions:
            session.lose(error)

    def _forget_all(self) -> None:
        self._sessions.clear()
        self._openings.clear()
        self._lifecycle.close()
        self.clear_models_cache()


def _named(opened: OpenedSession, session_id: str) -> OpenedSession:
    if opened.session_id != session_id:
        raise ProtocolError(f"The runtime opened {opened.session_id!r}, not {session_id!r}.")
    return opened


async def _ended(end: Awaitable[None], source: str) -> StopError | None:
    try:
        await end
    except Exception as error:  # noqa: BLE001 - stopping goes on, and says what did not go well
        return StopError(str(error), source)
    return None
