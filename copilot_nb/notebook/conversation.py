"""One notebook's talk with the agent: runs a turn and draws it in the cell that asked.

What a person does on the page may come on any thread and only ever crosses to the loop here. ■ and
errors end the cell, never the session.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from IPython.core.getipython import get_ipython

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.kernel import cells
from copilot_nb.notebook.account.spending import Spending
from copilot_nb.notebook.acts import ACTS
from copilot_nb.notebook.care.audit import Audit
from copilot_nb.notebook.cell_turn import CellTurn
from copilot_nb.notebook.context.compose import compose
from copilot_nb.notebook.context.lending import Lent
from copilot_nb.notebook.known import Known
from copilot_nb.notebook.link import Link
from copilot_nb.notebook.models import efforts
from copilot_nb.notebook.models.providers import BY_PROVIDER
from copilot_nb.notebook.options import PLAIN, AskOptions
from copilot_nb.notebook.outgoing.enveloped import enveloped
from copilot_nb.notebook.outgoing.gate import Gate
from copilot_nb.notebook.outgoing.ledger import Ledger
from copilot_nb.notebook.outgoing.privacy_rules import PrivacyRules
from copilot_nb.notebook.permissions.allow_all import AllowAll
from copilot_nb.notebook.permissions.decisions import Decisions
from copilot_nb.notebook.screen.screen import Mode, Screen, choose_mode
from copilot_nb.notebook.settings import Settings
from copilot_nb.notebook.setup import DEFAULT
from copilot_nb.notebook.stored.bookmark import Bookmark
from copilot_nb.notebook.stored.history import History
from copilot_nb.notebook.toolbox import ToolSwitches
from copilot_nb.notebook.undo import set_limits
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.session.client import Client
from copilot_nb.session.handlers import SessionHooks
from copilot_nb.session.tasks import Tasks
from copilot_nb.views.view import Callbacks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from copilot_nb.notebook.context.compose import Composed
    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.notebook.permissions.rules import StandingRules
    from copilot_nb.notebook.setup import Mode as AgentMode
    from copilot_nb.protocol.hook import PostToolUse, PreToolUse
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn


class Conversation:
    """The agent of one notebook.

    Args:
        settings: Its settings; those of this shell and process when not given.
        make_client: Makes a client out of its options.
        make_screen: Makes what draws a turn.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        make_client: Callable[..., Client] = Client,
        make_screen: Callable[[Mode, Callbacks, Settings], Screen] = Screen,
    ) -> None:
        self.settings = settings or Settings()
        self.link = Link(self.settings, make_client)
        self.last: Turn | None = None
        """The newest turn."""
        self.history = History()
        """The turns of this notebook, by number."""
        self.known = Known()
        """Names that lists have shown, for Tab."""
        self.bookmark = Bookmark(self.settings.environ)
        """Which session this notebook talked to last, kept over restarts of the kernel."""
        self.ledger = Ledger()
        """What left the kernel."""
        self.privacy = PrivacyRules(self.settings.environ)
        """What must not leave it."""
        self.spending = Spending(
            self.settings, lambda: len(self.history) if self.running else 0, self.link.source
        )
        """What the model calls cost, and the caps on it."""
        self.audit = Audit(self.settings, lambda: len(self.history))
        """What tools did, and who allowed it."""
        self.gate = Gate(self.ledger, lambda: self.link.shell)
        self.decisions = Decisions(
            self.settings,
            lambda: self.link.folder,
            lambda: self._cell is not None and not self._cell.screen.attended,
        )
        """Who answers what the agent asks."""
        self.allow_all = AllowAll(self.settings)
        """Whether everything is allowed until the mode changes."""
        self.toolbox = ToolSwitches(self)
        """Which tools there are, and which may be used."""
        self.link.hooks = SessionHooks(
            on_pre_tool_use=self._before_tool, on_post_tool_use=self._after_tool
        )
        self._make_screen = make_screen
        self.lent = Lent()
        """Functions that the agent may call in the turn that runs."""
        self._cell: CellTurn | None = None
        self._asked_in = 0
        """The cell that asked last."""
        self._acts = Tasks()
        self._decided: Session | None = None

    async def run(
        self,
        prompt: str,
        options: AskOptions = PLAIN,
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> Turn:
        """Ask the agent, draw its turn in this cell, and return it when it is over.

        Args:
            prompt: What the agent shall do.
            options: How it is asked.
            prepare: Changes what the turn needs changed, once nothing is wrong with the prompt.

        Raises:
            ShownError: The turn failed; its output says why.
            TurnTimeoutError: It took too long, and was stopped.
            UsageError: Another turn runs here, or the prompt refers to what does not exist.
            ConfigError: A setting cannot be meant.
        """
        if self._cell is not None:
            # The prompt would wait for the turn that waits for the code which asks this.
            raise UsageError("A turn runs in this notebook.", hint="Ask again when it has ended.")
        limit = self.settings.get("timeout", options.timeout)
        self.decisions.check()
        self._begin(options.budget)
        self.spending.caps()
        cell = self._cell = CellTurn(self, self._new_screen(), options)
        try:
            composed = await self.compose(prompt, options)
            if options.tools and self.link.ready is not None:
                await self.toolbox.check(self.link.ready, options.tools)
            if prepare is not None:
                await prepare()
            turn = await cell.begin(composed)
            if options.out:
                get_ipython().user_ns[options.out] = turn  # type: ignore[union-attr]  # cells have one
            await cell.follow(turn, limit)
        finally:
            self._cell = None
            await self.lent.take_back()
        return turn

    def _begin(self, budget: str = "") -> None:
        """A cell begins to ask."""
        shell = get_ipython()
        self._asked_in = cells.running(shell) if shell is not None else 0
        self.spending.begin(budget)

    def remember(self, turn: Turn) -> None:
        """The newest turn is this."""
        self.last = turn
        self.history.add(turn)

    @property
    def running(self) -> bool:
        """Whether a cell waits for a turn."""
        return self._cell is not None

    @property
    def rules(self) -> StandingRules:
        """What is allowed or denied beyond this session."""
        return self.decisions.rules

    async def compose(self, prompt: str, options: AskOptions = PLAIN) -> Composed:
        """What would be sent for a prompt; sends nothing.

        Raises:
            UsageError: It refers to something that does not exist.
            ConfigError: A setting or a privacy rule cannot be meant.
        """
        self.link.shell.privacy = self.privacy.current()
        self.link.shell.sees = self.link.sees(self.link.source())
        set_limits(self.link.shell, self.settings)
        return await compose(prompt, options, self.link.shell, self.settings)

    async def use_model(self, model: str = "", effort: str = "") -> None:
        """Ask this model, let it think that hard, from the next turn on.

        Args:
            model: Its id; empty keeps the one that is asked.
            effort: "default" leaves it to the model; empty keeps what was chosen.

        Raises:
            ModelError: The runtime, if it runs, knows that the model does not take that effort.
        """
        if effort:
            source = self.link.source()
            source = replace(source, model=model or source.model)
            wanted = "" if effort == DEFAULT else effort
            await efforts.check(self.link.client, source, wanted)
            self.link.setup.effort = wanted
        if model:
            self.settings.choose("model", model, "%copilot model")

    async def use_mode(self, mode: AgentMode) -> None:
        """Work like that from the next turn on; what allowed everything until then is over."""
        self.allow_all.end()
        await self.link.setup.use_mode(mode, self.link.ready)

    async def use_provider(self, source: Source, *, save: bool = False) -> None:
        """Ask there from the next turn on; the conversation goes on with it.

        Args:
            source: The place, perhaps with a model.
            save: In all notebooks of this user, and not in this kernel only.

        Raises:
            ConfigError: Its URL or key is missing.
        """
        source.check(self.settings.environ)
        self.settings.choose("provider", source, BY_PROVIDER, save=save)
        if save:
            self.settings.saved.put("model", None)  # it was of another place; this one has its own
        self.settings.choose("model", source.model or None, BY_PROVIDER)

    async def new(self) -> None:
        """Begin a new conversation with the next turn; permissions given so far are gone."""
        self._forget_permissions()
        self.toolbox.calls.clear()
        await self.link.forget()

    async def resume(self, session_id: str) -> Session:
        """Go on with a stored conversation; permissions given so far are gone.

        Raises:
            SessionNotFoundError: There is none of that id.
        """
        self._forget_permissions()
        self.toolbox.calls.clear()
        return self._attended(await self.link.take_up(session_id))

    def _forget_permissions(self) -> None:
        self.allow_all.end()
        self.decisions.forget()

    async def say(self, text: str, mode: Literal["steer", "queue"] = "steer") -> None:
        """Say something while a turn runs: into it, or behind it.

        Args:
            text: What to say; may refer to things of the notebook.
            mode: "steer" joins the turn (a running shell command goes to the background); "queue"
                waits for its end, and is answered in the same output.

        Raises:
            UsageError: No turn runs.
            CopilotError: The runtime did not take it.
        """
        if self._cell is None:
            raise UsageError("No turn runs here.", hint="Ask with `%%copilot`.")
        await self._cell.say(text, mode)

    async def stop(self) -> bool:
        """End the runtime; whether it ran. The next turn starts it and resumes the conversation."""
        return await self.link.stop()

    async def close(self) -> None:
        """End everything that this conversation started."""
        await self._acts.close()
        self.toolbox.close()
        await self.link.close()
        self.audit.close()

    async def session(self) -> Session:
        """The session, started if needed.

        Raises:
            CopilotError: There is no runtime, or no model to ask.
        """
        return self._attended(await self.link.open())

    @property
    def ready(self) -> Session | None:
        """The session, if it is open as everything is set now."""
        session = self.link.ready
        return None if session is None else self._attended(session)

    async def look(self) -> Session:
        """The session, for what needs no model: without one it is opened all the same.

        Raises:
            CopilotError: There is no runtime.
        """
        return self._attended(await self.link.look())

    def _attended(self, session: Session) -> Session:
        """The session with everything that decides, guards and counts in it."""
        if session is not self._decided:
            self._decided = session
            self.decisions.attach(session)
        session.pending.time_limit = self.settings.get("answer_timeout")
        session.release = enveloped(self.gate.release)
        session.admit = partial(self.admit, session)
        self.spending.follow(session)
        self.audit.follow(session)
        return session

    @asynccontextmanager
    async def aside(self, what: str) -> AsyncIterator[Session]:
        """A session beside the conversation, within the same caps.

        Args:
            what: What asks in it, as `%copilot usage` names it.
        """
        async with self.link.aside() as session:
            self.spending.count(session, what)
            session.admit = partial(self.admit, session)
            yield session

    async def admit(self, session: Session) -> None:
        """Keep what is sent within the caps, whoever sends it.

        Raises:
            BudgetError: It is not, and nobody allows more.
            ConfigError: A cap is in what nobody counts here.
        """
        shell = get_ipython()
        if not self.running and shell is not None and cells.running(shell) != self._asked_in:
            self._begin()
        await self.spending.admit(session, may_ask=self.running)

    async def _before_tool(self, data: PreToolUse) -> HookOutput | None:
        session = self.link.session
        if session is not None and (
            over := await self.spending.over(session, may_ask=self.running)
        ):
            stop = self._cell.abort(over) if self._cell is not None else session.abort()
            self._acts.spawn(stop)
            return HookOutput(permission_decision="deny", permission_decision_reason=over)
        try:  # a session that is used from Python composes nothing
            self.link.shell.privacy = self.privacy.current()
        except ConfigError as error:
            reason = f"The user's privacy rules cannot be read: {error.message}"
            return HookOutput(permission_decision="deny", permission_decision_reason=reason)
        named = self.toolbox.named(data.tool_name)
        return self.toolbox.before_tool(data) or self.decisions.before_tool(named)

    async def _after_tool(self, data: PostToolUse) -> HookOutput | None:
        session = self.link.session
        return await self.gate.after_tool(session, data) if session is not None else None

    # -- answers

    def new_screen(self, callbacks: Callbacks) -> Screen:
        """Something that draws in the cell that runs, as this front end can."""
        return self._make_screen(choose_mode(self.settings), callbacks, self.settings)

    def _new_screen(self) -> Screen:
        loop = asyncio.get_running_loop()

        def answer(request_id: str, value: Mapping[str, Any]) -> None:
            loop.call_soon_threadsafe(self._answered, request_id, value)

        def stop() -> None:
            loop.call_soon_threadsafe(self._stop_pressed)

        def act(name: str, value: Mapping[str, Any]) -> None:
            loop.call_soon_threadsafe(self._acted, name, value)

        return self.new_screen(Callbacks(answer=answer, stop=stop, act=act))

    def _acted(self, name: str, value: Mapping[str, Any]) -> None:
        """What a person did in the view besides answering; nothing once the turn is over."""
        act = ACTS.get(name)
        if act is not None and self._cell is not None:
            self._acts.spawn(act(self, self._cell.screen, value))

    def _answered(self, request_id: str, value: Mapping[str, Any]) -> None:
        session = self.link.session
        if session is not None:
            self.decisions.answered(session, request_id, value)
            self.toolbox.show()  # it may have become a rule

    def _stop_pressed(self) -> None:
        if self._cell is not None:
            self._cell.stop()
