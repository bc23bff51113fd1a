"""What left the kernel: every piece of the notebook that a turn sent, exactly as it was sent.

It holds what we sent. The runtime adds its own instructions, the definitions of tools and the
conversation so far, and what its own tools read from files does not pass through here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SentKind = Literal[
    "prompt", "index", "cells", "reference", "error", "image", "file", "result", "refusal"
]
"""A refusal is what the model is told in the place of a result."""
KEPT = 50
"""Turns whose payload is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentItem:
    """One piece that was sent."""

    kind: SentKind
    name: str
    """What it is about: a variable, a file, a tool; for an index "31 names"."""
    text: str = ""
    """The text as it was sent; empty for pictures and files."""
    size: int = 0
    """Bytes; of a text those of its UTF-8 form."""
    rows: int = 0
    columns: int = 0
    made: bool = False
    """Whether the rows are of tables that a tool made, which its name stands for."""
    withheld: tuple[str, ...] = ()
    """What was masked in it, such as "GitHub token"."""
    let_out: tuple[str, ...] = ()
    """What was found in it and sent as it is, because somebody wanted it so."""
    by: str = ""
    """Who decided that it may leave, when somebody had to."""

    @classmethod
    def of_text(cls, kind: SentKind, name: str, text: str) -> SentItem:
        """A piece of text."""
        return cls(kind=kind, name=name, text=text, size=len(text.encode(errors="replace")))

    @property
    def words(self) -> str:
        """The piece in a few words: "20 rows of `df` (4 columns)"."""
        if self.rows:
            columns = f" ({counted(self.columns, 'column')})" if self.columns else ""
            whose = f"that {self.name} showed" if self.made else f"of `{self.name}`"
            return f"{counted(self.rows, 'row')} {whose}{columns}"
        form = _WORDS.get(self.kind, "the {kind} {name}")
        return form.format(kind=self.kind, name=self.name, size=readable(self.size)).strip()


_WORDS: Mapping[SentKind, str] = {
    "index": "index ({name})",
    "cells": "cells ({name})",
    "reference": "`{name}`",
    "error": "the error {name}",
    "file": "{name} ({size})",
}


@dataclass(slots=True)
class Payload:
    """What one turn sent."""

    prompt: str
    items: list[SentItem] = field(default_factory=list)
    turn: int = 0
    """The turn's number; one that was queued in it sent with it."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(item.size for item in self.items)

    @property
    def summary(self) -> str:
        """One line: "index (31 names), 20 rows of `df` (4 columns)"; empty when it was nothing."""
        said = list(dict.fromkeys(i.words for i in self.items if _is_named(i)))
        images = sum(item.kind == "image" for item in self.items)
        tools = Counter(i.name for i in self.items if i.kind == "result" and not i.rows)
        said += [counted(images, "figure")] if images else []
        said += [f"results of {', '.join(tools)}"] if tools else []
        masked = {what for item in self.items for what in item.withheld}
        said += [f"masked: {', '.join(sorted(masked))}"] if masked else []
        let_out = {what for item in self.items for what in item.let_out}
        said += [f"sent as it is: {', '.join(sorted(let_out))}"] if let_out else []
        return ", ".join(said)


class Ledger:
    """What the turns of one notebook sent, the newest last."""

    def __init__(self) -> None:
        self.turns: list[Payload] = []

    @property
    def last(self) -> Payload | None:
        """What the newest turn sent so far."""
        return self.turns[-1] if self.turns else None

    def begin(self, prompt: str, items: Iterable[SentItem] = (), turn: int = 0) -> Payload:
        """A new turn of that number begins with these pieces."""
        payload = Payload(prompt, list(items), turn)
        self.turns = [*self.turns, payload][-KEPT:]
        return payload

    def of(self, turn: int) -> Payload | None:
        """What the turn of that number sent; None when it is not remembered."""
        return next((each for each in reversed(self.turns) if each.turn <= turn), None)

    def add(self, items: Iterable[SentItem]) -> str:
        """Pieces that the running turn sends besides; the turn's summary with them."""
        payload = self.last or self.begin("")
        payload.items.extend(items)
        return payload.summary


def readable(size: int) -> str:
    """A number of bytes for people: "812 B", "3.4 kB"."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004 - of decimal units
            return f"{size:.3g} {unit}" if unit != "B" else f"{size} B"
        size = size / 1000  # type: ignore[assignment]  # a float from here on
    return f"{size:.3g} GB"


def counted(number: int, noun: str) -> str:
    """The number and its noun: "1,200 rows"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _is_named(item: SentItem) -> bool:
    return item.kind in {"index", "cells", "reference", "error", "file"} or bool(item.rows)
