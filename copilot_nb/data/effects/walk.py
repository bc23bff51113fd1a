"""Follows code statement by statement, with what is known of each name; runs nothing.

Every branch is followed, loops twice, functions whose source is known a few levels deep. What a
statement or expression means is registered with `execute` and `evaluate`.
"""

from __future__ import annotations

import ast
import builtins
import time
from contextlib import contextmanager
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.findings import Findings
from copilot_nb.data.effects.live import Live
from copilot_nb.data.effects.values import NONE, UNKNOWN, Function, Value, joined, path_of
from copilot_nb.data.values import FUNCTIONS, is_a, module_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import CodeType

STEPS = 20_000
"""Nodes that are followed; code beyond that is not analysed."""
SECONDS = 0.5
"""Of computing that an analysis may take."""
DEPTH = 4
"""Functions within functions that are followed."""


Scope = dict[str, Value | None]
"""Names and what is known of their values; None when a name is gone."""


class Comprehension(dict[str, Value | None]):
    """The scope of a comprehension, which `:=` looks past."""


class TooMuchError(Exception):
    """The code is too long or too tangled to be followed."""


class Walk:
    """One analysis under way.

    Args:
        namespace: The user's names.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.live = Live(namespace)
        self.namespace = namespace
        self.found = Findings()
        self.names: Scope = {}
        """Names that the code has bound so far; None when deleted."""
        self.scopes: list[Scope] = []
        self.shared: list[set[str]] = []
        """Names that each scope has declared global."""
        self.returned: list[list[Value]] = []
        self.doubt = 0
        """Above 0: what is followed may not happen."""
        self.sources: dict[CodeType, tuple[ast.arguments, list[ast.stmt]] | None] = {}
        """Live functions that have been looked up already."""
        self.canvas: Value | None = None
        """What pyplot draws on, since the code has said; None for what is open now."""
        self._calls: list[object] = []
        self._steps = 0
        self._deadline = time.thread_time() + SECONDS

    # -- following code

    def value(self, node: ast.expr | None) -> Value:
        """Follow an expression; what is known of its value."""
        if node is None:
            return Value()
        self._step()
        return evaluate(node, self)

    def values(self, nodes: Sequence[ast.expr | None]) -> list[Value]:
        """Follow expressions, in order."""
        return [self.value(node) for node in nodes]

    def body(self, statements: Sequence[ast.stmt]) -> None:
        """Follow statements; those after a possible `return` or `break` are in doubt."""
        doubts = 0
        for statement in statements:
            self._step()
            execute(statement, self)
            if _may_leave(statement):
                doubts += 1
                self.doubt += 1
        self.doubt -= doubts

    def branches(self, *bodies: Sequence[ast.stmt]) -> None:
        """Follow one of several ways, each in doubt; names are what any of them made of them."""
        before = self._state()
        states = []
        with self.doubtful():
            for body in bodies:
                self._restore(before)
                self.body(body)
                states.append(self._state())
        names = self._one_of([names for names, _ in states], self.namespace)
        layers = zip(*(scopes for _, scopes in states), strict=True)
        self._restore((names, [self._one_of(layer, {}) for layer in layers]))

    @contextmanager
    def doubtful(self, doubt: bool = True) -> Iterator[None]:
        """What is followed inside may not happen."""
        self.doubt += doubt
        try:
            yield
        finally:
            self.doubt -= doubt

    @contextmanager
    def scope(self, names: Scope | None = None) -> Iterator[Scope]:
        """A scope of its own: a function, class or comprehension."""
        scope: Scope = {} if names is None else names
        self.scopes.append(scope)
        self.shared.append(set())
        try:
            yield scope
        finally:
            self.scopes.pop()
            self.shared.pop()

    def call(self, function: Function, arguments: dict[str, Value], spare: Value) -> Value:
        """Follow a function's body.

        Args:
            function: The function.
            arguments: What its parameters are.
            spare: What parameters without an argument are.
        """
        if function.body in self._calls or len(self._calls) >= DEPTH:
            if function.body not in self._calls:
                self.found.note("unknown", f"what {function.name}() does was followed no deeper")
            return Value(shares=spare.reach, holds=spare.reach)
        outer_scopes, outer_shared = self.scopes, self.shared
        self.scopes, self.shared = list(function.closure), [set() for _ in function.closure]
        self._calls.append(function.body)
        lazy = any(isinstance(n, ast.Yield | ast.YieldFrom) for s in function.body for n in _own(s))
        self.returned.append([])
        every = _parameters(function.arguments)
        try:
            scope: Scope = {name: arguments.get(name, spare) for name in every}
            with self.scope(scope), self.doubtful(lazy):
                self.body(function.body)
        finally:
            self.scopes, self.shared = outer_scopes, outer_shared
            self._calls.pop()
            results = self.returned.pop()
        return joined(results) if results else Value(kind="NoneType")

    # -- names

    def bind(self, name: str, value: Value, *, beyond: bool = False) -> None:
        """Give a name a value, where an assignment would put it; `beyond` comprehensions if so."""
        scope = self._scope_of(name, beyond=beyond)
        if scope is not None:
            scope[name] = value
            return
        self.names[name] = value
        self.found.bind(name, sure=not self.doubt)

    def unbind(self, name: str) -> None:
        """Take a name away."""
        scope = self._scope_of(name)
        if scope is not None:
            scope.pop(name, None)
            return
        self.names[name] = None
        self.found.delete(name, sure=not self.doubt)

    def lookup(self, name: str) -> Value:
        """What a name means here; the user's names count as read."""
        for scope, shared in zip(reversed(self.scopes), reversed(self.shared), strict=True):
            if name in shared:
                break
            if name in scope:
                return scope[name] or UNKNOWN
        return self._global(name)

    def change(self, value: Value, *, sure: bool = True) -> None:
        """The value is changed in place."""
        certain = sure and value.exact and not self.doubt
        self.live.touch(value)
        names = value.shares
        if not value.exact:
            names = names | self.live.within(value.shares & value.reach)
        for name in names:
            self.found.change(name, sure=certain)

    # -- inside

    def _global(self, name: str) -> Value:
        if name == "get_ipython" and self._is_ipythons(name):
            return Value(path="IPython.get_ipython")
        if name in self.names:
            known = self.names[name]
            return UNKNOWN if known is None else known
        if name in self.namespace:
            live = self.namespace[name]
            if _stands_for_builtin(name, live):
                return Value(live=getattr(builtins, name), path=f"builtins.{name}", fresh=False)
            if not path_of(live) or is_a(live, FUNCTIONS):
                self.found.reads[name] = None
            return self.live.value(live)
        if hasattr(builtins, name):
            return Value(live=getattr(builtins, name), path=f"builtins.{name}", fresh=False)
        if not name.startswith("__"):
            self.found.note("unknown", f"the name {name} is not defined now")
        return UNKNOWN

    def _is_ipythons(self, name: str) -> bool:
        ours = name not in self.namespace or module_of(type(self.namespace[name])) == "builtins"
        return ours and name not in self.names

    def _scope_of(self, name: str, *, beyond: bool = False) -> Scope | None:
        for scope, shared in zip(reversed(self.scopes), reversed(self.shared), strict=True):
            if name in shared:
                return None
            if not (beyond and isinstance(scope, Comprehension)):
                return scope
        return None

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS or time.thread_time() > self._deadline:
            raise TooMuchError

    def _one_of(self, ways: Sequence[Scope], otherwise: Mapping[str, Any]) -> Scope:
        """Scopes of several ways as one; a name that a way left alone is what it was before."""
        merged: Scope = {}
        for name in dict.fromkeys(name for way in ways for name in way):
            found = [way[name] for way in ways if name in way]
            if len(found) < len(ways) and name in otherwise:
                found.append(self.live.value(otherwise[name]))
            known = [value for value in found if value is not None]
            merged[name] = joined(known) if known else None
        return merged

    def _state(self) -> tuple[Scope, list[Scope]]:
        return dict(self.names), [dict(scope) for scope in self.scopes]

    def _restore(self, state: tuple[Scope, list[Scope]]) -> None:
        names, scopes = state
        self.names = dict(names)
        for scope, saved in zip(self.scopes, scopes, strict=True):
            scope.clear()
            scope.update(saved)


@singledispatch
def evaluate(node: ast.AST, walk: Walk) -> Value:
    """What is known of an expression's value; its parts are followed."""
    parts = [walk.value(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
    return Value(holds=NONE.union(*(part.reach for part in parts)))


@singledispatch
def execute(node: ast.AST, walk: Walk) -> None:
    """Follow a statement."""
    walk.found.note("unknown", f"a statement of a kind that is not known: {type(node).__name__}")


def _stands_for_builtin(name: str, live: object) -> bool:
    """Whether it is IPython's own `open`, that calls itself `io.open`, or `exit`."""
    ours = path_of(live) == "io.open" or module_of(live).startswith("IPython.")
    return ours and hasattr(builtins, name)


def _own(statement: ast.AST) -> Iterator[ast.AST]:
    """A statement's nodes without those of functions inside of it."""
    yield statement
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(statement):
            yield from _own(child)


def _parameters(arguments: ast.arguments) -> list[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [rest for rest in (arguments.vararg, arguments.kwarg) if rest]
    return [parameter.arg for parameter in every]


def _may_leave(statement: ast.stmt) -> bool:
    """Whether what follows in the same body may be skipped."""
    if isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.With | ast.Match):
        inner: list[ast.AST] = list(ast.iter_child_nodes(statement))
        while inner:
            node = inner.pop()
            if isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue):
                return True
            if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.expr):
                inner.extend(ast.iter_child_nodes(node))
    return isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue | ast.Assert)
