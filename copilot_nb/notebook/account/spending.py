"""What the model calls of this notebook cost, and the caps that ask or stop before it is more.

A cap holds for a cell, a session or a day. It is looked at before a prompt is sent, whoever sends
it, and before each tool call, because behind both stands another model call: that is expected to
cost what the last one did. A cap in a unit that nobody counts here is no cap, and refused.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from copilot_nb.errors import BudgetError, ConfigError, CopilotError
from copilot_nb.notebook.account.calls import Call, Days
from copilot_nb.notebook.account.caps import SCOPES, WORDS, Cap, Prices, Scope, Unit, measured
from copilot_nb.protocol.events import AssistantUsage, SessionCompactionComplete
from copilot_nb.protocol.local import LocalNotice
from copilot_nb.session.tools import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from copilot_nb.notebook.models.providers import Source
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.session import Session

_NANO = 1_000_000_000
_HINTS: Mapping[Scope, str] = {
    "cell": "Give the cell more with --budget, or `%copilot budget cell off`.",
    "session": "`%copilot budget session AMOUNT` raises it; `%copilot new` begins another session.",
    "day": "`%copilot budget day AMOUNT` raises it, `%copilot budget day off` lifts it.",
}
_WHOSE = {"cell": "This cell", "session": "This session", "day": "Today"}


class Spending:
    """Counts, and keeps the caps.

    Args:
        settings: The notebook's: caps and prices.
        turn: Gives the number of the turn that a cell waits for; 0 when none does.
        source: Gives the place that is asked next.
    """

    def __init__(
        self, settings: Settings, turn: Callable[[], int], source: Callable[[], Source]
    ) -> None:
        self._settings = settings
        self._turn = turn
        self._source = source
        self._days = Days(settings)
        self._calls: list[Call] = []
        self._cell: list[Call] = []
        self._budget = ""
        self._more: dict[Scope, float] = {}
        """What was granted beyond a cap."""
        self._followed: Session | None = None
        self._asking = asyncio.Lock()

    @property
    def calls(self) -> list[Call]:
        """Every model call of this kernel, oldest first."""
        return self._priced(self._calls)

    def follow(self, session: Session) -> None:
        """Count what the conversation's session costs from now on."""
        if session is not self._followed:
            self._followed = session
            self._more.pop("session", None)
            self.count(session)

    def count(self, session: Session, what: str = "") -> None:
        """Count what a session costs.

        Args:
            session: Any of this notebook's.
            what: What asks in it, if not the turns of cells.
        """

        def take(event: SessionEvent) -> None:
            used = event.data
            if isinstance(used, SessionCompactionComplete) and used.compaction_tokens_used:
                summary = AssistantUsage.from_wire(used.compaction_tokens_used)
                self._take(session, summary, what or "compaction")
            elif isinstance(used, AssistantUsage):
                self._take(session, used, what or ("code" if session.turns else "background"))

        session.on(take)

    def begin(self, budget: str = "") -> None:
        """A cell begins.

        Args:
            budget: Its own cap, as it stands on the line.
        """
        self._cell, self._budget = [], budget
        self._more.pop("cell", None)

    def caps(self) -> dict[Scope, tuple[Cap, str]]:
        """The caps that hold now, and where each was set.

        Raises:
            ConfigError: One cannot be meant.
        """
        found = {}
        for scope in SCOPES:
            option = self._budget if scope == "cell" else None
            setting = self._settings.find(f"budget_{scope}", option)
            if setting.value and setting.value != "off":
                source = "--budget" if option else setting.source
                found[scope] = (Cap.parse(setting.value, source), source)
        return found

    def granted(self, scope: Scope) -> float:
        """What somebody allowed beyond the cap."""
        return self._more.get(scope, 0.0)

    def spent(self, scope: Scope, unit: Unit) -> float:
        """What was spent so far."""
        return sum(call.amount(unit) or 0.0 for call in self._priced(self._within(scope)))

    async def admit(self, session: Session, *, may_ask: bool) -> None:
        """See that the next model call keeps within every cap; asks where it does not.

        Args:
            session: Whose call it is.
            may_ask: Whether a cell waits in which somebody can be asked.

        Raises:
            BudgetError: It does not, and nobody allows more.
            ConfigError: A cap is in what nobody counts here.
        """
        if not (caps := self.caps()):
            return
        async with self._asking:
            for scope, (cap, _) in caps.items():
                self.check(scope, cap)
                limit = cap.amount + self._more.get(scope, 0.0)
                spent = self.spent(scope, cap.unit)
                expected = self._expected(cap.unit)
                if spent < limit and spent + expected <= limit:
                    continue
                said = _said(scope, cap, limit, spent, expected)
                may_ask = may_ask and not self._settings.get("budget_hard")
                if not may_ask or not await _more(session, scope, cap, said):
                    raise BudgetError(said, hint=_HINTS[scope])
                # The next call is looked at again when it is sent; it was allowed, however large.
                self._more[scope] = max(limit, spent, spent + expected - cap.amount)

    async def over(self, session: Session, *, may_ask: bool) -> str:
        """Why the turn must stop before its next model call; empty when it need not."""
        try:
            await self.admit(session, may_ask=may_ask)
        except CopilotError as error:
            session.emit_local(LocalNotice(text=error.message, level="warning", details=error.hint))
            return "the budget is used up"
        return ""

    def days(self) -> tuple[tuple[date, Call], ...]:
        """What was written down of all days, oldest first: every notebook of this user's."""
        days = self._days
        return tuple((day, call) for day in days.all() for call in self._priced(days.calls(day)))

    def check(self, scope: Scope, cap: Cap) -> None:
        """See that the next model call will be counted in a cap's unit.

        Raises:
            ConfigError: It will not: the cap would hold nothing.
        """
        source, unit = self._source(), cap.unit
        before = [call for call in self.calls if call.own is source.own]
        model = (source.model if source.own else "") or (before[-1].model if before else "")
        if not source.own:
            counted = not before or before[-1].amount(unit) is not None
        elif unit == "dollars":
            counted = not model or model in self._prices().models
        else:
            counted = unit == "tokens"
        if not counted:
            raise _uncounted(scope, unit, model, source.place)

    def _take(self, session: Session, data: AssistantUsage, what: str) -> None:
        turn = self._turn()
        nano = (data.copilot_usage or {}).get("totalNanoAiu")
        call = Call(
            at=datetime.now(UTC),
            session=session.session_id,
            turn=turn,
            what="" if turn else what,
            model=data.model,
            input=data.input_tokens or 0,
            output=data.output_tokens or 0,
            cached=data.cache_read_tokens or 0,
            requests=None if data.is_byok else data.cost,
            credits=nano / _NANO if isinstance(nano, int | float) else None,
        )
        self._calls.append(call)
        self._cell.append(call)
        self._days.add(call)

    def _priced(self, calls: Iterable[Call]) -> list[Call]:
        """The calls with their dollars at the prices that are known now."""
        prices = self._prices()
        return [
            replace(call, dollars=prices.dollars(call.model, call.input, call.output, call.credits))
            for call in calls
        ]

    def _within(self, scope: Scope) -> Iterable[Call]:
        match scope:
            case "cell":
                return self._cell
            case "session":
                name = self._followed.session_id if self._followed else ""
                return [call for call in self._calls if call.session == name]
            case "day":
                today = datetime.now(UTC).astimezone().date()
                written = self._days.calls(today)
                mine = [call for call in self._calls if call.at.astimezone().date() == today]
                return written if len(written) >= len(mine) else mine

    def _expected(self, unit: Unit) -> float:
        return (self.calls[-1].amount(unit) or 0.0) if self.calls else 0.0

    def _prices(self) -> Prices:
        try:
            setting = self._settings.find("prices")
            return Prices.parse(setting.value or "", setting.source)
        except ConfigError:
            return Prices({})  # an event cannot say it; `%copilot budget` and `usage` do

    def check_prices(self) -> None:
        """See that the setting of prices can be meant.

        Raises:
            ConfigError: It cannot.
        """
        setting = self._settings.find("prices")
        Prices.parse(setting.value or "", setting.source)


async def _more(session: Session, scope: Scope, cap: Cap, said: str) -> bool:
    """Ask whether as much again may be spent."""
    invocation = Invocation(session=session, tool_name="budget")
    answer = await invocation.ask_permission(
        kind="budget",
        heading=f"Allow {cap} more?",
        body=said,
        language="text",
        intention=f"The cap of {scope if scope != 'cell' else 'this cell'} is reached.",
    )
    return answer.approved


def _said(scope: Scope, cap: Cap, limit: float, spent: float, expected: float) -> str:
    whose, of = _WHOSE[scope], measured(limit, cap.unit)
    if spent >= limit:
        return f"{whose} has spent {measured(spent, cap.unit)}; the cap is {of}."
    return (
        f"{whose} has spent {measured(spent, cap.unit)} of {of}, and the next model call "
        f"costs about {measured(expected, cap.unit)}."
    )


def _uncounted(scope: Scope, unit: Unit, model: str, place: str) -> ConfigError:
    """Why a cap in that unit would hold nothing."""
    tokens = f"`%copilot budget {scope} 500k tokens`"
    if unit == "dollars":
        return ConfigError(
            f"Nobody knows what {model} costs, so no cap in dollars holds.",
            hint=f'Say it: `%config Copilot.prices = "{model}=IN/OUT"` in dollars per million '
            f"tokens; or cap tokens: {tokens}.",
        )
    return ConfigError(
        f"{place} counts no {WORDS[unit]}, so no cap in them holds.",
        hint=f"Cap tokens, {tokens}, or dollars, `%copilot budget {scope} $1`.",
    )
