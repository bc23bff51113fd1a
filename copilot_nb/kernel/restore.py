"""Takes one run of agent code back: objects, names, and what is said of each."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from copilot_nb.data.fingerprints import Change, Fingerprint, fingerprint
from copilot_nb.data.values import is_a, type_name

if TYPE_CHECKING:
    from copilot_nb.kernel.journal import Run


class Restore:
    """Takes one run back."""

    def __init__(self, run: Run, namespace: dict[str, Any], names: dict[str, Any]) -> None:
        self.run, self.namespace, self.names = run, namespace, names
        self.done: dict[int, Any] = {}
        """Identity of an object -> what its names are bound to now."""
        # All at first: putting back one object changes what others are compared with.
        every = {name for change in run.changes for name in change.names}
        self.touched = {name for name in every if self._changed_since(name)}

    def restore(self) -> tuple[str, ...]:
        """Put back what can be put back; says name by name what came of it."""
        for change in self.run.changes:  # all before a word is said: one may hold another
            names = [name for name in change.names if name not in self.touched]
            if names and change.kind != "new":
                self._put_back(self.run.before[names[0]])
        return tuple(line for change in self.run.changes for line in self._change(change))

    def _change(self, change: Change) -> list[str]:
        touched = [name for name in change.names if name in self.touched]
        said = [f"`{name}` was changed since: left as it is." for name in touched]
        names = [name for name in change.names if name not in touched]
        if not names:
            return said
        if change.kind == "new":
            return [*said, *(self._remove(name) for name in names if self._may_go(name))]
        value = self.run.before[names[0]]
        lost = self._lost(value, change)
        if lost and change.in_place:
            stays = "stays" if change.kind == "changed" else "may stay"
            return [*said, f"{_listed(names)} {stays} changed: {lost}."]
        if lost:
            self._bind(names, value)
            return [*said, f"{_listed(names)} is the earlier object, but changed: {lost}."]
        now = self.done.get(id(value), value)
        if now is not value and change.before and _is_again(value, change.before):
            now = value  # a view that cannot be written came back with its array
        self._bind(names, now)
        if change.before and not _is_again(now, change.before):
            return [*said, f"{_listed(names)} is back only in part: {self._missing(value)}."]
        shape = f": {change.before.shape}" if change.before and change.before.shape else ""
        return [*said, f"{_listed(names)} is back{shape}{self._but(value, now)}."]

    def _but(self, value: Any, now: Any) -> str:
        """What of an object that is back is not."""
        if now is not value:
            return "; it is a copy: what else holds the object keeps it as it was changed"
        copy = self.run.copies.get(id(value))
        if copy is None or not copy.beyond:
            return ""
        return f", but for what is stored in its {', '.join(copy.beyond)}: that is not copied"

    def _missing(self, value: Any) -> str:
        """Why not all of an object is what it was."""
        copy = self.run.copies.get(id(value))
        failed = sorted(set(map(type_name, copy.failed))) if copy else []
        return f"its {', '.join(failed)} could not be" if failed else "what it holds was not copied"

    def _lost(self, value: Any, change: Change) -> str:
        """Why an object cannot be what it was; empty if it is, or has come back with another."""
        if id(value) not in self.run.changed:
            return ""
        if id(value) in self.done:
            failed = self.run.copies[id(value)].failed
            return "putting it back failed" if any(part is value for part in failed) else ""
        if change.kind != "unsure" and change.before and _is_again(value, change.before):
            return ""
        return self.run.refused.get(id(value), "no copy was kept, the change was not foreseen")

    def _put_back(self, value: Any) -> None:
        """Make an object what it was, if there is a copy."""
        if id(value) not in self.run.copies or id(value) in self.done:
            return
        self.done[id(value)] = self.run.copies[id(value)].put_back()

    def _bind(self, names: list[str], value: Any) -> None:
        for name in names:
            self.namespace[name] = value

    def _remove(self, name: str) -> str:
        del self.namespace[name]
        return f"`{name}` is gone again."

    def _may_go(self, name: str) -> bool:
        """Imports stay: they hold no data, and later code may rely on them."""
        return name in self.namespace and not is_a(self.namespace[name], ModuleType)

    def _changed_since(self, name: str) -> bool:
        then = self.run.after.get(name)
        if then is None or name not in self.names:
            return (then is None) != (name not in self.names)
        value = self.names[name]
        return id(value) != then.identity or not _is_again(value, then)


def _is_again(value: Any, then: Fingerprint) -> bool:
    """Whether a value is what it was at a moment."""
    deep = then.content is None or then.content.deep
    return fingerprint(value, deep=deep).same_as(then)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
