"""Tables that code shows, as the model may read them; the person's screen has them whole.

A table that is a variable follows the rules for that variable. Any other was made by the code: it
follows the rules for every variable that the code reads, because a part or a copy has no name. What
stands in it under another name is for the gate, which gets its numbers as they are.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from copilot_nb.data.frames import cell, frame_of
from copilot_nb.data.guarded import guarded
from copilot_nb.data.values import is_a
from copilot_nb.kernel.streams import shadowed
from copilot_nb.transcript.blocks import Output, TableOutput, TextOutput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from copilot_nb.data.frames import Frame
    from copilot_nb.data.privacy import Privacy
    from copilot_nb.kernel.capture import Capture

_UNREAD = TextOutput(text="[a table, not shown]")


@dataclass(kw_only=True)
class ShownTables:
    """The tables of one run without what the privacy rules withhold."""

    rules: Privacy
    variables: Mapping[str, object] = field(default_factory=dict)
    """What there was before the run."""
    read: Collection[str] = ()
    """Names of those that the code reads."""
    tables: list[TableOutput] = field(default_factory=list)
    exact: dict[str, set[float]] = field(default_factory=dict)
    """Numbers without their sign, as they were shortened in the tables -> what they are."""

    @contextlib.contextmanager
    def taken(self, ipython: Any, capture: Capture) -> Iterator[None]:
        """Take every table that the run shows inside the `with` block."""
        if not self.rules:
            yield
            return
        formatter = ipython.display_formatter
        inner = formatter.format

        def on_format(value: object, include: Any = None, exclude: Any = None) -> Any:
            frame = frame_of(value) if capture.takes() else None
            if frame is not None:
                self.tables.append(self._noted(self._guarded(value, frame)).table())
            return inner(value, include=include, exclude=exclude)

        with shadowed(formatter, "format", on_format):
            yield

    def told(self, outputs: Iterable[Output]) -> tuple[Output, ...]:
        """What the model gets of what was shown."""
        if not self.rules:
            return tuple(outputs)
        tables = iter(self.tables)
        return tuple(
            next(tables, _UNREAD) if isinstance(output, TableOutput) else output
            for output in outputs
        )

    def _guarded(self, value: object, frame: Frame) -> Frame:
        own = next((name for name, known in self.variables.items() if known is value), None)
        frame = guarded(frame, own or "", self.rules)
        for name in self.read if own is None else ():
            frame = guarded(frame, name, self.rules)
        return frame

    def _noted(self, frame: Frame) -> Frame:
        """The same, which remembers what is read of it."""

        def read(rows: Sequence[int], columns: Sequence[int]) -> list[list[Any]]:
            found = frame.read(rows, columns)
            for value in (value for row in found for value in row if is_a(value, float)):
                number = abs(float.__float__(value))
                self.exact.setdefault(cell(number), set()).add(number)
            return found

        return replace(frame, read=read)
