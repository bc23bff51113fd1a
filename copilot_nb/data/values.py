"""Short texts about any Python object, without running its code.

`repr()` of an unknown object may compute for minutes, print, raise or fill the memory. Here only
types whose text is known to be cheap are asked for it; of all others one learns the type.
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import fractions
import functools
import pathlib
import sys
import types
import uuid
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.privacy import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    Hides = Callable[[object], bool]

ITEMS = 6
"""Items of a container that are shown."""
DEPTH = 3
TEXT = 80
"""Characters of a string that are shown."""
BIG_INTEGER_BITS = 256

_PLAIN = {
    type(None),
    type(...),
    type(NotImplemented),
    bool,
    float,
    complex,
    range,
    datetime.date,
    datetime.datetime,
    datetime.time,
    datetime.timedelta,
    datetime.timezone,
    decimal.Decimal,
    fractions.Fraction,
    uuid.UUID,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
}
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    collections.deque: ("deque([", "])"),
}
_MAPPINGS: dict[type, tuple[str, str]] = {
    dict: ("{", "}"),
    collections.OrderedDict: ("OrderedDict({", "})"),
    collections.defaultdict: ("defaultdict({", "})"),
    collections.Counter: ("Counter({", "})"),
}
FUNCTIONS: tuple[type, ...] = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
)
"""What is called and has a name."""
SIZED: tuple[type, ...] = (*_BRACKETS, *_MAPPINGS, str, bytes, bytearray, range, array.array)
"""Types whose `len()` is cheap; subclasses are not meant."""
SCIENTIFIC = {
    *("numpy", "pandas", "polars", "pyarrow", "torch", "xarray", "duckdb", "_duckdb", "scipy"),
}
"""Libraries whose shapes, dtypes and scalars may be read."""


_RUN_WHEN_READ = {"DuckDBPyRelation", "LazyFrame"}
"""Classes that run a query when they are asked for their text."""


def type_name(value: object) -> str:
    """The name of a value's class; with its module when that is not the notebook or builtin."""
    cls = type(value)
    module, name = _class_names(cls)
    root = module.partition(".")[0]
    return name if root in {"builtins", "__main__", *SCIENTIFIC} else f"{module}.{name}"


def is_a(value: object, kinds: type | tuple[type, ...]) -> bool:
    """`isinstance` by the real class: never asks the object or an ABC what it pretends to be."""
    if isinstance(kinds, tuple):
        return any(type.__subclasscheck__(kind, type(value)) for kind in kinds)
    return type.__subclasscheck__(kinds, type(value))


def is_one_of(cls: type, kinds: Collection[type]) -> bool:
    """Whether a class is one of some that have no metaclass of their own; runs no other's code."""
    return type(cls) is type and cls in kinds


def are_of(items: Iterable[object], kinds: Collection[type]) -> bool:
    """Whether the class of every item is one of some; as `is_one_of`, each class once."""
    classes = {id(cls): cls for cls in map(type, items)}
    return all(is_one_of(cls, kinds) for cls in classes.values())


def module_of(value: object) -> str:
    """Where a class or function was defined, or the class of any other object."""
    if type(value) is types.FunctionType:
        return str(value.__module__)
    return _class_names(value if is_a(value, type) else type(value))[0]  # type: ignore[arg-type]  # a class


def is_scientific(value: object) -> bool:
    """Whether the value's class is one of a library whose attributes we may read.

    A class can say that it comes from anywhere: what counts is that it is found there.
    """
    cls = type(value)
    module, name = _class_names(cls)
    root = module.partition(".")[0]
    # `numpy.rec` is what the class of record arrays says, whether that is imported or not.
    return root in SCIENTIFIC and any(_found(each, name) is cls for each in (module, root))


def comes_from(value: object, library: str, *names: str) -> bool:
    """Whether the value is of exactly one of these classes, by the names in that library."""
    module, name = _class_names(type(value))
    return name in names and module.partition(".")[0] == library and is_scientific(value)


def _found(module: str, qualified: str) -> object:
    """What stands under that name in a module that is imported; None without it."""
    found: object = sys.modules.get(module)
    for part in qualified.split("."):
        names = class_data(found) if isinstance(found, type) else instance_data(found)
        found = names.get(part)
    return found


def hides_nothing(_key: object) -> bool:
    """What is asked where no privacy rule holds."""
    return False


@dataclass(frozen=True, slots=True)
class _Look:
    """How a value is looked at."""

    depth: int
    hides: Hides

    @property
    def inside(self) -> _Look:
        """How what it holds is looked at."""
        return replace(self, depth=self.depth - 1)


def short(
    value: object, *, limit: int = TEXT, depth: int = DEPTH, hides: Hides = hides_nothing
) -> str:
    """A text like `repr()`'s, at most `limit` characters, that runs no foreign code.

    Args:
        value: Anything.
        limit: Characters of the text.
        depth: Containers within each other that are shown.
        hides: Says of a key of a dict whether what stands under it is withheld.
    """
    return clip(_text(value, _Look(depth, hides)), limit)


def clip(text: str, limit: int) -> str:
    """The text, its end replaced by `…` when it is longer than `limit`."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def size(value: object) -> str:
    """How big: "3 items", "120 characters", "(3, 4)"; empty when that cannot be read safely."""
    cls = type(value)
    if cls is str:
        return f"{len(value):,} characters"  # type: ignore[arg-type]  # `cls is str` says so
    if is_one_of(cls, {bytes, bytearray}):
        return f"{len(value):,} bytes"  # type: ignore[arg-type]  # likewise
    if is_one_of(cls, SIZED):
        return f"{len(value):,} items"  # type: ignore[arg-type]  # likewise
    shape = None if _class_names(cls)[1] in _RUN_WHEN_READ else plain_attribute(value, "shape")
    if isinstance(shape, tuple) and all(type(n) is int for n in shape):
        return f"({', '.join(map(str, shape))})"
    return ""


def plain_attribute(value: object, name: str) -> Any:
    """An attribute that is stored data; None when reading it would run the class's code.

    Scientific libraries are trusted: there also properties are read.
    """
    if is_scientific(value):
        try:
            found = getattr(value, name, None)
        except Exception:  # noqa: BLE001 - a property of somebody's subclass may raise anything
            return None
        if callable(found) and not is_a(found, type):  # a method, such as `dtype` of a connection
            return None
        return tuple(found) if name == "shape" and found is not None else found
    return instance_data(value).get(name)


def instance_data(value: object) -> dict[str, Any]:
    """What the instance itself stores, read past `__getattr__` and properties."""
    for cls in mro(type(value)):
        descriptor = class_data(cls).get("__dict__")
        if isinstance(descriptor, types.GetSetDescriptorType | types.MemberDescriptorType):
            data = descriptor.__get__(value)
            return data if type(data) is dict else {}
    return {}


def class_data(cls: type) -> Mapping[str, Any]:
    """What a class itself defines, read past its metaclass."""
    return type.__dict__["__dict__"].__get__(cls)  # type: ignore[no-any-return]  # a mapping proxy


def mro(cls: type) -> tuple[type, ...]:
    """The class and those it inherits from, read past its metaclass."""
    return type.__dict__["__mro__"].__get__(cls)  # type: ignore[no-any-return]  # a tuple of types


def _class_names(cls: type) -> tuple[str, str]:
    """Module and qualified name, read past the metaclass."""
    name = type.__dict__["__qualname__"].__get__(cls)
    try:
        module = type.__dict__["__module__"].__get__(cls)
    except AttributeError:
        module = ""
    return (module if isinstance(module, str) else "", str(name))


def _text(value: object, look: _Look) -> str:
    cls = type(value)
    for known, describe in _WRITERS:
        if is_one_of(cls, known):
            return describe(value, look)
    return _by_kind(value, cls)


def _by_kind(value: Any, cls: type) -> str:
    if issubclass(cls, type):
        return f"<class {'.'.join(filter(None, _class_names(value)))}>"
    if issubclass(cls, FUNCTIONS):
        return f"<function {getattr(value, '__qualname__', '?')}>"
    if issubclass(cls, types.ModuleType):
        return f"<module {instance_data(value).get('__name__', '?')}>"
    if issubclass(cls, enum.Enum):
        return f"{_class_names(cls)[1]}.{instance_data(value).get('_name_', '?')}"
    if is_scientific(value) and not size(value).strip("()"):
        return _scalar(value)
    return f"<{' '.join(filter(None, (type_name(value), size(value))))}>"


def _scalar(value: object) -> str:
    """The text of a scientific library's scalar: a timestamp, a numpy number, NA."""
    if hasattr(type(value), "__len__") or _class_names(type(value))[1] in _RUN_WHEN_READ:
        return f"<{type_name(value)}>"
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a broken scalar is still only a value to show
        return f"<{type_name(value)}>"


def _integer(value: Any, _look: _Look) -> str:
    bits = value.bit_length()
    return str(value) if bits <= BIG_INTEGER_BITS else f"<integer of {bits:,} bits>"


def _string(value: Any, _look: _Look) -> str:
    return repr(value) if len(value) <= TEXT else f"{value[:TEXT]!r}… ({len(value):,} in all)"


def _items(value: Any, look: _Look) -> str:
    opening, closing = _BRACKETS[type(value)]
    if look.depth <= 0 and len(value):
        return f"{opening}…{closing}"
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    inside = look.inside
    return opening + _joined((_text(item, inside) for item in value), len(value)) + comma + closing


def _pairs(value: Any, look: _Look) -> str:
    opening, closing = _MAPPINGS[type(value)]
    if look.depth <= 0 and len(value):
        return f"{opening}…{closing}"
    inside = look.inside
    texts = (
        f"{_text(k, inside)}: {MASK if look.hides(k) else _text(v, inside)}"
        for k, v in value.items()
    )
    return opening + _joined(texts, len(value)) + closing


def _joined(texts: Iterable[str], count: int) -> str:
    try:
        shown = list(islice(texts, ITEMS))
    except RuntimeError:
        return "… changed while it was read"
    more = [f"… {count - ITEMS:,} more"] if count > ITEMS else []
    return ", ".join(shown + more)


def _plain(value: object, _look: _Look) -> str:
    return repr(value)


_WRITERS: tuple[tuple[Any, Callable[[Any, _Look], str]], ...] = (
    (_PLAIN, _plain),
    ({int}, _integer),
    ({str, bytes, bytearray}, _string),
    (_BRACKETS, _items),
    (_MAPPINGS, _pairs),
    ({functools.partial}, lambda _value, _look: "<functools.partial>"),
)
