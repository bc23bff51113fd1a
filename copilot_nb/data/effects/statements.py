"""What statements do to names."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot_nb.data.effects import tables, world
from copilot_nb.data.effects.expressions import assign, iterated, operate, store, tested
from copilot_nb.data.effects.functions import defined
from copilot_nb.data.effects.parts import element
from copilot_nb.data.effects.sharing import COLUMN, OWN
from copilot_nb.data.effects.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Function,
    Value,
    items_of,
    path_of,
)
from copilot_nb.data.effects.walk import Walk, execute
from copilot_nb.data.values import SIZED

if TYPE_CHECKING:
    from collections.abc import Sequence


@execute.register
def expression(node: ast.Expr, walk: Walk) -> None:
    """A call, mostly."""
    walk.value(node.value)


@execute.register
def assignment(node: ast.Assign, walk: Walk) -> None:
    """`a = b = value`."""
    value = walk.value(node.value)
    for target in node.targets:
        assign(walk, target, value)


@execute.register
def annotated(node: ast.AnnAssign, walk: Walk) -> None:
    """`a: int = value`; without a value only the annotation is looked at."""
    walk.value(node.annotation)
    if node.value is not None:
        assign(walk, node.target, walk.value(node.value))


@execute.register
def augmented(node: ast.AugAssign, walk: Walk) -> None:
    """`a += value`: a new value for numbers and texts, the same one changed for most others."""
    value = walk.value(node.value)
    if not isinstance(node.target, ast.Name):
        operate(walk, walk.value(node.target), tables.AUGMENTED, value)
        if not _is_column(node.target, walk):
            walk.change(walk.value(node.target))
        store(walk, node.target, value)
        return
    old = walk.lookup(node.target.id)
    if old.kind not in tables.PLAIN:
        walk.change(old, sure=old.kind in tables.AUGMENTS_IN_PLACE)
        operate(walk, old, "__iadd__", value)
    result = replace(old, live=NOTHING, text=None, holds=old.holds | value.reach)
    walk.bind(node.target.id, result)


def _is_column(target: ast.expr, walk: Walk) -> bool:
    """Whether it is a column: the sum is a new one then, also where cells are lists."""
    through = target.value if isinstance(target, ast.Subscript | ast.Attribute) else target
    cell = isinstance(through, ast.Attribute) and through.attr in OWN
    return not cell and walk.value(target).cls == COLUMN


@execute.register
def deletion(node: ast.Delete, walk: Walk) -> None:
    """`del`."""
    for target in node.targets:
        _delete(walk, target)


def _delete(walk: Walk, target: ast.expr) -> None:
    match target:
        case ast.Name(id=name):
            walk.unbind(name)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                _delete(walk, part)
        case ast.Attribute() | ast.Subscript():
            store(walk, target, Value())


@execute.register
def imported(node: ast.Import, walk: Walk) -> None:
    """`import a.b as c`."""
    for alias in node.names:
        _note_import(walk, alias.name)
        path = alias.name if alias.asname else alias.name.partition(".")[0]
        walk.bind(alias.asname or path, _module(path))
        walk.found.imported.add(alias.asname or path)


@execute.register
def imported_from(node: ast.ImportFrom, walk: Walk) -> None:
    """`from a import b`."""
    module = node.module or ""
    _note_import(walk, module or ".")
    for alias in node.names:
        if alias.name == "*":
            walk.found.note("unknown", f"binds every name of {module}")
            continue
        path = f"{module}.{alias.name}"
        walk.bind(alias.asname or alias.name, _member(module, alias.name, path))
        walk.found.imported.add(alias.asname or alias.name)


def _note_import(walk: Walk, module: str) -> None:
    root = module.partition(".")[0]
    runs = root not in sys.modules and root not in sys.stdlib_module_names
    walk.found.note("imports", f"{module}, whose code runs now" if runs else module)
    if runs and root not in tables.PACKAGES and root not in world.ROOTS:
        walk.found.note("unknown", f"what importing {module} runs was not looked into")


def _module(path: str) -> Value:
    live = sys.modules.get(path, NOTHING)
    return Value(live=live, path=path)


def _member(module: str, name: str, path: str) -> Value:
    found = vars(sys.modules[module]).get(name, NOTHING) if module in sys.modules else NOTHING
    real = path_of(found) if found is not NOTHING else ""
    return Value(live=found, path=real if real and not name[0].isupper() else path)


@execute.register
def condition(node: ast.If, walk: Walk) -> None:
    """`if`: either way."""
    tested(walk, walk.value(node.test))
    if isinstance(node.test, ast.Constant):
        walk.body(node.body if node.test.value else node.orelse)
        return
    walk.branches(node.body, node.orelse)


@execute.register
def loop(node: ast.For | ast.AsyncFor, walk: Walk) -> None:
    """`for`: its body twice, as what the first round did may matter to the second."""
    owner = walk.value(node.iter)
    with walk.doubtful(not _has_items(owner, node.iter)):
        for _ in range(2):
            assign(walk, node.target, iterated(walk, owner))
            _round(walk, node.body)
    with walk.doubtful(_breaks(node.body)):
        walk.body(node.orelse)


@execute.register
def repetition(node: ast.While, walk: Walk) -> None:
    """`while`: its body twice."""
    walk.value(node.test)
    always = isinstance(node.test, ast.Constant) and bool(node.test.value)
    with walk.doubtful(not always):
        for _ in range(2):
            _round(walk, node.body)
            tested(walk, walk.value(node.test))
        walk.body(node.orelse)


def _round(walk: Walk, body: Sequence[ast.stmt]) -> None:
    if walk.doubt:
        walk.branches(body, [])
    else:
        walk.body(body)


def _breaks(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Break) for part in body for node in ast.walk(part))


def _has_items(owner: Value, node: ast.expr) -> bool:
    if owner.exact and type(owner.live) in SIZED:
        return len(owner.live) > 0
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return bool(parts)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(count))]):
            return count > 0
    return bool(items_of(owner.live)) if owner.exact else False


@execute.register
def attempt(node: ast.Try, walk: Walk) -> None:
    """`try`: its body may be left at any point."""
    with walk.doubtful(bool(node.handlers)):
        _round(walk, node.body)
    walk.branches(*([_caught(handler) for handler in node.handlers]), [])
    with walk.doubtful(bool(node.handlers) and bool(node.orelse)):
        walk.body(node.orelse)
    walk.body(node.finalbody)


if hasattr(ast, "TryStar"):
    execute.register(ast.TryStar, attempt)


def _caught(handler: ast.ExceptHandler) -> list[ast.stmt]:
    """A handler's body; Python deletes its name at the end."""
    if not handler.name:
        return handler.body
    name = ast.Name(id=handler.name, ctx=ast.Store())
    bind: ast.stmt = ast.Assign(targets=[name], value=ast.Constant(value=None))
    gone: ast.stmt = ast.Delete(targets=[ast.Name(id=handler.name, ctx=ast.Del())])
    return [bind, *handler.body, gone]


@execute.register
def context(node: ast.With | ast.AsyncWith, walk: Walk) -> None:
    """`with`."""
    for item in node.items:
        owner = walk.value(item.context_expr)
        operate(walk, owner, "__enter__")
        operate(walk, owner, "__exit__", UNKNOWN, UNKNOWN, UNKNOWN)
        if item.optional_vars is not None:
            assign(walk, item.optional_vars, owner)
    walk.body(node.body)


_NONE = ast.Constant(value=None)


@execute.register
def function(node: ast.FunctionDef | ast.AsyncFunctionDef, walk: Walk) -> None:
    """`def`: its body is followed when it is called."""
    value = Value(function=defined(walk, node.name, node.args, node.body))
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    walk.values([p.annotation for p in every if p.annotation] + [node.returns or _NONE])
    for decorator in reversed(node.decorator_list):
        value = _decorated(walk, walk.value(decorator), value)
    walk.bind(node.name, value)


def _decorated(walk: Walk, decorator: Value, value: Value) -> Value:
    if decorator.kind in tables.TRUSTED or decorator.path.partition(".")[0] in tables.TRUSTED:
        return value
    walk.found.note("unknown", "what a decorator does was not looked into")
    return UNKNOWN


@execute.register
def class_(node: ast.ClassDef, walk: Walk) -> None:
    """`class`: its body runs now, its methods when they are called."""
    outer = tuple(walk.scopes)
    bases = walk.values(node.bases)
    for decorator in node.decorator_list:
        _decorated(walk, walk.value(decorator), UNKNOWN)
    members: dict[str, Function] = {}
    for base in bases:
        members |= base.members or {}
    with walk.scope() as scope:
        walk.body(node.body)
    computed = {f.name for f in node.body if isinstance(f, ast.FunctionDef) and f.decorator_list}
    for name, value in scope.items():
        if value is not None and value.function is not None:
            members[name] = replace(value.function, closure=outer)
            if name in computed:  # a property, perhaps
                members[f"__{name}__"] = members[name]
    if node.keywords:
        walk.found.note("unknown", f"what makes the class {node.name} was not looked into")
    if "__init_subclass__" in members and bases:
        walk.call(members["__init_subclass__"], {}, UNKNOWN)
    reach = NONE.union(*(value.reach for value in scope.values() if value is not None))
    walk.bind(node.name, Value(kind="type", members=members, holds=reach))


@execute.register
def return_(node: ast.Return, walk: Walk) -> None:
    """`return`."""
    value = walk.value(node.value)
    if walk.returned:
        walk.returned[-1].append(value)


@execute.register
def global_(node: ast.Global, walk: Walk) -> None:
    """`global`: assignments here bind the notebook's names."""
    if walk.shared:
        walk.shared[-1].update(node.names)


@execute.register
def nonlocal_(node: ast.Nonlocal, walk: Walk) -> None:
    """`nonlocal`: what the outer function's names become is not followed."""
    for name in node.names:
        outer = next((s for s in reversed(walk.scopes[:-1]) if name in s), None)
        known = outer.get(name) if outer else None
        if walk.scopes and known is not None:
            walk.scopes[-1][name] = known
            walk.change(known, sure=False)


@execute.register
def choice(node: ast.Match, walk: Walk) -> None:
    """`match`."""
    subject = walk.value(node.subject)
    with walk.doubtful():
        for case in node.cases:
            for part in ast.walk(case.pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(name, str):
                    walk.bind(name, element(walk, subject))
            walk.value(case.guard)
    walk.branches(*(case.body for case in node.cases), [])


@execute.register
def raised(node: ast.Raise | ast.Assert, walk: Walk) -> None:
    """`raise`, `assert`: they only look."""
    walk.values([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)])


@execute.register
def nothing(node: ast.Pass | ast.Break | ast.Continue, walk: Walk) -> None:
    """Statements that leave every name as it is."""
