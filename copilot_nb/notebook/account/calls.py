"""Model calls as the runtime counts them, and the files that keep them: one for each day.

What a call cost in dollars is no fact of it: prices may be said later, and count for it then.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.stored.bookmark import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.notebook.account.caps import Unit
    from copilot_nb.notebook.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One model call."""

    at: datetime
    session: str
    turn: int
    """The turn of a cell that it belongs to; 0 where it belongs to none."""
    model: str
    input: int
    output: int
    cached: int = 0
    what: str = ""
    """What asked, where no cell's turn did: code, compaction, doctor, background."""
    requests: float | None = None
    """Premium requests; None at a provider of one's own, which has none."""
    credits: float | None = None
    """AI credits; None where they are not reported."""
    dollars: float | None = None
    """At the prices that were known when it was read; None when nobody knew."""

    @property
    def own(self) -> bool:
        """Whether a provider of one's own answered: an account's calls count as requests."""
        return self.requests is self.credits is None

    def amount(self, unit: Unit) -> float | None:
        """What it cost in that unit; None where that is not known."""
        match unit:
            case "tokens":
                return self.input + self.output
            case "dollars":
                return self.dollars
            case "credits":
                return self.credits
            case "requests":
                return self.requests


class Days:
    """What all notebooks of this user's spent, in files that only their owner can read.

    Args:
        settings: The notebook's: where the files are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def add(self, call: Call) -> None:
        """Keep a call; a full disk must not end a turn."""
        line = json.dumps(asdict(call) | {"at": call.at.isoformat()}) + "\n"
        with suppress(OSError):
            append_private(self._file(call.at.astimezone().date()), line)

    def calls(self, day: date) -> list[Call]:
        """Those of a day, oldest first; lines that make no sense are left out."""
        calls = []
        with suppress(OSError):
            for line in self._file(day).read_text(encoding="utf-8").splitlines():
                with suppress(ValueError, TypeError, KeyError):
                    value: dict[str, Any] = json.loads(line)
                    calls.append(Call(**{**value, "at": datetime.fromisoformat(value["at"])}))
        return calls

    def all(self) -> list[date]:
        """The days of which something is known, oldest first."""
        found = []
        for path in sorted(self._folder.glob("*.jsonl")):
            with suppress(ValueError):
                found.append(date.fromisoformat(path.stem))
        return found

    def _file(self, day: date) -> Path:
        return self._folder / f"{day}.jsonl"

    @property
    def _folder(self) -> Path:
        return state_folder(self._settings.environ) / "usage"


def append_private(path: Path, line: str) -> None:
    """Add a line to a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(number, "a", encoding="utf-8") as file:
        file.write(line)
