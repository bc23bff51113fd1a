"""Functions, classes and modules: what they are, found without calling anything."""

from __future__ import annotations

import inspect
from importlib import metadata
from types import ModuleType
from typing import TYPE_CHECKING, Any

from copilot_nb.data.namespace import described_as, signature_of
from copilot_nb.data.privacy import OPEN
from copilot_nb.data.values import FUNCTIONS, class_data, instance_data, is_a, mro

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.data.privacy import Privacy

DOC = 3_000
SOURCE = 6_000
NAMES = 60
_WRAPPERS = (staticmethod, classmethod)


def resolve(path: str, namespace: Mapping[str, Any]) -> object:
    """The object behind a dotted name; properties are found, not computed.

    Raises:
        LookupError: Some part of it does not exist; the message names the part.
    """
    first, *rest = path.split(".")
    if first not in namespace:
        raise LookupError(first)
    found = namespace[first]
    for part in rest:
        found = _member(found, part)
    return found


def describe_object(name: str, value: object, privacy: Privacy = OPEN) -> str:
    """Signature, documentation and source, as far as there is any.

    Args:
        name: What it is called, also with dots.
        value: Anything.
        privacy: The rules that hold for what is a value.
    """
    function = _unwrapped(value)
    if is_a(value, ModuleType):
        names = [n for n in instance_data(value) if not n.startswith("_")]
        more = f", … {len(names) - NAMES} more" if len(names) > NAMES else ""
        parts = [f"module {name}", _doc(value), f"Names: {', '.join(names[:NAMES])}{more}"]
    elif is_a(function, (type, *FUNCTIONS)):
        kind = "class" if is_a(function, type) else "function"
        parts = [f"{kind} {name}{signature_of(function)}", _doc(function), _source(function)]
    else:
        names = [n for cls in mro(type(value)) for n in class_data(cls) if not n.startswith("_")]
        described = f"{name}: {described_as(name, value, privacy)}"
        parts = [described, f"Names: {', '.join(dict.fromkeys(names[:NAMES]))}"]
    return "\n\n".join(part for part in parts if part)


def packages(pattern: str = "") -> list[str]:
    """Installed distributions whose name contains the pattern, as "name version"."""
    found = {(d.name or "?"): d.version for d in metadata.distributions()}
    wanted = pattern.lower()
    return [
        f"{name} {found[name]}" for name in sorted(found, key=str.lower) if wanted in name.lower()
    ]


def _member(owner: Any, name: str) -> object:
    if is_a(owner, ModuleType):
        data = instance_data(owner)
        if name not in data:
            raise LookupError(name)
        return data[name]
    stored = instance_data(owner)
    if not is_a(owner, type) and name in stored:
        return stored[name]
    for cls in mro(owner if is_a(owner, type) else type(owner)):
        if name in class_data(cls):
            return class_data(cls)[name]
    raise LookupError(name)


def _unwrapped(value: Any) -> object:
    if is_a(value, _WRAPPERS):
        return value.__func__
    return value.fget if is_a(value, property) else value


def _doc(value: Any) -> str:
    doc = class_data(value).get("__doc__") if is_a(value, type) else value.__doc__
    text = inspect.cleandoc(doc) if isinstance(doc, str) else ""
    return text if len(text) <= DOC else text[:DOC] + "\n…"


def source_of(value: Any) -> str:
    """Its source, cut when it is long; empty when there is none."""
    try:
        source = inspect.getsource(value).rstrip()
    except (OSError, TypeError):
        return ""
    return source if len(source) <= SOURCE else source[:SOURCE] + "…"


def _source(value: Any) -> str:
    source = source_of(value)
    return f"Source:\n{source}" if source else ""
