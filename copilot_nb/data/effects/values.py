"""What the analysis knows of one value, and which of the user's names it belongs to.

Nothing here asks an object anything that could run its class's code.
"""

from __future__ import annotations

import types
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.values import (
    class_data,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    module_of,
    mro,
    type_name,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Mapping

NOTHING = object()
"""Stands for "no live object"."""
ELEMENTS = 1_000
"""Items of a container that are looked at."""
LEVELS = 2
"""How deep containers are searched for the user's objects."""
OPTIONS = 8
"""Values that one may be, as far as they are followed."""
WORDING = 5_000
"""Characters of a text that are looked at."""
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function whose source is known."""

    name: str
    arguments: ast.arguments
    body: list[ast.stmt]
    closure: tuple[dict[str, Value | None], ...] = ()
    """The scopes around it, innermost last."""
    defaults: Mapping[str, Value] = field(default_factory=dict)
    """What parameters are when they are not given."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Value:
    """What is known of one value that code works with."""

    live: Any = NOTHING
    """The user's own object, where it is exactly known."""
    path: str = ""
    """Where a module, class or function is found: "numpy.random.seed"."""
    kind: str = ""
    """Builtin type or top-level package of its class: "list", "pandas"; empty when unknown."""
    shares: frozenset[str] = NONE
    """Names that may change when it is changed in place."""
    holds: frozenset[str] = NONE
    """Names whose data can be reached by its items and attributes."""
    function: Function | None = None
    members: Mapping[str, Function] | None = None
    """Methods of a class that the code defines, or of its instance."""
    text: str | None = None
    """The text or number itself, where it is a constant."""
    said: str = ""
    """What is known of a text that is put together: names in it may be meant."""
    items: tuple[Value, ...] | None = None
    """The parts of a tuple that the code writes out."""
    yields: Value | None = None
    """What each of its items is, where that is the same."""
    options: tuple[Value, ...] = ()
    """What it may be, when branches differ."""
    stored: set[str] = field(default_factory=set)
    """Names whose data the code has put into it; common to a value and its items."""
    bound: tuple[Value, str] | None = None
    """A method of an object that is not called at once: `xs.append`."""
    callables: tuple[Value, ...] = ()
    """Functions and methods that a container holds which the code writes out."""
    cls: str = ""
    """The name of its class, where that matters and is known."""
    fresh: bool = True
    """Whether the code that is analysed made it."""

    @property
    def exact(self) -> bool:
        """Whether the live object is known."""
        return self.live is not NOTHING

    @property
    def reach(self) -> frozenset[str]:
        """Every name that can be changed through it."""
        return self.shares | self.holds | self.stored

    @property
    def called(self) -> tuple[Value, ...]:
        """What somebody who is given it may call."""
        if (
            self.function is not None
            or self.bound is not None
            or is_one_of(type(self.live), _CALLED)
        ):
            return (self,)
        return self.callables

    @property
    def inner(self) -> frozenset[str]:
        """Every name that can be changed through what it holds."""
        return self.holds | self.stored

    @property
    def wording(self) -> str:
        """What is known of a text, also of a variable's; it is looked at and never shown."""
        if self.kind != "str":
            return ""
        return (self.text or (self.live if type(self.live) is str else self.said))[:WORDING]

    def keep(self, reach: frozenset[str]) -> None:
        """What belongs to these names was put into it."""
        for one in (self, *self.options):
            one.stored.update(reach)


_CALLED = (types.FunctionType, types.MethodType)
UNKNOWN = Value(fresh=False)
"""Nothing is known."""


def joined(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of these."""
    unique = list({id(v): v for v in values}.values())
    if len(unique) == 1:
        return unique[0]
    kinds = {v.kind for v in unique}
    return Value(
        kind=kinds.pop() if len(kinds) == 1 else "",
        shares=NONE.union(*(v.shares for v in unique)),
        holds=NONE.union(*(v.holds | v.stored for v in unique)),
        options=tuple(o for v in unique for o in (v.options or (v,)))[:OPTIONS],
        fresh=all(v.fresh for v in unique),
    )


def kind_of(cls: type) -> str:
    """A class as `Value.kind`: the name of a builtin type, else the package it comes from."""
    module = _public(module_of(cls))
    return cls.__name__ if module == "builtins" else module.partition(".")[0]


def path_of(value: object) -> str:
    """Where a module, class or function can be imported from; empty for everything else."""
    if is_a(value, types.ModuleType):
        return str(instance_data(value).get("__name__", ""))
    if is_a(value, type):
        name = type.__dict__["__qualname__"].__get__(value)
        return f"{_public(module_of(value))}.{name}"
    if type(value) is types.BuiltinFunctionType and not _is_module(value.__self__):
        return _method_path(value)
    if is_one_of(type(value), (types.FunctionType, types.BuiltinFunctionType)):
        module = _public(value.__module__ or "builtins")
        return f"{module}.{value.__qualname__}"  # type: ignore[attr-defined]  # checked above
    return ""


_PUBLIC = {
    "posix": "os",
    "nt": "os",
    **dict.fromkeys(("genericpath", "posixpath", "ntpath"), "os.path"),
}
"""Modules whose functions stand in another one."""


def _public(module: str) -> str:
    """The module that people import, of one that begins with an underscore."""
    return _PUBLIC.get(module, module if module.startswith("__") else module.lstrip("_"))


def _is_module(owner: object) -> bool:
    return owner is None or is_a(owner, types.ModuleType)


def _method_path(method: types.BuiltinFunctionType) -> str:
    """`numpy.random.seed` and `random.seed` are methods of a hidden object."""
    root = module_of(type(method.__self__)).partition(".")[0]
    if root == "numpy" and type(method.__self__).__name__ == "RandomState":
        return f"numpy.random.{method.__name__}"
    return f"random.{method.__name__}" if root == "random" else ""


def items_of(live: object) -> list[object] | None:
    """The first items of an exact builtin container (values of a dict); None for all else."""
    try:
        if is_one_of(type(live), (list, tuple, set, frozenset, deque)):
            return list(islice(live, ELEMENTS))  # type: ignore[call-overload]  # a container
        if type(live) is dict:
            return list(islice(live.values(), ELEMENTS))
    except RuntimeError:  # another thread changes it
        return None
    return None


def cells_of(live: object) -> list[object] | None:
    """The first items of an array of objects."""
    if type_name(live) != "ndarray" or not is_scientific(live) or not live.dtype.hasobject:  # type: ignore[attr-defined]  # an array
        return None
    return list(islice(live.flat, ELEMENTS))  # type: ignore[attr-defined]  # likewise


def item_at(live: object, key: object) -> object:
    """One item of a list, tuple or dict, or NOTHING; asks no key whether it is equal."""
    if is_one_of(type(live), (list, tuple)) and type(key) is int:
        return live[key] if -len(live) <= key < len(live) else NOTHING  # type: ignore[index,arg-type]  # its type is asked above
    if type(live) is dict and is_one_of(type(key), (str, int)):
        found = (v for k, v in islice(live.items(), ELEMENTS) if type(k) is type(key) and k == key)
        return next(found, NOTHING)
    return NOTHING


def has_key(live: object, key: object) -> bool:
    """Whether a dict has that text or number as a key, as far as it is looked through."""
    if not is_a(live, dict) or not is_one_of(type(key), (str, int)):
        return False
    keys = islice(dict.keys(live), ELEMENTS)  # type: ignore[arg-type, var-annotated]  # a dict
    return any(type(k) is type(key) and k == key for k in keys)


def attribute_of(live: object, name: str) -> object:
    """A stored attribute of an object or module, or NOTHING; never computes a property."""
    if is_a(live, type):
        return next((class_data(c)[name] for c in mro(live) if name in class_data(c)), NOTHING)  # type: ignore[arg-type]  # `live` is a class here
    return instance_data(live).get(name, NOTHING)


def method_of(live: object, name: str) -> object:
    """What the object's class defines under that name, unbound; NOTHING if nothing."""
    return next((class_data(c)[name] for c in mro(type(live)) if name in class_data(c)), NOTHING)
