"""The tools of a conversation: what there is, what may be used, and how often it was.

A tool that is switched off is no longer offered to the model from the next turn on (the runtime
keeps the offer of a turn that runs); calls that still come are denied at once. Rules are the
user's standing rules.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, overload

from IPython.core.getipython import get_ipython

from copilot_nb.errors import CopilotError, MethodNotFoundError, UsageError
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.notebook.nearest import meant
from copilot_nb.notebook.permissions.rule_file import ToolName
from copilot_nb.notebook.permissions.rules import is_about
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.session import NEVER_OFFERED
from copilot_nb.transcript.safety import visible
from copilot_nb.views import tools as stored
from copilot_nb.views.tool_facts import RULES, ToolFact, ToolRule, described, parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.permissions.rule_file import StandingRule
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.protocol.hook import PreToolUse
    from copilot_nb.protocol.tool import Tool
    from copilot_nb.session.session import Session
    from copilot_nb.views.widget.tools import ToolsView

EVERY = ("builtin:*", "mcp:*", "custom:*")
"""What the runtime takes for all tools."""
_LONGEST_RULE = 300
_OFF = "The user has switched this tool off."


class ToolSwitches:
    """Which tools the model may use, and the live tables that show it.

    Args:
        conversation: Whose tools they are.
    """

    def __init__(self, conversation: Conversation) -> None:
        self.off: set[str] = set()
        """Names of the tools that are switched off."""
        self.calls: Counter[str] = Counter()
        """How often each was called."""
        self._conversation = conversation
        self._offered: dict[str, Mapping[str, Any]] = {}
        self._told: tuple[tuple[str, ...], tuple[str, ...]] = (NEVER_OFFERED, ())
        self._table: ToolsView | None = None

    @property
    def settings(self) -> Settings:
        """The notebook's settings."""
        return self._conversation.settings

    async def facts(self) -> tuple[ToolFact, ...]:
        """Every tool, those of one source together; starts the runtime to ask it, model or not."""
        await self._ask(await self._conversation.look())
        return self.known()

    async def apply(self, session: Session, only: Iterable[str] = ()) -> None:
        """Tell the runtime what to offer from the next turn on.

        Args:
            session: The session.
            only: The only tools for this turn; empty for all that are switched on.

        Raises:
            UsageError: `only` names a tool that is not there.
        """
        off, few = set(self.off), tuple(only)
        if few:
            await self.check(session, few)
            off |= self._offered.keys() - few
        wanted = tuple(sorted(off | {*NEVER_OFFERED}))
        # A session that was resumed has forgotten what it was told.
        if off or few or self._told != (wanted, few):
            # Those that are not known before the first turn are left out by naming the others.
            offered = few or (EVERY if self._told[1] else ())
            with suppress(MethodNotFoundError):
                await session.rpc.options.update(
                    excluded_tools=list(wanted),
                    tool_filter_precedence="excluded",
                    available_tools=list(offered) or None,
                )
            self._told = (wanted, few)

    async def check(self, session: Session, names: Iterable[str]) -> None:
        """See that there are tools of these names.

        Raises:
            UsageError: One is not there.
        """
        await self._ask(session)
        for name in names:
            if name not in self._offered:
                raise unknown_tool(name, self._offered)

    def before_tool(self, data: PreToolUse) -> HookOutput | None:
        """Count a call, and deny it when its tool is off: the runtime may still offer it."""
        self.calls[data.tool_name] += 1
        self.show()
        if data.tool_name not in self.off:
            return None
        return HookOutput(permission_decision="deny", permission_decision_reason=_OFF)

    def switch(
        self,
        name: str,
        *,
        enabled: bool | None = None,
        rule: str | None = None,
        revoke: str | None = None,
    ) -> None:
        """Switch a tool on or off, set what becomes of its calls, or take one of its rules back.

        Args:
            name: The tool.
            enabled: Whether it is offered.
            rule: ask, allow or deny.
            revoke: The words of one of its rules.

        Raises:
            UsageError: There is no such tool, or no such rule.
            ConfigError: The file of rules cannot be read or written.
        """
        if name not in self._offered:
            raise unknown_tool(name, self._offered)
        if rule is not None:
            wanted = next((one for one in RULES if one == rule), None)
            if wanted is None:
                raise UsageError(
                    f"There is no rule {rule!r}.", hint="There are ask, allow and deny."
                )
            self._conversation.rules.set_tool(self.named(name), wanted)
        if revoke is not None:
            self._revoke(name, revoke)
        if enabled is not None:
            (self.off.discard if enabled else self.off.add)(name)
        self.show()

    def named(self, name: str) -> ToolName:
        """Which tool the model calls so, as far as that is known."""
        return self._named(name, self._own())

    def _named(self, name: str, own: Mapping[str, Tool]) -> ToolName:
        if name in own:
            return ToolName(name, "", is_own=True)
        if name not in self._offered:
            return ToolName(name)
        return ToolName(name, str(self._offered[name].get("mcpServerName") or ""), is_own=False)

    def draw(self, facts: Sequence[ToolFact]) -> None:
        """Draw a live table below the cell that runs, until the next cell runs.

        A notebook that is opened again knows no widgets: what is drawn must not stay one for long.
        """
        from copilot_nb.notebook.screen.screen import ready_seconds
        from copilot_nb.views.widget.tools import ToolsView

        self.close()
        self._table = ToolsView(
            facts,
            self._changed,
            loop=asyncio.get_running_loop(),
            ready_timeout=ready_seconds(self.settings),
        )
        if (shell := get_ipython()) is not None:
            shell.events.register("pre_run_cell", self._cell_begins)

    def show(self) -> None:
        """Bring the live table up to date; rules that cannot be read leave it as it is."""
        if self._table is not None and self._table.open:
            with suppress(CopilotError):
                self._table.update(self.known())

    def close(self) -> None:
        """The live table becomes as it is stored, as it stands now."""
        if self._table is not None:
            self._table.close()
            self._table = None
        if (shell := get_ipython()) is not None:
            with suppress(ValueError):  # it was not drawn
                shell.events.unregister("pre_run_cell", self._cell_begins)

    def _cell_begins(self, _info: object) -> None:
        self.close()

    def known(self) -> tuple[ToolFact, ...]:
        """The tools as far as they are known without asking anybody.

        Raises:
            ConfigError: The file of rules cannot be read.
        """
        own, decisions = self._own(), self._conversation.decisions
        rules = decisions.list()
        tools = [self._named(name, own) for name in self._offered]
        whole = decisions.rules.tool_rules(tools)
        found = [self._fact(each, own.get(each.name), whole[each.name], rules) for each in tools]
        return tuple(sorted(found, key=lambda fact: (_place(fact.source), fact.name)))

    def _changed(self, name: str, wish: Mapping[str, Any]) -> str:
        """A click in the live table; what went wrong."""
        try:
            self.switch(name, **wish)
        except CopilotError as error:
            return f"{error.message} {error.hint}".strip()
        return ""

    async def _ask(self, session: Session) -> None:
        """Learn what the runtime offers; a tool that is switched off is not among it.

        Before the first turn it only knows what it offers by itself, which may differ a little from
        what it then gives the model.
        """
        offered: dict[str, Mapping[str, Any]] = {}
        with suppress(MethodNotFoundError):
            reply = await session.rpc.tools.get_current_metadata()
            offered = {str(each["name"]): each for each in reply.get("tools") or ()}
        own = {each.name: each.to_wire() for each in session.get_tools()}
        client = self._conversation.link.client
        if offered.keys() <= own.keys() and client is not None:
            offered = {each.name: each.to_wire() for each in await client.tools_list()} | offered
        kept = {name: self._offered[name] for name in self.off if name in self._offered}
        self._offered = {**kept, **offered, **own}

    def _revoke(self, name: str, words: str) -> None:
        decisions, tool = self._conversation.decisions, self.named(name)
        found = [r for r in decisions.list() if is_about(r, tool) and _words(r) == words]
        if len(found) > 1:
            numbers = " or ".join(str(rule.number) for rule in found)
            hint = f"`%copilot rules` tells them apart; `%copilot rules revoke {numbers}`."
            raise UsageError("Several rules read so.", hint=hint)
        if not found:
            raise UsageError("That rule is gone.", hint="`%copilot rules` lists those that hold.")
        decisions.revoke(found[0].number)

    def _own(self) -> dict[str, Tool]:
        """The tools that the notebook brings, by name."""
        session = self._conversation.link.session
        return {each.name: each for each in session.get_tools()} if session else {}

    def _fact(
        self, tool: ToolName, own: Tool | None, rule: ToolRule, rules: Sequence[StandingRule]
    ) -> ToolFact:
        name = tool.name
        offered = self._offered[name]
        schema = offered.get("input_schema") or offered.get("parameters")
        return ToolFact(
            name=name,
            source=_source(offered, own),
            description=described(offered.get("description")),
            parameters=parameters(schema),
            asks=_asks(name, own),
            rule=rule,
            rules=tuple(_words(each) for each in rules if is_about(each, tool)),
            enabled=name not in self.off,
            calls=self.calls[name],
        )


class ToolTable(Sequence[ToolFact]):
    """The tools of a conversation: a list that draws itself, live where a page shows it.

    Args:
        switches: Where they are switched.
        facts: The tools, as they were when they were asked for.
    """

    def __init__(self, switches: ToolSwitches, facts: Sequence[ToolFact]) -> None:
        self._switches = switches
        self._facts = tuple(facts)

    def __len__(self) -> int:
        return len(self._facts)

    @overload
    def __getitem__(self, key: int | str) -> ToolFact: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[ToolFact]: ...
    def __getitem__(self, key: int | str | slice) -> ToolFact | Sequence[ToolFact]:
        """A tool by its place or its name."""
        if not isinstance(key, str):
            return self._facts[key]
        for fact in self._facts:
            if fact.name == key:
                return fact
        raise unknown_tool(key, [fact.name for fact in self._facts])

    def enable(self, name: str) -> None:
        """Offer a tool again, from the next turn on."""
        self._switches.switch(name, enabled=True)

    def disable(self, name: str) -> None:
        """Switch a tool off: it is no longer offered, and its calls are denied."""
        self._switches.switch(name, enabled=False)

    def rule(self, name: str, decision: str) -> None:
        """Ask before each call of a tool, or allow or deny them all in this folder."""
        self._switches.switch(name, rule=decision)

    def __repr__(self) -> str:
        return stored.to_text(self._facts)

    def _repr_html_(self) -> str:
        return stored.to_html(self._facts)

    def _ipython_display_(self) -> None:
        """Live where a page shows widgets, else as it is stored."""
        from IPython.display import publish_display_data

        from copilot_nb.notebook.screen.screen import choose_mode

        mode = choose_mode(self._switches.settings)
        if mode == "widget":
            self._switches.draw(self._facts)
        elif mode == "terminal":
            print(self)  # noqa: T201 - a terminal's display
        else:
            bundle = {"text/html": self._repr_html_(), "text/plain": repr(self)}
            publish_display_data(bundle)  # type: ignore[no-untyped-call]  # IPython's


def unknown_tool(name: str, names: Iterable[str]) -> UsageError:
    """The error for a tool that is not there, with the nearest that are."""
    hint = meant(name, names, "`%copilot tools` lists them.")
    return UsageError(f"There is no tool {name!r}.", hint=hint)


def _words(rule: StandingRule) -> str:
    """A rule in a few lines: of a long command both ends tell what it does."""
    text = visible(rule.words)
    if len(text) <= _LONGEST_RULE:
        return text
    return f"{text[: _LONGEST_RULE // 2]} … {text[3 - _LONGEST_RULE // 2 :]}"


def _place(source: str) -> int:
    """Sources in the order of the table: the notebook's own first."""
    return {"python": 0, "kernel": 1, "runtime": 3}.get(source, 2)


def _source(offered: Mapping[str, Any], own: Tool | None) -> str:
    if own is not None:
        return "kernel" if own.name in _KERNEL else "python"
    server = offered.get("mcpServerName")
    return f"MCP server {visible(str(server))}" if server else "runtime"


def _asks(name: str, own: Tool | None) -> str:
    if name in _SOMETIMES:
        return "outside of the folder"
    if own is None:
        return "no" if name in _SILENT else "yes"
    return "yes" if name in {"run_code", "run_scratch"} or not own.skip_permission else "no"


_KERNEL = frozenset(tool.name for tool in KERNEL_TOOLS)
_SOMETIMES = frozenset({"preview_file", "view", "glob", "grep", "rg"})
"""Tools that read in the working folder without asking, and ask for anything else."""
_SILENT = frozenset(
    {
        *("ask_user", "list_agents", "list_bash", "read_agent", "read_bash", "skill", "sql"),
        *("stop_bash", "task", "write_agent"),
    }
)
"""Tools of the runtime that ask no permission; measured, and any other is said to ask."""
