"""One call with what is known of its parts, and what any call may do to them."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import TYPE_CHECKING

from copilot_nb.data.effects import tables
from copilot_nb.data.effects.expressions import consumed
from copilot_nb.data.effects.parts import attribute_value, element
from copilot_nb.data.effects.values import NONE, Value
from copilot_nb.data.values import instance_data, module_of

if TYPE_CHECKING:
    from copilot_nb.data.effects.walk import Walk

TEXT = 60
"""Characters of an argument that are shown."""


class Call:
    """One call with what is known of its parts."""

    def __init__(self, node: ast.Call, walk: Walk) -> None:
        self.node, self.walk = node, walk
        self.owner: Value | None = None
        self.method = ""
        if isinstance(node.func, ast.Attribute):
            self.method = node.func.attr
            self.owner = walk.value(node.func.value)
            self.function = self._member(self.owner)
        else:
            self.function = walk.value(node.func)
        self.values = [self._argument(argument) for argument in node.args]
        self.named = {k.arg: walk.value(k.value) for k in node.keywords if k.arg}
        self.rest = walk.values([k.value for k in node.keywords if not k.arg])

    @property
    def every(self) -> list[Value]:
        """All arguments."""
        return [*self.values, *self.named.values(), *self.rest]

    @property
    def name(self) -> str:
        """The called thing, as it is written."""
        text = ast.unparse(self.node.func)
        return text if len(text) <= TEXT else f"….{self.method}" if self.method else "…"

    def flag(self, name: str) -> bool | None:
        """A keyword that is True, False or (None) not known; False when it is not there."""
        if self.rest:
            return None
        node = next((k.value for k in self.node.keywords if k.arg == name), None)
        if node is None:
            return False
        return bool(node.value) if isinstance(node, ast.Constant) else None

    def text(self, at: int | None, keyword: str = "") -> str:
        """An argument as the code has it: never the value of a variable, it may be a secret."""
        if at is None:
            return ""
        value = next((v for k, v in self.named.items() if k == keyword), None)
        if value is None and at < len(self.values):
            value = self.values[at]
        if value is None:
            return ""
        if value.text is not None:
            return clipped(value.text)
        node = self.node.args[at] if at < len(self.node.args) else self.node
        return clipped(ast.unparse(node))

    def _member(self, owner: Value) -> Value:
        if self.method in tables.INTERNAL_ATTRIBUTES:
            return attribute_value(self.walk, owner, self.method)
        if owner.path or owner.members or owner.options:
            return attribute_value(self.walk, owner, self.method)
        if owner.exact and owner.kind not in tables.TRUSTED:
            return attribute_value(self.walk, owner, self.method)
        return Value()

    def _argument(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Starred):
            return element(self.walk, self.walk.value(node.value))
        return self.walk.value(node)


def reach_of_all(call: Call) -> frozenset[str]:
    """Every name that can be changed through an argument."""
    return NONE.union(*(value.reach for value in call.every))


def use_up(call: Call) -> None:
    """Iterators among the arguments are no longer where they were."""
    for value in call.every:
        consumed(call.walk, value)


def unknown_call(call: Call) -> Value:
    """A call of something that was not looked into."""
    unknown(call.walk, call.name)
    for value in call.every:
        consumed(call.walk, value)
    reach = reach_of_all(call) | (call.owner.reach if call.owner is not None else NONE)
    return Value(shares=reach, holds=reach, fresh=False)


def unknown(walk: Walk, name: str) -> None:
    """Say that a call of that name was not looked into."""
    walk.found.note("unknown", f"calls {name}(), whose effects were not looked into")


def change_argument(call: Call, at: int) -> None:
    """The call changes its argument at that place."""
    if 0 <= at < len(call.values):
        call.walk.change(call.values[at])
        return
    for value in call.named.values():
        call.walk.change(value, sure=False)


def into_outputs(call: Call, kind: str) -> None:
    """Where a function or method of this package puts its result, other than into a new value."""
    given = [call.named[name] for name in ("out", "ax") if name in call.named]
    for value in (*given, *call.values[_outputs(call, kind)]):
        call.walk.change(value)
    for value in call.every:
        if value.kind == "io" and value.exact:  # an open file, a buffer
            call.walk.change(value, sure=False)
    if any(name.startswith("overwrite_") for name in call.named) or _in_place(call, kind):
        change_argument(call, 0)


def _outputs(call: Call, kind: str) -> slice:
    """Which arguments of a function of numpy are filled."""
    function, first = call.function.live, 0
    if call.owner is not None and not call.owner.path:  # `v.clip(0, 1, v)` is `np.clip(v, 0, 1, v)`
        function, first = instance_data(sys.modules.get("numpy")).get(call.method), 1
    made_by = f"{module_of(type(function))}.{type(function).__name__}"
    if kind != "numpy" or not made_by.startswith("numpy.") or not call.values:
        return slice(0)
    if made_by == "numpy.ufunc":
        return slice(function.nin - first, None)
    names = list(inspect.signature(function).parameters.values())
    at = next(
        (n for n, p in enumerate(names) if p.name == "out" and p.kind is p.POSITIONAL_OR_KEYWORD),
        None,
    )
    return slice(0) if at is None else slice(at - first, at - first + 1)


def _in_place(call: Call, kind: str) -> bool:
    """Whether `copy=False` is said to a function that then changes what it is given."""
    if call.method != "nan_to_num" and kind != "sklearn":
        return False
    said = [k.value for k in call.node.keywords if k.arg == "copy"]
    said += call.node.args[1:2] if call.method == "nan_to_num" else []
    return any(not (isinstance(node, ast.Constant) and node.value) for node in said)


def clipped(text: str) -> str:
    """One line of a text, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= TEXT else f"{line[: TEXT - 1]}…"
