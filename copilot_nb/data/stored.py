"""What objects store, and storing it again, past what their classes do.

A plain object keeps everything in attributes, in slots, and in the builtin container that it is or
inherits from: it can be read, compared and put back as a whole. Nothing of its class is run.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import itertools
import logging
import pathlib
import re
import struct
import sys
import types
import uuid
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from copilot_nb.data.values import (
    are_of,
    class_data,
    comes_from,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    module_of,
    mro,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Found = TypeVar("Found")

ATOMS = (
    int, float, complex, str, bytes, bool, type(None), datetime.date, datetime.datetime,
    datetime.timedelta, datetime.time, decimal.Decimal, uuid.UUID,
)  # fmt: skip
"""Types whose values never change and whose hash is cheap."""
LISTS = (list, tuple, collections.deque)
SETS = (set, frozenset)
DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
CONTAINERS = {*LISTS, *SETS, *DICTS, bytearray}
"""Builtin containers; subclasses are not meant."""
_BASES = (*LISTS, *SETS, bytearray, *DICTS[1:3], dict, types.SimpleNamespace, object)
"""Classes made in C of which we know where instances store what."""
_FIXED = (
    *ATOMS[:7], type, enum.Enum, types.ModuleType, types.FunctionType, types.BuiltinFunctionType,
    types.MethodType, types.MethodDescriptorType, types.MethodWrapperType, types.CodeType,
    types.WrapperDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType, property,
    staticmethod, classmethod, functools.partial, range, slice, pathlib.PurePath, re.Pattern,
    re.Match, datetime.tzinfo, datetime.date, datetime.time, datetime.timedelta,
    weakref.ReferenceType, logging.Logger, type(...), type(NotImplemented),
)  # fmt: skip
"""Types whose values do not change, or are no data."""
_CONSTANT = (object, fractions.Fraction, *ATOMS)
"""Likewise; subclasses are not meant."""
_DATA = {"builtins", "collections", "types", "argparse", "__main__"}
"""Modules of Python's own whose objects are data; others hold locks, files, threads."""
_NO_DATA = {"pandas", "polars", "xarray", "duckdb", "copilot_nb"}
"""Packages whose objects, besides tables, remember results, or hold what is no data."""
_MORE = {"matplotlib", "traitlets", "pandas", "polars", "xarray"}
"""Packages whose objects, and those of subclasses, are tables or stand on a screen, too."""
_LIVE = {"_thread", "threading", "_io", "socket", "_socket", "ssl", "ctypes", "_ctypes"}
_CLASSES = 10_000
"""Classes that are remembered."""
_POINTER = struct.calcsize("P")


class NotCopiedError(Exception):
    """The value cannot be copied; the message says why."""


def _of_class(ask: Callable[[Any], Found]) -> Callable[[Any], Found]:
    """Asks once per class what only hangs on the class of a value."""
    known: dict[int, tuple[weakref.ref[type], Found]] = {}

    def asked(value: Any) -> Found:
        cls = type(value)
        found = known.get(id(cls))
        if found is not None and found[0]() is cls:  # by identity: a metaclass is not asked
            return found[1]
        if len(known) >= _CLASSES:
            known.clear()
        made = ask(value)
        known[id(cls)] = weakref.ref(cls), made
        return made

    return asked


@_of_class
def is_fixed(value: object) -> bool:
    """Whether the value itself cannot change."""
    if is_a(value, _FIXED) or is_one_of(type(value), _CONSTANT):
        return True
    module = module_of(type(value))
    if not is_scientific(value) or module.startswith("numpy.random"):
        return False
    if hasattr(type(value), "__setitem__"):
        return False
    root = module.partition(".")[0]
    if root == "pandas":
        return type(value).__name__.endswith("Dtype") or not _is_laid_out(type(value))
    return root in {"polars", "pyarrow"} or (root == "numpy" and not _is_laid_out(type(value)))


@_of_class
def is_plain(value: object) -> bool:
    """Whether everything that the value stores is in attributes, slots and a container."""
    cls = type(value)
    if is_one_of(cls, CONTAINERS):
        return True
    root = module_of(cls).partition(".")[0]
    if root in _NO_DATA or (root in sys.stdlib_module_names and root not in _DATA):
        return False
    if any(module_of(one).partition(".")[0] in _MORE for one in mro(cls)):
        return False
    if comes_from(value, "torch", "Tensor"):  # its numbers are elsewhere
        return False
    return not is_a(value, _FIXED) and _is_laid_out(cls)


@_of_class
def is_live(value: object) -> bool:
    """Whether the process uses the value: a lock, a file, a handle. What holds one is no data."""
    module = module_of(type(value)).partition(".")[0]
    return module in _LIVE and not is_a(value, (io.StringIO, io.BytesIO))


@_of_class
def is_foreign(value: object) -> bool:
    """Whether the value's class is a package's, or of a module of the user's."""
    return module_of(type(value)).partition(".")[0] not in _DATA


@_of_class
def is_own(value: object) -> bool:
    """Whether it is an instance of a class of the notebook."""
    return module_of(type(value)) == "__main__" and not is_a(value, type)


def is_own_class(value: object) -> bool:
    """Whether it is a class of the notebook."""
    return is_a(value, type) and module_of(value) == "__main__"


@_of_class
def base_of(value: object) -> Any:
    """The class of the builtin container that the value is; None if it is none."""
    base = _base(type(value))
    return None if base in (object, types.SimpleNamespace) else base


def _base(cls: type) -> type:
    return next(one for one in mro(cls) if any(one is base for base in _BASES))


def _is_laid_out(cls: type) -> bool:
    """Whether instances are their base and attributes: nothing that was made in C hides more."""
    base = _base(cls)
    known = set(map(id, mro(base)))
    own = [one for one in mro(cls) if id(one) not in known]
    if not all(_layout(one, "__flags__") & _HEAP for one in own):
        return False
    offsets = (_layout(cls, "__dictoffset__"), _layout(cls, "__weakrefoffset__"))
    before = (_layout(base, "__dictoffset__"), _layout(base, "__weakrefoffset__"))
    added = sum(at > 0 for at in offsets) - sum(at > 0 for at in before)
    added += len(_members_of(cls)) - len(_members_of(base))
    room = _layout(base, "__basicsize__") + added * _POINTER
    return _layout(cls, "__basicsize__") <= room and (
        _layout(cls, "__itemsize__") == _layout(base, "__itemsize__")
    )


_HEAP = 1 << 9


def _layout(cls: type, name: str) -> int:
    return type.__dict__[name].__get__(cls)  # type: ignore[no-any-return]  # a number


@_of_class
def _members(value: object) -> dict[str, Any]:
    """What reads and sets each slot."""
    return _members_of(type(value))


def _members_of(cls: type) -> dict[str, Any]:
    return {
        name: member
        for one in reversed(mro(cls))
        if "__slots__" in class_data(one) or one is collections.defaultdict
        for name, member in class_data(one).items()
        if type(member) is types.MemberDescriptorType
    }


def attributes(value: Any) -> dict[str, Any]:
    """What a plain object stores in attributes and slots."""
    cls = type(value)
    if is_one_of(cls, CONTAINERS) and cls is not collections.defaultdict:
        return {}
    found = dict(instance_data(value))
    for name, member in _members(value).items():
        try:
            found[name] = member.__get__(value)
        except AttributeError:  # not set
            continue
    return found


@_of_class
def computed(value: object) -> frozenset[str]:
    """Attributes that are stored when they are asked for, and say nothing new."""
    return frozenset(
        name
        for one in mro(type(value))
        for name, part in class_data(one).items()
        if type(part) is functools.cached_property
    )


@_of_class
def own_classes(value: object) -> tuple[type, ...]:
    """The notebook's classes among those of the value."""
    return tuple(filter(is_own_class, mro(type(value))))


def set_attributes(value: Any, stored: dict[str, Any]) -> None:
    """Make attributes and slots what `attributes` gave."""
    members, now = _members(value), attributes(value)
    for name, member in members.items():
        if name in stored and (name not in now or now[name] is not stored[name]):
            member.__set__(value, stored[name])
        elif name in now and name not in stored:
            member.__delete__(value)
    data = instance_data(value)
    data.clear()
    data.update({name: part for name, part in stored.items() if name not in members})


def beside_table(value: Any) -> dict[str, Any]:
    """What an object of a subclass of a table stores besides the table."""
    return {n: part for n, part in instance_data(value).items() if n not in _PANDAS}


_PANDAS = {"_mgr", "_attrs", "_flags", "_name", "_item_cache", "_cacher", "_is_copy"}
"""What pandas itself stores."""


def length(value: Any) -> int:
    """How much the container holds that the value is."""
    return int(base_of(value).__len__(value))


def first(value: Any, count: int, *, backwards: bool = False) -> list[Any]:
    """So many of a container's first or last items, those of a dict with their keys."""
    return list(itertools.islice(_each(value, backwards=backwards), count))


def _each(value: Any, *, backwards: bool) -> Iterator[Any]:
    base = base_of(value)
    if issubclass(base, dict):
        ordered = base is collections.OrderedDict and _has_plain_keys(value)
        # The order of an `OrderedDict` is asked of its keys, which could be anything.
        pairs = (collections.OrderedDict if ordered else dict).items(value)
        found: Iterator[Any] = reversed(pairs) if backwards else iter(pairs)
        return found
    return iter((base.__reversed__ if backwards else base.__iter__)(value))


def _has_plain_keys(value: Any) -> bool:
    return are_of(dict.keys(value), (*ATOMS, tuple))


def inside(value: Any) -> Any:
    """The container that the value is, as one of Python's own.

    Raises:
        NotCopiedError: Its keys would be asked what they are.
    """
    base = base_of(value)
    if base is bytearray:
        return bytearray(value)
    if base in SETS:
        return set().union(value)
    if not issubclass(base, dict):
        return first(value, length(value))
    if base is not collections.OrderedDict and not _is_iterated(type(value)):
        return dict.copy(value)
    if not _has_plain_keys(value):
        raise NotCopiedError("its keys are objects")
    return dict(first(value, length(value)))


def _is_iterated(cls: type) -> bool:
    """Whether a subclass of dict says what it holds by code of its own."""
    own = itertools.takewhile(lambda one: one is not dict, mro(cls))
    return any("__iter__" in class_data(one) for one in own)


def set_inside(value: Any, content: Any) -> None:
    """Make the container that the value is hold what `inside` gave."""
    base = base_of(value)
    if base in (list, bytearray):
        base.__setitem__(value, slice(None), content)
    elif base is collections.OrderedDict:  # it keeps an order of its own beside the items
        base.clear(value)
        for key, item in content.items():
            base.__setitem__(value, key, item)
    elif base not in (tuple, frozenset):
        base.clear(value)
        (base.extend if base is collections.deque else base.update)(value, content)


def empty(value: Any) -> Any:
    """An object of the same class that stores nothing; its class is not asked to make it."""
    cls = type(value)
    base: Any = _base(cls)
    made = base.__new__(cls)
    if base_of(value) is collections.deque:
        collections.deque.__init__(made, (), value.maxlen)
    return made


def fields(cls: type) -> dict[str, Any]:
    """What a class of the notebook stores, besides what Python needs."""
    return {
        name: part
        for name, part in class_data(cls).items()
        if not (name.startswith("__") and name.endswith("__")) and not name.startswith("_abc_")
    }


def set_fields(cls: type, stored: dict[str, Any]) -> None:
    """Make a class's fields what they were, past its metaclass."""
    now = fields(cls)
    for name in now.keys() - stored.keys():
        type.__delattr__(cls, name)
    for name, part in stored.items():
        if name not in now or now[name] is not part:
            type.__setattr__(cls, name, part)
