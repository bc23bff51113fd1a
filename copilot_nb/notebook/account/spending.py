"""What the model calls of this notebook cost, and the caps that ask or stop before it is more.

A cap holds for a cell, a session or a day. It is looked at before a prompt is sent and before each
tool call, because behind both stands another model call: that is expected to cost what the last one
did. What a day cost is kept in a small file of the user's own, one line for each call.
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import BudgetError, ConfigError, CopilotError
from copilot_nb.notebook.account.caps import SCOPES, Cap, Prices, Scope, Unit, measured
from copilot_nb.notebook.stored.bookmark import state_folder
from copilot_nb.protocol.events import AssistantUsage
from copilot_nb.protocol.local import LocalNotice
from copilot_nb.session.tools import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One model call."""

    at: datetime
    session: str
    turn: int
    model: str
    input: int
    output: int
    cached: int = 0
    requests: float = 0.0
    """Premium requests."""
    credits: float = 0.0
    """AI credits."""
    dollars: float | None = None

    def amount(self, unit: Unit) -> float:
        """What it cost in that unit; 0 where that is not known."""
        match unit:
            case "tokens":
                return self.input + self.output
            case "dollars":
                return self.dollars or 0.0
            case "credits":
                return self.credits
            case "requests":
                return self.requests


class Spending:
    """Counts, and keeps the caps.

    Args:
        settings: The notebook's: caps and prices.
        turn: Gives the number of the turn that runs.
    """

    def __init__(self, settings: Settings, turn: Callable[[], int]) -> None:
        self.calls: list[Call] = []
        """Every model call of this kernel, oldest first."""
        self._settings = settings
        self._turn = turn
        self._cell: list[Call] = []
        self._budget = ""
        self._more: dict[Scope, float] = {}
        """What was granted beyond a cap."""
        self._followed: Session | None = None
        self._asking = asyncio.Lock()

    def follow(self, session: Session) -> None:
        """Count what that session costs from now on."""
        if session is not self._followed:
            self._followed = session
            self._more.pop("session", None)
            session.on(self._take)

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
        return sum(call.amount(unit) for call in self._calls(scope))

    async def admit(self, session: Session) -> None:
        """See that the next model call keeps within every cap; asks where it does not.

        Raises:
            BudgetError: It does not, and nobody allows more.
            ConfigError: A cap is in dollars and nobody knows what the model costs.
        """
        if not (caps := self.caps()):
            return
        async with self._asking:
            for scope, (cap, _) in caps.items():
                self._check_prices(cap)
                limit = cap.amount + self._more.get(scope, 0.0)
                spent = self.spent(scope, cap.unit)
                expected = self._expected(cap.unit)
                if spent < limit and spent + expected <= limit:
                    continue
                said = _said(scope, cap, limit, spent, expected)
                if self._settings.get("budget_hard") or not await _more(session, scope, cap, said):
                    raise BudgetError(said, hint=_HINTS[scope])
                self._more[scope] = max(limit, spent)

    async def over(self, session: Session) -> str:
        """Why the turn must stop before its next model call; empty when it need not."""
        try:
            await self.admit(session)
        except CopilotError as error:
            session.emit_local(LocalNotice(text=error.message, level="warning", details=error.hint))
            return "the budget is used up"
        return ""

    def days(self) -> tuple[tuple[date, Call], ...]:
        """What was written down of all days, oldest first: every notebook of this user's."""
        found = []
        for path in sorted(self._folder().glob("*.jsonl")):
            with suppress(ValueError):
                day = date.fromisoformat(path.stem)
                found += [(day, call) for call in _read(path)]
        return tuple(found)

    def _take(self, event: SessionEvent) -> None:
        data = event.data
        if not isinstance(data, AssistantUsage):
            return
        nano = (data.copilot_usage or {}).get("totalNanoAiu")
        spent = nano / _NANO if isinstance(nano, int | float) else 0.0
        given, made = data.input_tokens or 0, data.output_tokens or 0
        call = Call(
            at=datetime.now(UTC),
            session=self._followed.session_id if self._followed else "",
            turn=self._turn(),
            model=data.model,
            input=given,
            output=made,
            cached=data.cache_read_tokens or 0,
            requests=data.cost or 0.0,
            credits=spent,
            dollars=self._prices().dollars(data.model, given, made, spent),
        )
        self.calls.append(call)
        self._cell.append(call)
        self._write(call)

    def _calls(self, scope: Scope) -> Iterable[Call]:
        match scope:
            case "cell":
                return self._cell
            case "session":
                name = self._followed.session_id if self._followed else ""
                return [call for call in self.calls if call.session == name]
            case "day":
                today = datetime.now(UTC).astimezone().date()
                written = _read(self._folder() / f"{today}.jsonl")
                mine = [call for call in self.calls if call.at.astimezone().date() == today]
                return written if len(written) >= len(mine) else mine

    def _expected(self, unit: Unit) -> float:
        return self.calls[-1].amount(unit) if self.calls else 0.0

    def _check_prices(self, cap: Cap) -> None:
        if cap.unit == "dollars" and self.calls and self.calls[-1].dollars is None:
            model = self.calls[-1].model
            raise ConfigError(
                f"Nobody knows what {model or 'this model'} costs, so no cap in dollars holds.",
                hint=f'Say it: `%config Copilot.prices = "{model or "MODEL"}=IN/OUT"` in dollars '
                "per million tokens; or cap tokens: `%copilot budget day 500k tokens`.",
            )

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

    def _folder(self) -> Path:
        return state_folder(self._settings.environ) / "usage"

    def _write(self, call: Call) -> None:
        """Keep it; a full disk must not end a turn."""
        line = json.dumps(asdict(call) | {"at": call.at.isoformat()}) + "\n"
        path = self._folder() / f"{call.at.astimezone().date()}.jsonl"
        with suppress(OSError):
            append_private(path, line)


def append_private(path: Path, line: str) -> None:
    """Add a line to a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(number, "a", encoding="utf-8") as file:
        file.write(line)


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


def _read(path: Path) -> list[Call]:
    """The calls of one day; lines that make no sense are left out."""
    calls = []
    with suppress(OSError):
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, TypeError, KeyError):
                value: dict[str, Any] = json.loads(line)
                calls.append(Call(**{**value, "at": datetime.fromisoformat(value["at"])}))
    return calls
