"""Which columns and variables may leave the kernel, and how much of them.

A guard for what the kernel tools, references and the index read; code that the user allows can
still print what it likes, which `data.denied` looks for before it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, get_args

from copilot_nb.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Access = Literal["allow", "mask", "aggregate", "deny"]
ACCESSES: tuple[Access, ...] = get_args(Access)
"""From the loosest to the strictest."""
ADVICE: Mapping[Access, str] = {
    "allow": "values may be sent",
    "mask": "rows show •••; counts are of anonymous values",
    "aggregate": "statistics of groups of neighbours; no single value",
    "deny": "the name, the type and how many are missing",
}
MASK = "•••"
"""What stands where a value is withheld."""


@dataclass(frozen=True, slots=True)
class PrivacyRule:
    """Says how much of what a pattern names may leave."""

    access: Access
    pattern: str
    """A column ("ssn", "*mail*"), a column of one variable ("patients.name"), or with `variable`
    the name of a variable."""
    variable: bool = False
    source: str = "this session"

    def fits(self, column: str, variable: str) -> bool:
        """Whether it speaks about that column; an empty column means the variable as a whole."""
        pattern = self.pattern.casefold()
        names = (column.casefold(), f"{variable}.{column}".casefold())
        if self.variable or not column:
            return self.variable and fnmatchcase(variable.casefold(), pattern)
        # A unit in brackets, as in "pay [USD]", would be read as a set of letters.
        return any(name == pattern or fnmatchcase(name, pattern) for name in names)


@dataclass(frozen=True, slots=True)
class Privacy:
    """The rules that hold now; where several speak about the same, the strictest wins."""

    rules: tuple[PrivacyRule, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Name of a variable -> other names of the same object, whose rules hold for it, too."""
    shared: Mapping[str, Access] = field(default_factory=dict, hash=False)
    """Name of an array -> how much of it may leave, because it is the memory of a column."""

    def __bool__(self) -> bool:
        return bool(self.rules)

    def column(self, column: object, variable: str = "") -> Access:
        """How much of that column may leave; names of any type are compared as text."""
        return self._strictest(str(column), variable)

    def called(self, names: Iterable[str], variable: str = "") -> Access:
        """How much of a column may leave that rules may call by any of these names."""
        found = (self.column(name, variable) for name in names if name)
        return max(found, key=ACCESSES.index, default="allow")

    def value(self, name: str) -> Access:
        """How much of a value may leave that is no table, by its own name: `ssn`, `person.ssn`."""
        owner, _, last = name.rpartition(".")
        return max(self.column(last, owner), self.shared.get(name, "allow"), key=ACCESSES.index)

    def hides(self, key: object, variable: str = "") -> bool:
        """Whether what stands under that key, label or name of an attribute is withheld."""
        names = key if type(key) is tuple else (key,)
        # The keys that numpy's arrays of text give are texts, too.
        texts = [str.__str__(name) for name in names if issubclass(type(name), str)]
        return self.called(texts, variable) != "allow"

    def remembered(self, variable: str = "") -> Callable[[object], bool]:
        """`hides`, asked once about each key: a column has few labels and many rows."""
        known: dict[object, bool] = {}

        def hides(key: object) -> bool:
            kind = type(key)
            if kind is not str and kind is not tuple:
                return issubclass(kind, str) and self.hides(key, variable)
            try:
                if key not in known:
                    known[key] = self.hides(key, variable)
                return known[key]
            except TypeError:  # something in a tuple has no hash
                return self.hides(key, variable)

        return hides

    def variable(self, variable: str) -> Access:
        """How much of that variable may leave: all, or its name and type."""
        return self._strictest("", variable)

    def also(self, *rules: PrivacyRule) -> Privacy:
        """The same with more rules."""
        return replace(self, rules=(*self.rules, *rules))

    def among(self, variables: Mapping[str, object]) -> Privacy:
        """The same, knowing which of these names stand for the same object."""
        if not any(rule.variable or "." in rule.pattern for rule in self.rules):
            return self
        names: dict[int, list[str]] = {}
        for name, value in variables.items():
            if type(value) not in _SHARED:
                names.setdefault(id(value), []).append(name)
        several = [tuple(same) for same in names.values() if len(same) > 1]
        return replace(self, others={name: same for same in several for name in same})

    def _strictest(self, column: str, variable: str) -> Access:
        names = self.others.get(variable, (variable,))
        found = (rule.access for rule in self.rules for name in names if rule.fits(column, name))
        return max(found, key=ACCESSES.index, default="allow")


_SHARED = (int, float, complex, str, bytes, bool, type(None))
"""Types whose equal values may be one object by chance."""

OPEN = Privacy()
"""No rule: everything may leave."""


def from_table(table: Mapping[str, Any], source: str) -> tuple[PrivacyRule, ...]:
    """The rules of a `[privacy]` table of a settings file.

    Args:
        table: `deny`, `mask` and `aggregate` name columns, `variables` what is denied as a whole;
            each a list of patterns.
        source: What is said of them when they are listed.

    Raises:
        ConfigError: A key or a value that cannot be meant.
    """
    rules: list[PrivacyRule] = []
    for key, patterns in table.items():
        if key not in (*ACCESSES[1:], "variables"):
            raise ConfigError(
                f"[privacy] in {source} has an unknown key {key!r}.",
                hint="Known are deny, mask, aggregate and variables.",
            )
        access: Access = "deny" if key == "variables" else key  # type: ignore[assignment]  # checked
        rules += [
            PrivacyRule(access, pattern, variable=key == "variables", source=source)
            for pattern in _patterns(patterns, key, source)
        ]
    return tuple(rules)


def _patterns(given: Any, key: str, source: str) -> Iterable[str]:
    if not isinstance(given, list) or not all(isinstance(each, str) and each for each in given):
        raise ConfigError(
            f"{key} of [privacy] in {source} is {given!r}.",
            hint=f'It takes a list of names, such as {key} = ["ssn", "*mail*"].',
        )
    return given
