"""Functions whose source is known: written in the code, or found behind the user's own."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from typing import TYPE_CHECKING

from copilot_nb.data.effects.values import NONE, UNKNOWN, Function, Value
from copilot_nb.data.values import class_data, mro

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from copilot_nb.data.effects.walk import Walk

SOURCE = 20_000
"""Characters of a function that is followed."""


def defined(walk: Walk, name: str, arguments: ast.arguments, body: list[ast.stmt]) -> Function:
    """A function that the code itself defines here; its defaults are followed now."""
    plain = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
    first = len(plain) - len(arguments.defaults)
    defaults = dict(zip(plain[first:], walk.values(arguments.defaults), strict=True))
    only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    defaults |= {p.arg: walk.value(node) for p, node in only if node is not None}
    return Function(name, arguments, body, tuple(walk.scopes), defaults)


def of_live(walk: Walk, function: object) -> Function | None:
    """The user's own function with its source; None where that is not to be had."""
    if type(function) is types.MethodType:
        function = function.__func__
    if type(function) is not types.FunctionType or function.__globals__ is not walk.namespace:
        return None
    code = function.__code__
    if code not in walk.sources:
        node = _source(code)
        walk.sources[code] = None if node is None else (node.args, _body(node))
    source = walk.sources[code]
    if source is None:
        return None
    scope: dict[str, Value | None] = {n: _held(walk, function, v) for n, v in _cells(function)}
    return Function(function.__name__, *source, (scope,), _defaults(walk, function))


def call(walk: Walk, function: Function, values: Sequence[Value], named: dict[str, Value]) -> Value:
    """Follow a call of a known function."""
    reach = NONE.union(*(value.reach for value in (*values, *named.values())))
    plain = [p.arg for p in (*function.arguments.posonlyargs, *function.arguments.args)]
    bound = {**function.defaults, **dict(zip(plain, values, strict=False)), **named}
    kinds = {value.kind for value in values}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return walk.call(function, bound, Value(kind=kind, shares=reach, holds=reach, fresh=not reach))


def special(walk: Walk, method: object, owner: Value, what: str, *others: Value) -> Value:
    """Follow a method that Python calls by itself: a property, an operator."""
    known = method if isinstance(method, Function) else of_live(walk, method)
    if known is not None:
        return call(walk, known, [owner, *others], {})
    if type(method) is types.FunctionType:
        walk.found.note("unknown", f"runs {what}, which was not looked into")
        return UNKNOWN
    return Value(shares=owner.reach, holds=owner.reach, fresh=owner.fresh)


def _defaults(walk: Walk, function: types.FunctionType) -> dict[str, Value]:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = function.__defaults__ or ()
    found = dict(zip(names[len(names) - len(given) :], given, strict=True))
    found |= function.__kwdefaults__ or {}
    return {name: _held(walk, function, value) for name, value in found.items()}


def _held(walk: Walk, function: types.FunctionType, value: object) -> Value:
    """What a function holds: where that has no name of its own, the function changes with it."""
    through = NONE if walk.live.names(value) else walk.live.names(function)
    return walk.live.value(value, through)


def _cells(function: types.FunctionType) -> list[tuple[str, object]]:
    found = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found.append((name, cell.cell_contents))
        except ValueError:  # not bound yet
            continue
    return found


def _source(code: types.CodeType) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    try:
        source = textwrap.dedent(inspect.getsource(code))
        tree = ast.parse(source) if len(source) <= SOURCE else None
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    found = [node for node in ast.walk(tree) if isinstance(node, kinds)] if tree else []
    fitting = [node for node in found if getattr(node, "name", "<lambda>") == code.co_name]
    return fitting[0] if len(fitting) == 1 and _same(fitting[0], code) else None


def _same(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, code: types.CodeType) -> bool:
    """Whether source and code belong together: the file may have changed since."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    every += [rest for rest in (node.args.vararg, node.args.kwarg) if rest]
    names = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    used = {name for name in code.co_names if name.isidentifier()}
    imported = {part for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)
                for a in n.names for part in (*a.name.split("."), a.asname)}  # fmt: skip
    modules = {p for n in ast.walk(node) if isinstance(n, ast.ImportFrom)
               for p in (n.module or "", *(n.module or "").split("."))}  # fmt: skip
    nested = {n.name for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    return (
        tuple(parameter.arg for parameter in every) == code.co_varnames[: len(every)]
        and used <= names | imported | modules | nested | _IMPLIED
    )


_IMPLIED = {"__annotations__", "__exit__", "__enter__", "__aenter__", "__aexit__", "AssertionError"}


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.stmt]:
    if isinstance(node, ast.Lambda):
        return [ast.copy_location(ast.Return(node.body), node)]
    return node.body


def functions_of(walk: Walk, cls: type) -> dict[str, Function]:
    """The methods of a class of the notebook, inherited ones too."""
    found: dict[str, Function] = {}
    for one in reversed(mro(cls)):
        for name, member in class_data(one).items():
            known = of_live(walk, member.fget if type(member) is property else member)
            if known is not None:
                found[f"__{name}__" if type(member) is property else name] = known
    return found


def specials(walk: Walk, owner: Value, members: Mapping[str, Function]) -> None:
    """Follow what Python or a package may call by itself: special methods, properties."""
    with walk.doubtful():
        for name, function in members.items():
            if name.startswith("__") and name not in {"__init__", "__init_subclass__"}:
                call(walk, function, [owner], {})
