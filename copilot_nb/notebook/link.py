"""One notebook's client and session: started with the first turn, kept, resumed when lost.

The runtime process is started anew when the model's source changes its class (account or a provider
of one's own), and when it died; the conversation goes on in both cases. What needs no model is
asked of whatever runs; where nothing can, of a runtime without network, account or key.
"""

from __future__ import annotations

import asyncio
import pkgutil
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import (
    ConfigError,
    CopilotError,
    MethodNotFoundError,
    SessionError,
    SessionNotFoundError,
)
from copilot_nb.kernel.shell import Shell
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.notebook.models import efforts, providers
from copilot_nb.notebook.session_config import NOBODY, check_model, sees, session_config
from copilot_nb.notebook.setup import Setup
from copilot_nb.notebook.start import cli_path, serves, started
from copilot_nb.session.client import Client, ClientState
from copilot_nb.session.handlers import SessionHooks
from copilot_nb.session.launch import RuntimeOptions
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from copilot_nb.notebook.account.signin import Identity
    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.session.session import Session
    from copilot_nb.session.toolbox import Entry

_START_DEMO = "copilot_nb.demo.server:start"
_NO_MODEL = (SessionError, ConfigError)
"""What it is when nobody can be asked: no account or none that is accepted, no key, no name."""
DEMO_LABEL = "demo model"
_FORGOTTEN = "The runtime no longer knows the conversation; this is a new one."
_GOES_ALONG = (
    "Instructions of this folder go along: {}. "
    "`%config Copilot.instructions = False` leaves them out."
)


class Link:
    """Owns the client, the session and the demo model's server, if that is used.

    Args:
        settings: The notebook's settings.
        make_client: Makes a client out of its options; a test's own needs no process.
    """

    def __init__(self, settings: Settings, make_client: Callable[..., Client] = Client) -> None:
        self.client: Client | None = None
        self.session: Session | None = None
        """The open one; `look` may have opened it without a model."""
        self.who: Identity | None = None
        """Whose account the runtime asks, if it asks one."""
        self.spoken = False
        """Whether the session has had a turn."""
        self.visited: set[str] = set()
        """Ids of the sessions that this kernel has been in."""
        self.setup = Setup()
        """What every session is opened with besides."""
        self.own_tools: tuple[Entry, ...] = ()
        """The user's own tools, which a new session offers as well."""
        self.hooks = SessionHooks()
        """What every session calls besides its tools."""
        self._settings = settings
        self._make_client = make_client
        self._started: Source | None = None
        """What the runtime was started for."""
        self._opened: Source | None = None
        """What the session was opened with."""
        self._effort = ""
        """How hard its model thinks."""
        self._folder: Path | None = None
        self._news: list[str] = []
        self._told: set[tuple[Path, tuple[str, ...]]] = set()
        self._opening = asyncio.Lock()
        self._resume: str | None = None
        self._shell: Shell | None = None
        self._demo: Any = None
        self._blank = ""
        """The session that was begun without a model, and has had no turn."""
        self._lacks: dict[Source, CopilotError] = {}
        """What was wrong with the source, when it was tried last."""

    @property
    def ready(self) -> Session | None:
        """The session, if it is open as everything is set now and a turn could start at once."""
        as_set = self._as_set(self.source()) and self._folder == Path.cwd()
        return self.session if self._connected and as_set else None

    def _as_set(self, source: Source) -> bool:
        """Whether the session asks that source's model, as hard as it is to think."""
        return (self._opened, self._effort) == (source, self.setup.effort)

    @property
    def _connected(self) -> bool:
        return self.client is not None and self.client.state is ClientState.CONNECTED

    @property
    def shell(self) -> Shell:
        """The notebook as the agent's tools see it."""
        if self._shell is None:
            self._shell = Shell()
        return self._shell

    @property
    def folder(self) -> Path:
        """Where the agent works."""
        return self._folder or Path.cwd()

    def source(self) -> Source:
        """Where the model answers, as things are set now."""
        return providers.resolve(self._settings)

    async def open(self) -> Session:
        """The session, with the runtime started and everything as it is set now.

        Raises:
            CopilotError: There is no runtime, no model to ask, or the session was refused.
        """
        async with self._opening:
            with self._noting():
                source = self.source()
                check_model(source)
                session = await self._open(source)
            self._blank = ""
            return session

    async def look(self) -> Session:
        """The session, for what needs no model; opened without one where there is none.

        A turn takes its place with a session of the same id, name and plan.

        Raises:
            CopilotError: There is no runtime, or the session was refused.
        """
        if self.session is not None and self._connected and self._folder == Path.cwd():
            return self.session
        with suppress(*_NO_MODEL):
            if self.missing is None:
                return await self.open()
        async with self._opening:
            return await self._open(NOBODY)

    @property
    def missing(self) -> CopilotError | None:
        """Why there is no model to ask, as far as that was found out for what is set now."""
        return self._lacks.get(self.source())

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Remember why there was no model to ask."""
        self._lacks = {}
        try:
            yield
        except _NO_MODEL as error:
            with suppress(ConfigError):  # what is set cannot be meant: the error itself says so
                self._lacks = {self.source(): error}
            raise

    async def _open(self, source: Source) -> Session:
        """The session for that source; in place of another, if that one cannot serve it."""
        client = await self._runtime(source)
        self._news += await efforts.left_out(client, source, self.setup)
        if self.session is None or not await self._keep(self.session, source):
            await self._put_away()
            self.session = await self._open_session(client, source)
            self.session.toolbox.put(self.own_tools)
            if self.own_tools:
                await self.session.register_tools(())
            await self.setup.apply(self.session)
            await self._tell_of_instructions(self.session)
        self._opened, self._effort, self._folder = source, self.setup.effort, Path.cwd()
        self.visited.add(self.session.session_id)
        return self.session

    async def _runtime(self, source: Source) -> Client:
        """The runtime for that source: the one that runs, one in place of a lost one, or a new."""
        if self.client is None or self._started is None or not serves(self._started, source):
            make, settings = self._make_client, self._settings
            client, who = await started(self._located(source), settings, make)
            await self.stop()  # only now: where there is no other, this one goes on
            self.client, self.who = client, who
        elif not self._connected:
            # What the lost turn was about is over: a new prompt must not be answered by its rest.
            await self.client.resume_all(continue_pending_work=False)
        self._started = source
        return self.client

    async def _keep(self, session: Session, source: Source) -> bool:
        """Whether the session serves that source, if need be by switching its model."""
        if self._opened is None or self._folder != Path.cwd():
            return False
        if self._as_set(source):
            return True
        if not source.model or replace(self._opened, model=source.model) != source:
            return False
        with suppress(MethodNotFoundError):
            await session.model.think(source.model, self.setup.effort)
            return True
        return False

    @property
    def conversation(self) -> str:
        """The id of the session that the next turn goes on with; empty before the first one."""
        name = self.session.session_id if self.session is not None else self._resume or ""
        return "" if name == self._blank else name

    async def runtime(self) -> Client:
        """The runtime, started if needed; no session is opened for it.

        Raises:
            CopilotError: There is none, or no account where one is to be asked.
        """
        async with self._opening:
            with self._noting():
                return await self._runtime(self.source())

    async def any_runtime(self) -> Client:
        """A runtime, for what needs neither session nor model.

        Raises:
            CopilotError: There is none.
        """
        async with self._opening:
            if self._started is not None:
                return await self._runtime(self._started)
            with suppress(*_NO_MODEL), self._noting():
                return await self._runtime(self.source())
            return await self._runtime(NOBODY)

    @asynccontextmanager
    async def account(self) -> AsyncIterator[Client]:
        """A runtime of its own that knows the stored login, for a question or two."""
        async with self._make_client(cli_path=cli_path(self._settings), cwd=Path.cwd()) as client:
            yield client

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[Session]:
        """A session beside the conversation, with the same model and without our tools."""
        source = self.source()
        check_model(source)
        client = await self.runtime()
        self._news += await efforts.left_out(client, source, self.setup)
        session = await client.create_session(
            session_config(self._located(source), self._settings, self.setup)
        )
        try:
            yield session
        finally:
            with suppress(CopilotError):
                await client.delete_session(session.session_id)

    def login_options(self) -> RuntimeOptions:
        """What the CLI is run with to sign in."""
        return RuntimeOptions(cli_path=cli_path(self._settings), cwd=Path.cwd())

    async def take_up(self, session_id: str) -> Session:
        """Leave this conversation, and go on with that stored one.

        Raises:
            SessionNotFoundError: There is none of that id.
        """
        client = await self.any_runtime()
        if await client.get_session_metadata(session_id) is None:
            raise SessionNotFoundError(f"There is no stored session {session_id!r}.")
        await self._put_away()
        self._resume, self.spoken = session_id, True
        return await self.look()

    async def reopen(self) -> Session:
        """Open the session again with everything as it is set up now; the conversation goes on."""
        await self._put_away()
        return await self.look()

    def take_news(self) -> tuple[str, ...]:
        """What a person must know of the session since this was last called."""
        news, self._news = self._news, []
        return tuple(news)

    async def forget(self) -> None:
        """Leave the conversation; the next turn begins another."""
        await self._put_away()
        self._resume = None

    async def stop(self) -> bool:
        """End the runtime; whether there was one. The next turn resumes the conversation."""
        client, self.client = self.client, None
        if self.session is not None:
            self._resume = self.session.session_id
        self._keep_tools()
        self.session = self._opened = self._started = self.who = None
        if client is None:
            return False
        await client.stop()
        return True

    async def close(self) -> None:
        """End everything."""
        await self.stop()
        if self._shell is not None:
            self._shell.close()
            self._shell = None
        if self._demo is not None:
            self._demo.close()
            self._demo = None

    def _keep_tools(self) -> None:
        """Remember what the user has registered, for the session that comes next."""
        if self.session is not None:
            self.own_tools = self.session.toolbox.besides(_KERNEL_NAMES)

    async def _put_away(self) -> None:
        """Close the session's end here; what was said in it stays with the runtime."""
        self._keep_tools()
        session, self.session = self.session, None
        self._opened = None
        if session is None:
            return
        self._resume = session.session_id
        with suppress(CopilotError):  # a lost runtime has put it away already
            await session.destroy()

    async def _open_session(self, client: Client, source: Source) -> Session:
        config = session_config(self._located(source), self._settings, self.setup)
        options: dict[str, Any] = {
            "tools": KERNEL_TOOLS,
            "provide": {Shell: self.shell},
            "hooks": self.hooks,
        }
        if self._resume is not None:
            try:
                return await client.resume_session(self._resume, config, **options)
            except SessionNotFoundError:
                if self.spoken:
                    self._news.append(_FORGOTTEN)
                else:
                    # One that said nothing was not written down, but for its name and plan.
                    config = config.model_copy(update={"session_id": self._resume})
        self.spoken = False
        session = await client.create_session(config, **options)
        self._blank = session.session_id  # until a turn finds a model
        return session

    async def _tell_of_instructions(self, session: Session) -> None:
        """Say whose words enter the prompt here, once per folder and set of files."""
        if news := self._settings.project.news():
            self._news.append(news)
        if not self._settings.get("instructions"):
            return
        with suppress(CopilotError):  # worth a line, not a failed turn
            reply = await session.rpc.instructions.get_sources()
            found = tuple(str(source.get("label")) for source in reply.get("sources") or ())
            if found and (Path.cwd(), found) not in self._told:
                self._told.add((Path.cwd(), found))
                self._news.append(_GOES_ALONG.format(", ".join(map(visible, found))))

    def sees(self, source: Source) -> bool:
        """Whether the model gets the pictures that tools return, as far as that is known."""
        return sees(source, self._settings)

    def _located(self, source: Source) -> Source:
        """The source with its URL; the demo model's server is started here."""
        if source.kind != "demo":
            return source
        if self._demo is None:
            # By name: the demo stands to the right of this room.
            self._demo = pkgutil.resolve_name(_START_DEMO)()
        return replace(source, base_url=str(self._demo.url), model=self._demo.model_id)


_KERNEL_NAMES = frozenset(str(tool.name) for tool in KERNEL_TOOLS)
