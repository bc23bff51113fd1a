"""What agent code changed in the user's namespace, run by run, and how to take it back.

Of each run the objects that names had before are kept, and copies of those that the analysis says
may change in place, up to a limit of memory. Taking back never touches what changed since.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from copilot_nb.data.copies import bytes_of
from copilot_nb.data.fingerprints import (
    Change,
    Fingerprint,
    Kind,
    fingerprints,
    lines,
)
from copilot_nb.data.kept import Kept, kept
from copilot_nb.data.memory import sharing
from copilot_nb.data.stored import NotCopiedError, is_own_class
from copilot_nb.data.values import is_a
from copilot_nb.kernel.interrupt import uninterruptible
from copilot_nb.kernel.restore import Restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from copilot_nb.data.effects.analysis import Consequences

MEGABYTES = 256
"""How much is kept when nobody says how much."""
RUNS = 50
"""Runs that can be taken back."""
COPY_SECONDS = 2.0
"""How long copies are made before a run; what comes later is not copied."""


@dataclass(kw_only=True)
class Run:
    """One run of agent code: how to take it back."""

    tool_call_id: str = ""
    """The call that ran it."""
    code: str = ""
    """What ran."""
    changes: tuple[Change, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    """The objects of names that were bound anew, deleted or changed in place."""
    after: dict[str, Fingerprint] = field(default_factory=dict)
    """What those names and the new ones were right after the run."""
    copies: dict[int, Kept] = field(default_factory=dict)
    """Identity of an object -> what it was before the run."""
    refused: dict[int, str] = field(default_factory=dict)
    """Identity of an object -> why there is no copy of it."""
    changed: set[int] = field(default_factory=set)
    """Identities of objects that were changed in place."""
    undone: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """What changed, in words."""
        return lines(self.changes)

    @property
    def undoable(self) -> bool:
        """Whether anything of it can be taken back."""
        return not self.undone and any(
            not change.in_place or id(self.before.get(name)) in self.copies
            for change in self.changes
            for name in change.names
        )

    @property
    def size(self) -> int:
        """About how many bytes are kept for it."""
        return sum(_size(v) for v in (*self.before.values(), *self.copies.values()))


class Snapshot:
    """The namespace before a run."""

    def __init__(self, names: Mapping[str, Any], expected: Consequences | None = None) -> None:
        self.names = dict(names)
        changes = [name for name in (expected.changes if expected else ()) if name in names]
        memory = sharing(self.names, [names[name] for name in changes], levels=0)
        self.expected = {*changes, *memory}
        """Names whose objects may change in place, those on the same memory included."""
        perhaps = _perhaps(expected, self.names) if expected else ()
        self.first = [*changes, *sorted(memory), *perhaps]
        """Names that are looked at closely, and copied."""
        self.prints = fingerprints(self.names, self.first)
        self.copies: dict[int, Kept] = {}
        self.refused: dict[int, str] = {}

    def copy(self, room: int) -> None:
        """Copy the objects that may change, as far as there is room."""
        deadline = time.monotonic() + COPY_SECONDS
        for name in self.first:
            value = self.names.get(name)
            if name not in self.names or id(value) in self.copies:
                continue
            size = _size(value)
            if size > room:
                self.refused[id(value)] = f"{size / 1e6:,.0f} MB are more than the limit"
            elif time.monotonic() > deadline:
                self.refused[id(value)] = "copying took too long"
            else:
                self._copy(value, room, deadline)
                room -= max(size, _size(self.copies.get(id(value))))

    def _copy(self, value: Any, room: int, until: float) -> None:
        try:
            self.copies[id(value)] = kept(value, room, until)
        except NotCopiedError as error:
            self.refused[id(value)] = str(error)
        except Exception:  # noqa: BLE001 - a subclass of the user's; the run itself goes on
            self.refused[id(value)] = "copying it failed"


def _perhaps(expected: Consequences, names: Mapping[str, Any]) -> Iterator[str]:
    """What may change without being named: all that unknown code reads, and classes."""
    if not expected.known:
        yield from sorted(expected.reads)
    if expected.world.keys() & {"environment", "unknown"}:
        yield from (name for name, value in names.items() if is_own_class(value))


def _size(value: Any) -> int:
    try:
        return bytes_of(value)
    except Exception:  # noqa: BLE001 - a subclass of the user's; the run itself goes on
        return 0


class Journal:
    """The runs of agent code in one kernel.

    Args:
        names: Gives the user's names and values, without what is not theirs.
        namespace: Where names are bound and deleted.
    """

    def __init__(self, names: Callable[[], dict[str, Any]], namespace: dict[str, Any]) -> None:
        self.runs: list[Run] = []
        self.megabytes: float = MEGABYTES
        """Memory for copies of one run, and for what earlier runs keep."""
        self._names = names
        self._namespace = namespace
        self._running = 0

    def before(self, expected: Consequences | None = None, *, trial: bool = False) -> Snapshot:
        """Remember the namespace, right before a run.

        Args:
            expected: What the code is expected to do; objects that may change are copied.
            trial: Whether it does that to copies: then no change is foreseen.
        """
        snapshot = Snapshot(self._names(), expected)
        if trial:
            snapshot.expected.clear()
        else:
            snapshot.copy(int(self.megabytes * 1e6))
        self._running += 1
        return snapshot

    @uninterruptible
    def after(self, snapshot: Snapshot) -> Run:
        """Compare, right after the run, and keep what it takes to undo it."""
        self._running -= 1
        names = self._names()
        seen: dict[int, Fingerprint] = {}
        run = Run(refused=snapshot.refused)
        run.changed = _changed(snapshot, seen)
        bound = [n for n, value in names.items() if snapshot.names.get(n, _GONE) is not value]
        now = fingerprints(names, bound, seen)
        run.changes = tuple(_changes(snapshot, names, now, run.changed))
        for name in {name for change in run.changes for name in change.names}:
            if name in snapshot.names:
                run.before[name] = snapshot.names[name]
            if name in now:
                run.after[name] = now[name]
        run.changed |= {id(run.before[c.names[0]]) for c in run.changes if c.kind == "unsure"}
        wanted = {id(value) for value in run.before.values()} & run.changed
        run.copies = {at: copy for at, copy in snapshot.copies.items() if at in wanted}
        if run.changes:
            self.runs.append(run)
            self._shrink()
        return run

    def beyond(self, expected: Consequences) -> tuple[str, ...]:
        """What of the expected changes could not be taken back, and why: to be known before."""
        limit = room = int(self.megabytes * 1e6)
        kept = f"the {self.megabytes:g} MB that are kept for undo"
        names = self._names()
        changing = {id(names[name]): name for name in expected.changes if name in names}
        said: list[str] = []
        for name in changing.values():
            size = _size(names[name])
            if size <= room:
                room -= size
                continue
            why = f"more than {kept}" if size > limit else f"with the others more than {kept}"
            said.append(f"{name} ({size / 1e6:,.0f} MB) cannot be taken back: {why}")
        return tuple(said)

    def run(self, tool_call_id: str | None = None) -> Run | None:
        """A run; the last that was not undone when no id is given."""
        for run in reversed(self.runs):
            if run.tool_call_id == tool_call_id or (tool_call_id is None and not run.undone):
                return run
        return None

    def undo(self, tool_call_id: str | None = None) -> tuple[str, ...]:
        """Take a run back, as far as that can be done; says name by name what came of it."""
        run = self.run(tool_call_id)
        if run is None or run.undone:
            return ("There is nothing to undo.",)
        if self._running:
            return ("Code is running; undo when it has ended.",)
        run.undone = True
        told = Restore(run, self._namespace, self._names()).restore()
        run.before, run.copies = {}, {}
        return told

    def forget(self) -> None:
        """Let go of everything that is kept."""
        self.runs.clear()

    def _shrink(self) -> None:
        """Keep the newest run, and of the others what the limit allows."""
        room = self.megabytes * 1e6
        kept: list[Run] = []
        for run in reversed(self.runs[-RUNS:]):
            room -= run.size
            if kept and room < 0:
                break
            kept.append(run)
        self.runs = kept[::-1]


def _changed(snapshot: Snapshot, seen: dict[int, Fingerprint]) -> set[int]:
    """Identities of the objects whose content is no longer what it was."""
    now = fingerprints(snapshot.names, snapshot.first, seen)
    return {
        print_.identity for name, print_ in now.items() if not print_.same_as(snapshot.prints[name])
    }


def _changes(
    snapshot: Snapshot, names: Mapping[str, Any], now: Mapping[str, Fingerprint], changed: set[int]
) -> Iterable[Change]:
    prints = snapshot.prints
    still = {name for name in prints if names.get(name, _GONE) is snapshot.names[name]}
    in_place: dict[int, list[str]] = {}
    for name in prints:
        if name in still and (id(names[name]) in changed or _is_unsure(name, snapshot, now)):
            in_place.setdefault(id(names[name]), []).append(name)
    for at, same in in_place.items():
        kind: Kind = "changed" if at in changed else "unsure"
        yield Change(kind, tuple(same), prints[same[0]], now[same[0]])
    for name in [name for name in prints if name not in still]:
        if name not in now:
            yield Change("deleted", (name,), prints[name])
        elif not _same_value(prints[name], now[name]):
            yield Change("rebound", (name,), prints[name], now[name])
    yield from (
        Change("new", (name,), None, now[name])
        for name in now
        if name not in prints and not is_a(names[name], ModuleType)
    )


_GONE = object()


def _is_unsure(name: str, snapshot: Snapshot, now: Mapping[str, Fingerprint]) -> bool:
    """Whether a change was expected that the comparison could have missed."""
    return name in snapshot.expected and not (snapshot.prints[name].whole and now[name].whole)


def _same_value(before: Fingerprint, after: Fingerprint) -> bool:
    """Whether a name was set to what it was: `x = 1` again."""
    whole = before.content is not None and before.content.whole
    return whole and before.same_as(after) and not before.columns and before.type in _PLAIN


_PLAIN = {"int", "float", "str", "bool", "complex", "bytes", "NoneType", "module"}
