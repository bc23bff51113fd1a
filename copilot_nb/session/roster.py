"""The sessions of one client: opened, found, lost and brought back.

A session stands in the roster before the runtime is asked for it, because its events may come
before the reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import ProtocolError, SessionClosedError, SessionNotFoundError
from copilot_nb.protocol import methods
from copilot_nb.session.discreet import keys_of
from copilot_nb.session.restore import announce_open_requests
from copilot_nb.session.session import Life, Session

if TYPE_CHECKING:
    from copilot_nb.errors import ConnectionClosedError
    from copilot_nb.protocol.session import OpenedSession, SessionConfig
    from copilot_nb.rpc.method import Method
    from copilot_nb.session.answering import Answering
    from copilot_nb.session.calls import Calls
    from copilot_nb.session.hub import EventHandler
    from copilot_nb.session.opening import Opening
    from copilot_nb.session.pending import Policy
    from copilot_nb.session.uplink import Uplink


class Roster:
    """Sessions by their ids, and what each was opened with. Owns them, as sessions see it.

    Args:
        uplink: Where calls go.
        calls: Calls that belong to no session.
        rules: A policy that holds in every session.
        shared: Other clients may use the same runtime: sessions are left, not ended.
    """

    def __init__(self, uplink: Uplink, calls: Calls, *, rules: Policy | None, shared: bool) -> None:
        self.shared = shared
        self._uplink = uplink
        self._calls = calls
        self._rules = rules
        self._sessions: dict[str, Session] = {}
        self._openings: dict[str, Opening] = {}

    @property
    def sessions(self) -> tuple[Session, ...]:
        """All of them, oldest first."""
        return tuple(self._sessions.values())

    def get(self, session_id: str) -> Session | None:
        """The one of that id."""
        return self._sessions.get(session_id)

    def opening(self, session_id: str) -> Opening:
        """What that session was opened with.

        Raises:
            SessionClosedError: It is not ours any more.
        """
        if session_id not in self._openings:
            raise SessionClosedError(f"Session {session_id!r} is not open here.")
        return self._openings[session_id]

    async def open(
        self,
        method: Method[SessionConfig, OpenedSession],
        opening: Opening,
        on_event: EventHandler | None = None,
    ) -> Session:
        """Create or resume a session. One of ours with that id is closed here, if it works."""
        session_id = opening.config.session_id or ""
        session = await self._made(opening, on_event)
        before = self._sessions.get(session_id)
        self._sessions[session_id] = session
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

    async def revive(self, *, continue_pending_work: bool) -> list[Session]:
        """Bring back the sessions that lost their runtime; those that came back."""
        lost = [session for session in self.sessions if session.life is Life.LOST]
        connection = await self._uplink.current()
        for session in lost:
            opening = self.opening(session.session_id)
            session.revive(connection.request)
            params = opening.params(continue_pending_work=continue_pending_work or None)
            try:
                opened = await self._calls(methods.RESUME, params)
            except SessionNotFoundError:  # it had not been written down yet
                opened = await self._calls(methods.CREATE, opening.params())
            session.opened(self, opened)
            if continue_pending_work:
                await announce_open_requests(session)
        return lost

    async def refresh(self, session_id: str) -> None:
        """Tell the runtime again what the session can answer; it goes on undisturbed."""
        opening = self.opening(session_id)
        await self._calls(methods.RESUME, opening.params(disable_resume=True))

    def forget(self, session: Answering) -> None:
        """The session has ended."""
        if self._sessions.get(session.session_id) is session:
            del self._sessions[session.session_id]
            self._openings.pop(session.session_id, None)

    def lose(self, error: ConnectionClosedError) -> None:
        """The runtime is gone."""
        for session in self.sessions:
            session.lose(error)

    def clear(self) -> None:
        """Forget all of them."""
        self._sessions.clear()
        self._openings.clear()

    async def _made(self, opening: Opening, on_event: EventHandler | None) -> Session:
        connection = await self._uplink.current()
        session = Session(
            opening.config.session_id or "",
            None,
            connection.request,
            handlers=opening.handlers,
            toolbox=opening.toolbox,
        )
        session.keys = keys_of(opening.config)
        if self._rules is not None:
            session.pending.policies.append(self._rules)
        if on_event is not None:
            session.on(on_event)
        return session

    def _restore(self, session: Session, before: Session | None) -> None:
        if self._sessions.get(session.session_id) is not session:
            return
        if before is None:
            del self._sessions[session.session_id]
        else:
            self._sessions[session.session_id] = before


def _named(opened: OpenedSession, session_id: str) -> OpenedSession:
    if opened.session_id != session_id:
        raise ProtocolError(f"The runtime opened {opened.session_id!r}, not {session_id!r}.")
    return opened
