"""What is known of the values of expressions; calls have a file of their own."""

from __future__ import annotations

import ast
import types
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.data.effects import tables
from copilot_nb.data.effects.functions import defined, special
from copilot_nb.data.effects.parts import attribute_value, element, item
from copilot_nb.data.effects.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    joined,
    method_of,
)
from copilot_nb.data.effects.walk import Comprehension, Walk, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence


@evaluate.register
def constant(node: ast.Constant, _walk: Walk) -> Value:
    """A text, a number."""
    text = str(node.value) if isinstance(node.value, str | int) else None
    return Value(kind=type(node.value).__name__, text=text, live=node.value)


@evaluate.register
def name(node: ast.Name, walk: Walk) -> Value:
    """A name that is read."""
    if node.id in tables.INTERNAL_NAMES:
        walk.found.note("unknown", f"reaches into Python itself ({node.id})")
    return walk.lookup(node.id)


@evaluate.register
def attribute(node: ast.Attribute, walk: Walk) -> Value:
    """An attribute that is read."""
    return attribute_value(walk, walk.value(node.value), node.attr)


@evaluate.register
def subscript(node: ast.Subscript, walk: Walk) -> Value:
    """An item, a slice, a column."""
    owner, key = walk.value(node.value), walk.value(node.slice)
    if owner.path in tables.SETTINGS:
        walk.found.note("environment", f"reads {owner.path}")
        return Value(kind="str") if owner.path.startswith("os.") else UNKNOWN
    if owner.path.startswith("builtins.") or owner.path.startswith("typing."):
        return Value(path=owner.path)
    return joined([item(walk, o, key, node.slice) for o in owner.options or (owner,)])


@evaluate.register
def container(node: ast.List | ast.Tuple | ast.Set, walk: Walk) -> Value:
    """A list, tuple or set that is written out."""
    parts = [element(walk, walk.value(p.value)) if isinstance(p, ast.Starred) else walk.value(p)
             for p in node.elts]  # fmt: skip
    made = _new(type(node).__name__.lower(), parts)
    whole = not any(isinstance(part, ast.Starred) for part in node.elts)
    return replace(made, items=tuple(parts)) if isinstance(node, ast.Tuple) and whole else made


@evaluate.register
def dictionary(node: ast.Dict, walk: Walk) -> Value:
    """A dict that is written out."""
    walk.values([key for key in node.keys if key is not None])
    return _new("dict", walk.values(node.values))


@evaluate.register
def binary(node: ast.BinOp, walk: Walk) -> Value:
    """Arithmetic: a new value, unless a class of the user's says otherwise."""
    left, right = walk.value(node.left), walk.value(node.right)
    hook = tables.OPERATORS.get(type(node.op), "")
    for own, other, name in ((left, right, hook), (right, left, hook.replace("__", "__r", 1))):
        operate(walk, own, name, other)
    kind = _result_kind(left, right)
    reach = left.reach | right.reach if kind not in tables.SCALARS else NONE
    return Value(kind=kind, holds=reach, said=left.wording + right.wording)


def operate(walk: Walk, own: Value, hook: str, *others: Value) -> None:
    """Follow a special method of the user's own class, if there is one."""
    if own.exact and own.kind == "__main__":
        method = method_of(own.live, hook)
        if method is not NOTHING:
            special(walk, method, own, hook, *others)
    elif own.members and hook in own.members:
        special(walk, own.members[hook], own, hook, *others)


def _result_kind(left: Value, right: Value) -> str:
    for kind in (left.kind, right.kind):
        if kind in tables.FRAMES:
            return kind
    return left.kind or right.kind


@evaluate.register
def comparison(node: ast.Compare, walk: Walk) -> Value:
    """A comparison."""
    left, *others = walk.values([node.left, *node.comparators])
    for operator, other in zip(node.ops, others, strict=True):
        operate(walk, left, tables.OPERATORS.get(type(operator), ""), other)
        if isinstance(operator, ast.In | ast.NotIn):
            operate(walk, other, "__contains__", left)
    frame = next((v.kind for v in (left, *others) if v.kind in tables.FRAMES), "bool")
    return Value(kind=frame)


def tested(walk: Walk, value: Value) -> None:
    """The value decides something."""
    for hook in ("__bool__", "__len__"):
        operate(walk, value, hook)


@evaluate.register
def unary(node: ast.UnaryOp, walk: Walk) -> Value:
    """`not`, `-`: a new value."""
    value = walk.value(node.operand)
    hooks = {ast.Not: "__bool__", ast.USub: "__neg__", ast.UAdd: "__pos__"}
    operate(walk, value, hooks.get(type(node.op), "__invert__"))
    return Value(kind=value.kind if value.kind in tables.FRAMES else "bool")


@evaluate.register
def boolean(node: ast.BoolOp, walk: Walk) -> Value:
    """`and`, `or`: one of its parts; only the first is surely followed."""
    values = [walk.value(node.values[0])]
    tested(walk, values[0])
    with walk.doubtful():
        values += walk.values(node.values[1:])
    return joined(values)


@evaluate.register
def conditional(node: ast.IfExp, walk: Walk) -> Value:
    """`a if c else b`."""
    tested(walk, walk.value(node.test))
    with walk.doubtful():
        return joined(walk.values([node.body, node.orelse]))


@evaluate.register
def walrus(node: ast.NamedExpr, walk: Walk) -> Value:
    """`name := value`."""
    value = walk.value(node.value)
    walk.bind(node.target.id, value, beyond=True)
    return value


@evaluate.register
def function(node: ast.Lambda, walk: Walk) -> Value:
    """A function that is written in place: followed when it is called."""
    body: list[ast.stmt] = [ast.copy_location(ast.Return(node.body), node)]
    return Value(function=defined(walk, "a lambda", node.args, body))


@evaluate.register
def comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, walk: Walk
) -> Value:
    """A comprehension: its parts once, in a scope of its own."""
    first = iterated(walk, walk.value(node.generators[0].iter))
    with walk.scope(Comprehension()), walk.doubtful():
        for at, generator in enumerate(node.generators):
            item = first if at == 0 else iterated(walk, walk.value(generator.iter))
            assign(walk, generator.target, item)
            walk.values(generator.ifs)
        if isinstance(node, ast.DictComp):
            walk.value(node.key)
            value = walk.value(node.value)
        else:
            value = walk.value(node.elt)
    return _new(tables.COMPREHENSIONS[type(node)], [value])


def iterated(walk: Walk, owner: Value) -> Value:
    """What is known of the items that a loop gets; iterators are used up by it."""
    consumed(walk, owner)
    operate(walk, owner, "__iter__")
    return element(walk, owner)


def consumed(walk: Walk, owner: Value) -> None:
    """The value is iterated over: an iterator of the user's is no longer where it was."""
    if owner.exact and method_of(owner.live, "__next__") is not NOTHING:
        walk.change(owner)
        code = (
            getattr(owner.live, "gi_code", None) if type(owner.live) is types.GeneratorType else 1
        )
        if code is not None and owner.kind not in tables.SIMPLE_ITERATORS:
            walk.found.note("unknown", "runs a generator, which was not looked into")


@evaluate.register
def formatted(node: ast.JoinedStr, walk: Walk) -> Value:
    """An f-string."""
    said = []
    for part in node.values:
        value = walk.value(part.value if isinstance(part, ast.FormattedValue) else part)
        said.append(value.wording)
        if isinstance(part, ast.FormattedValue):
            as_text(walk, value)
            walk.value(part.format_spec)
    return Value(kind="str", said="".join(said))


def as_text(walk: Walk, value: Value) -> None:
    """The value is printed or formatted."""
    for hook in ("__format__", "__str__", "__repr__"):
        operate(walk, value, hook)


@evaluate.register
def awaited(node: ast.Await, walk: Walk) -> Value:
    """`await` gives what the call was taken to give."""
    return walk.value(node.value)


@evaluate.register
def yielded(node: ast.Yield | ast.YieldFrom, walk: Walk) -> Value:
    """What a generator hands out belongs to what it returns."""
    value = walk.value(node.value)
    if walk.returned:
        walk.returned[-1].append(_new("generator", [value]))
    return UNKNOWN


def assign(walk: Walk, target: ast.expr, value: Value) -> None:
    """Bind a target: a name, parts of a value, an attribute or an item."""
    match target:
        case ast.Name(id=bound):
            walk.bind(bound, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            plain = not any(isinstance(part, ast.Starred) for part in parts)
            known = value.items if plain and len(value.items or ()) == len(parts) else None
            for at, part in enumerate(parts):
                assign(walk, part, known[at] if known else element(walk, value))
        case ast.Starred(value=rest):
            assign(walk, rest, Value(kind="list", holds=value.reach))
        case ast.Attribute() | ast.Subscript():
            store(walk, target, value)


def store(walk: Walk, target: ast.Attribute | ast.Subscript, value: Value) -> None:
    """Set or delete an attribute or an item."""
    owner = walk.value(target.value)
    if isinstance(target, ast.Subscript):
        key = walk.value(target.slice)
        hook, others = "__setitem__", (key, value)
    else:
        hook, others = "__setattr__", (UNKNOWN, value)
    for one in owner.options or (owner,):
        _set(walk, one, target)
        operate(walk, one, hook, *others)
    owner.keep(value.reach)


def _set(walk: Walk, owner: Value, target: ast.Attribute | ast.Subscript) -> None:
    what = target.attr if isinstance(target, ast.Attribute) else ""
    if not owner.path:
        setter = method_of(owner.live, what) if what and owner.exact else NOTHING
        if type(setter) is property and owner.kind not in tables.TRUSTED:
            special(walk, setter.fset, owner, f"the property .{what}", UNKNOWN)
        walk.change(owner)
        return
    place = ".".join(filter(None, (owner.path, what)))
    if owner.path.startswith("__main__."):
        walk.found.note("environment", f"changes the class {place.removeprefix('__main__.')}")
    else:
        walk.found.note("environment", f"sets {place}")


def _new(kind: str, parts: Sequence[Value]) -> Value:
    reach = NONE.union(*(part.reach for part in parts))
    return Value(kind=kind, holds=reach, callables=tuple(c for p in parts for c in p.called))
