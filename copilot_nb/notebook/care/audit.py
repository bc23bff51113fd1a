"""Every tool call and every decision of this notebook, and a log of them on disk if one is wanted.

What a call was given is kept as one short line in which secrets are masked. The log is append-only,
one JSON object a line, in a file that only its owner can read.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import clip
from copilot_nb.errors import UsageError
from copilot_nb.notebook.account.calls import append_private
from copilot_nb.notebook.stored.bookmark import state_folder
from copilot_nb.protocol.events import (
    PermissionRequested,
    ToolExecutionComplete,
    ToolExecutionStart,
)
from copilot_nb.protocol.local import LocalRequestAnswered, LocalRequestOpened
from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.notebook.settings import Settings
    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.session import Session

LONGEST = 200
"""Characters that are shown of what a call was given."""
_KEPT = 20 * LONGEST
"""Characters that are kept of it: of a secret that is cut off nobody could tell that it is one."""
_TELLING = ("command", "code", "path", "url", "name", "query", "question")
"""Arguments that say what a call does, the most telling first."""
_ASKED_FOR = ("fullCommandText", "body", "fileName", "path", "url", "toolName")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One tool call, or a decision about something that is no call."""

    at: datetime
    session: str
    turn: int
    call: str
    """The tool call's id; empty for a decision without one."""
    tool: str
    what: str
    """What it was given, in a line."""
    state: str = "running"
    """running, ok, failed, denied, …; asked for a decision without call."""
    decision: str = ""
    """In words: "Allowed once"."""
    by: str = ""
    """Who decided: you, a rule, a policy, a time limit."""
    decided: datetime | None = None
    bytes: int = 0
    """Size of the result as the model got it."""
    seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The entry as a line of the log."""
        values = asdict(self)
        decided = None if self.decided is None else self.decided.isoformat()
        return values | {"at": self.at.isoformat(), "decided": decided}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Entry:
        """The entry of a line.

        Raises:
            ValueError: It is none.
        """
        known = {each.name for each in fields(cls)}
        given = {name: part for name, part in value.items() if name in known}
        try:
            at = datetime.fromisoformat(given["at"])
            decided = given.get("decided")
            moment = datetime.fromisoformat(decided) if decided else None
            return cls(**{**given, "at": at, "decided": moment})
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from None


@dataclass(slots=True)
class _Open:
    """A request that nobody has answered."""

    call: str
    what: str
    kind: str = field(default="")


class Audit:
    """Writes down what a session's tools do.

    Args:
        settings: Whether there is a log.
        turn: Gives the number of the turn that runs.
    """

    def __init__(self, settings: Settings, turn: Callable[[], int]) -> None:
        self._entries: dict[str, Entry] = {}
        self._settings = settings
        self._turn = turn
        self._requests: dict[str, _Open] = {}
        self._followed: Session | None = None
        self._writing = asyncio.Lock()
        self._unwritten: deque[Entry] = deque()

    @property
    def path(self) -> Path:
        """The log of this month."""
        month = datetime.now(UTC).strftime("%Y-%m")
        return state_folder(self._settings.environ) / "audit" / f"{month}.jsonl"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What happened in this kernel, oldest first; secrets are masked."""
        return tuple(map(_shown, self._entries.values()))

    def logged(self) -> tuple[Entry, ...]:
        """What all logs hold, oldest first; lines that are no entry are left out."""
        found = []
        for path in sorted(self.path.parent.glob("*.jsonl")):
            with suppress(OSError):
                for line in path.read_text(encoding="utf-8").splitlines():
                    with suppress(ValueError):
                        found.append(Entry.from_json(json.loads(line)))
        return tuple(found)

    def follow(self, session: Session) -> None:
        """Write down what that session does from now on."""
        if session is not self._followed:
            self._followed = session
            session.on(self._take)

    def close(self) -> None:
        """Write what waits: the session that would have done so has ended."""
        while self._unwritten:
            with suppress(OSError):
                append_private(self.path, _logged(self._unwritten.popleft()))

    def _take(self, event: SessionEvent) -> None:
        match event.data:
            case ToolExecutionStart() as data:
                self._started(data)
            case ToolExecutionComplete() as data:
                self._ended(data)
            case PermissionRequested() as data:
                request = data.permission_request
                told = {**request.to_wire(), **(data.prompt_request or {})}
                self._asked(data.request_id, request.tool_call_id, told)
            case LocalRequestOpened(kind="permission") as data:
                self._asked(data.request_id, data.tool_call_id, data.permission or {})
            case LocalRequestAnswered() as data:
                self._decided(data)

    def _started(self, data: ToolExecutionStart) -> None:
        self._entries[data.tool_call_id] = self._entry(
            call=data.tool_call_id, tool=data.tool_name, what=_telling(data.arguments)
        )

    def _ended(self, data: ToolExecutionComplete) -> None:
        entry = self._entries.get(data.tool_call_id)
        if entry is None:
            return
        text = (data.result.content if data.result else None) or ""
        code = data.error.code if data.error else None
        ended = replace(
            entry,
            state="ok" if data.success else (code or "failed"),
            bytes=len(text.encode()),
            seconds=round((datetime.now(UTC) - entry.at).total_seconds(), 3),
        )
        self._entries[data.tool_call_id] = ended
        self._log(ended)

    def _asked(self, request_id: str, call: str | None, told: Mapping[str, Any]) -> None:
        what = next((str(told[name]) for name in _ASKED_FOR if told.get(name)), "")
        self._requests[request_id] = _Open(call or "", _line(what), str(told.get("kind") or ""))

    def _decided(self, data: LocalRequestAnswered) -> None:
        asked = self._requests.pop(data.request_id, None)
        if asked is None:
            return
        now = datetime.now(UTC)
        entry = self._entries.get(asked.call)
        if entry is None:
            lone = self._entry(call="", tool=asked.kind, what=asked.what, state="asked")
            entry = self._entries[data.request_id] = replace(
                lone, decision=data.answer, by=data.by, decided=now
            )
            self._log(entry)
            return
        both = entry.decision and entry.decision != data.answer
        words = f"{entry.decision}; {data.answer}" if both else data.answer
        by = f"{entry.by}; {data.by}" if entry.by and entry.by != data.by else data.by
        # A call may ask twice: first for a path, then for itself.
        self._entries[asked.call] = replace(entry, decision=words, by=by, decided=now)

    def _entry(self, **parts: Any) -> Entry:
        session = self._followed.session_id if self._followed else ""
        return Entry(at=datetime.now(UTC), session=session, turn=self._turn(), **parts)

    def _log(self, entry: Entry) -> None:
        if self._followed is not None and self._settings.get("audit"):
            self._unwritten.append(entry)
            self._followed.tasks.spawn(self._write())

    async def _write(self) -> None:
        """Keep what is not kept yet; a full disk must not end a turn."""
        async with self._writing:
            while self._unwritten:
                # Cancelled here, it waits on; whoever writes it takes it out at once.
                line = await asyncio.to_thread(_logged, self._unwritten[0])
                self._unwritten.popleft()
                with suppress(OSError):
                    append_private(self.path, line)


def chosen(
    entries: Iterable[Entry], *, tool: str = "", decision: str = "", by: str = "", turn: int = 0
) -> tuple[Entry, ...]:
    """The entries that fit all of these.

    Args:
        entries: Those to choose from.
        tool: Part of the tool's name.
        decision: allowed, denied, or unasked.
        by: Part of who decided.
        turn: The turn's number; 0 for all.
    """
    return tuple(
        each
        for each in entries
        if tool.lower() in each.tool.lower()
        and by.lower() in each.by.lower()
        and turn in {0, each.turn}
        and _decided_as(each, decision)
    )


def written(entries: Iterable[Entry], file: str) -> Path:
    """Write them to a file of that ending: .jsonl, .json or .csv.

    Raises:
        UsageError: It has another ending, is there already, or cannot be written.
    """
    path = Path(file).expanduser()
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        known = ", ".join(_WRITERS)
        raise UsageError(f"{file!r} says no format by its ending.", hint=f"It takes {known}.")
    text = writer([each.to_json() for each in entries])
    try:
        with path.open("x", encoding="utf-8", newline="") as output:
            output.write(text)
    except FileExistsError:
        raise UsageError(f"{file!r} is there already.", hint="Name another file.") from None
    except OSError as error:
        raise UsageError(f"{file!r} cannot be written: {error.strerror}.") from None
    return path


def redacted(text: str) -> str:
    """The text with what looks like a secret masked."""
    from copilot_nb.data.finds import replace_finds
    from copilot_nb.data.privacy import MASK
    from copilot_nb.data.secrets import find_secrets

    return replace_finds(text, find_secrets(text), MASK)


def _shown(entry: Entry) -> Entry:
    return replace(entry, what=clip(redacted(entry.what), LONGEST))


def _logged(entry: Entry) -> str:
    return json.dumps(_shown(entry).to_json()) + "\n"


def _decided_as(entry: Entry, decision: str) -> bool:
    words = entry.decision.lower()
    match decision:
        case "allowed":
            return "allow" in words or "sent" in words
        case "denied":
            return "den" in words or entry.state == "denied"
        case "unasked":
            return not words
    return True


def _telling(arguments: Any) -> str:
    if isinstance(arguments, dict):
        for name in _TELLING:
            if isinstance(arguments.get(name), str):
                return _line(arguments[name])
        return _line(json.dumps(arguments, ensure_ascii=False, default=str))
    return _line("" if arguments is None else str(arguments))


def _line(text: str) -> str:
    return clip(" ".join(visible(text).split()), _KEPT)


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, [each.name for each in fields(Entry)])
    table.writeheader()
    table.writerows({name: _inert(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _inert(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: the agent chose its words."""
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple("=+-@")) else value


_WRITERS: Mapping[str, Callable[[list[dict[str, Any]]], str]] = {
    ".jsonl": lambda rows: "".join(f"{json.dumps(row)}\n" for row in rows),
    ".json": lambda rows: json.dumps(rows, indent=2) + "\n",
    ".csv": _csv,
}
