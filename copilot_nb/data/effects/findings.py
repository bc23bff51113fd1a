"""What an analysis has found, kept name by name, and whether it will surely happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WORLD = ("imports", "files", "network", "process", "environment", "unknown")
"""Effects that are not about the user's names, in the order in which they are shown."""


@dataclass
class Fate:
    """What may have become of a name so far."""

    bound: bool = False
    """It may be bound to something new."""
    deleted: bool = False
    """It may be gone."""

    @property
    def sure(self) -> bool:
        """Whether there is only one way."""
        return self.bound != self.deleted


@dataclass
class Findings:
    """Names and what happens to them; everything else as texts per kind."""

    reads: dict[str, None] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    """Names that may also stay as they were: what happens to them hangs on a condition."""
    changes: dict[str, bool] = field(default_factory=dict)
    """Name -> whether it surely changes."""
    imported: set[str] = field(default_factory=set)
    """Names that an import binds."""
    world: dict[str, dict[str, None]] = field(default_factory=dict)

    def bind(self, name: str, *, sure: bool) -> None:
        """The name gets a new value."""
        if sure:
            self.fates[name] = Fate(bound=True)
            self.kept.discard(name)
            return
        if name not in self.fates:
            self.kept.add(name)
        self.fates.setdefault(name, Fate()).bound = True

    def delete(self, name: str, *, sure: bool) -> None:
        """The name goes."""
        if sure:
            self.fates[name] = Fate(deleted=True)
            self.kept.discard(name)
            return
        if name not in self.fates:
            self.kept.add(name)
        self.fates.setdefault(name, Fate()).deleted = True

    def change(self, name: str, *, sure: bool) -> None:
        """The name's object changes in place."""
        self.changes[name] = self.changes.get(name, False) or sure

    def note(self, kind: str, text: str) -> None:
        """Something that is not about names."""
        self.world.setdefault(kind, {})[text] = None

    def bound(self, namespace: Mapping[str, object], *, existing: bool) -> dict[str, bool]:
        """Names that are bound at the end -> surely; those that exist now, or those that do not."""
        return {
            name: self._sure(name, fate)
            for name, fate in self.fates.items()
            if fate.bound and (name in namespace) is existing
        }

    def deleted(self, namespace: Mapping[str, object]) -> dict[str, bool]:
        """Names of the namespace that are gone at the end -> surely."""
        return {
            name: self._sure(name, fate)
            for name, fate in self.fates.items()
            if fate.deleted and name in namespace
        }

    def _sure(self, name: str, fate: Fate) -> bool:
        return fate.sure and name not in self.kept
