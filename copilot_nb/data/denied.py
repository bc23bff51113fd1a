"""Finds withheld values in text that is about to leave.

Code that the user allowed may print a column that a rule withholds. The values of such columns are
looked for in what it showed, whatever form they have there (`data.said`), but none that are short,
so this is a guard and no guarantee; short ones only where `data.exposed` says whose they may be. Of
columns that are too long to know all values, what stands in the text is looked for in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from copilot_nb.data.escapes import in_every_reading
from copilot_nb.data.finds import Find, apart
from copilot_nb.data.known import Known, shortened
from copilot_nb.data.said import Said
from copilot_nb.data.withheld import VALUES, parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from copilot_nb.data.privacy import Privacy
    from copilot_nb.data.withheld import LongColumn


@dataclass(frozen=True, slots=True)
class Denied:
    """Values that must not leave, ready to be looked for."""

    known: Known = field(default_factory=Known)
    fractions: tuple[float, ...] = ()
    """The numbers among them that may be rounded, in order."""
    long: tuple[LongColumn, ...] = ()
    """Columns of which not all values are known."""
    exposed: frozenset[str] = frozenset()
    """Columns of which short values are looked for, too."""

    def find(
        self, text: str, exact: Mapping[str, Collection[float]] | None = None
    ) -> tuple[Find, ...]:
        """Where withheld values stand in the text, without overlaps.

        Args:
            text: The text.
            exact: Numbers that were shortened when it was made -> what they were.
        """
        return apart(in_every_reading(text, lambda each: self._in(Said(each, exact or {}))))

    def _in(self, said: Said) -> Iterator[Find]:
        found = Known(self.exposed)
        for column in self.long:
            for value in column.among(said):
                found.add(column.owner, value)
        yield from (*self.known.finds(said), *found.finds(said), *self._shortened(said, found))

    def _shortened(self, said: Said, found: Known) -> Iterator[Find]:
        more = found.fractions()
        if not self.fractions and not more:
            return
        fractions = sorted({*self.fractions, *more}) if more else self.fractions
        rows = max((column.frame.rows for column in self.long), default=0)
        share = min(1.0, VALUES / rows) if rows else 1.0
        for number, value in shortened(said.numbers, fractions, share):
            known = self.known if value in self.known else found
            yield Find(number.start, number.end, known.whose(value))


def denied_values(
    variables: Mapping[str, object], privacy: Privacy, exposed: Iterable[str] = ()
) -> Denied:
    """The values of everything that a rule withholds, as far as they can be looked for.

    Args:
        variables: The notebook's.
        privacy: The rules.
        exposed: Columns, such as `df.age`, of which short values are looked for, too.
    """
    if not privacy:
        return Denied()
    named = frozenset(exposed)
    known = Known(named)
    long: list[LongColumn] = []
    for name, variable in variables.items():
        for part in parts(name, variable, privacy):
            for owner, value in part.values(privacy):
                known.add(owner, value)
            long += part.long_columns(privacy)
    return Denied(known, tuple(sorted(known.fractions())), tuple(long), named)
