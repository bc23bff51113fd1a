"""What the user's namespace holds, in words that fit a model's context.

Reads types, shapes, columns and a few rows; never an unknown object's `repr`, properties or
iteration. The texts are data: `envelope.untrusted` wraps them before they leave.
"""

from __future__ import annotations

import difflib
import fnmatch
import inspect
from itertools import islice
from typing import TYPE_CHECKING, Any

from copilot_nb.data.arrays import array_kind, array_lines
from copilot_nb.data.envelope import shorten
from copilot_nb.data.frames import Frame, frame_of, table_text
from copilot_nb.data.guarded import guarded
from copilot_nb.data.privacy import MASK, OPEN
from copilot_nb.data.values import (
    FUNCTIONS,
    SIZED,
    class_data,
    instance_data,
    is_a,
    is_one_of,
    is_scientific,
    module_of,
    mro,
    plain_attribute,
    short,
    size,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.data.privacy import Privacy
    from copilot_nb.data.values import Hides

TEXT = 400
"""Characters of a single value."""
OWN_WORDS = 4_000
ATTRIBUTES = 20
COLUMNS = 60
_WITHHELD = "withheld by the user's privacy rules"
_SHOWN_IN_LISTS = (bool, int, float, complex)


def brief(value: object) -> str:
    """One line: type, size, and the value itself when it is a number."""
    if is_one_of(type(value), _SHOWN_IN_LISTS):
        return f"{type_name(value)} {short(value)}"
    return kind_of(value)


def kind_of(value: object) -> str:
    """One line: type, size and dtype, without any value; functions with their parameters."""
    frame = frame_of(value)
    if frame is not None:
        return f"{frame.kind}, {frame.size}"
    if is_a(value, type):
        return "class"
    if is_a(value, FUNCTIONS):
        return f"function {signature_of(value, values=False)}"
    array = array_kind(value)
    if array:
        return array
    dtype = plain_attribute(value, "dtype") if is_scientific(value) else None
    return ", ".join(
        filter(None, (type_name(value), size(value), "" if dtype is None else str(dtype)))
    )


def matching(variables: Mapping[str, Any], pattern: str) -> dict[str, Any]:
    """The variables whose name holds the pattern, or matches it when it has wildcards."""
    if not pattern:
        return dict(variables)
    wanted = pattern if any(c in pattern for c in "*?[") else f"*{pattern}*"
    return {n: v for n, v in variables.items() if fnmatch.fnmatch(n.lower(), wanted.lower())}


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Up to three names that somebody may have meant."""
    lowered = {known.lower(): known for known in names}
    return [lowered[n] for n in difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)]


def described_as(name: str, value: object, privacy: Privacy) -> str:
    """The variable in one line, as far as a rule lets it be described."""
    if privacy.variable(name) != "allow":
        return f"{type_name(value)}, {_WITHHELD}"
    if privacy.value(name) != "allow" and frame_of(value) is None:
        return f"{kind_of(value)}, {_WITHHELD}"
    return brief(value)


def describe(name: str, value: object, *, rows: int = 5, privacy: Privacy = OPEN) -> str:
    """Everything worth knowing about one variable.

    Args:
        name: The variable's name.
        value: Its value.
        rows: How many rows of a table to show.
        privacy: The rules that hold for it.
    """
    frame = frame_of(value)
    if privacy.variable(name) != "allow" or (frame is None and privacy.value(name) != "allow"):
        return f"{name}: {described_as(name, value, privacy)}"
    if frame is not None:
        frame = guarded(frame, name, privacy)
        return f"{name}: {frame.kind}, {frame.size}\n{describe_frame(frame, rows=rows)}"
    own = f"function {signature_of(value)}" if is_a(value, FUNCTIONS) else brief(value)
    return "\n".join([f"{name}: {own}", *_lines(name, value, privacy)])


def _lines(name: str, value: object, privacy: Privacy) -> Iterable[str]:
    """What describes a value that is no table."""
    own = own_words(value)
    if own:
        return [own]

    def hides(key: object) -> bool:
        return privacy.hides(key, name)

    about_array = array_lines(value, hides)
    if about_array is not None:
        return about_array
    for fits, write in _WRITERS:
        if fits(value):
            return write(value, hides)
    return _object_lines(value, hides)


def own_words(value: object) -> str:
    """What the object's class says about it to models (`_repr_llm_`), bounded; usually nothing."""
    method = next((m for c in mro(type(value)) if (m := class_data(c).get("_repr_llm_"))), None)
    if not callable(method) or is_a(value, type):
        return ""
    try:
        text = method(value)
    except Exception:  # noqa: BLE001 - a broken description is none
        return ""
    return shorten(text, OWN_WORDS) if isinstance(text, str) else ""


def describe_frame(frame: Frame, *, rows: int = 5) -> str:
    """Columns with type and missing values, then the first rows."""
    missing = frame.missing_counts()
    lines = ["Columns:"]
    for at, column in enumerate(frame.columns[:COLUMNS]):
        gaps = f", {missing[at]:,} missing" if missing and missing[at] else ""
        lines.append(f"  {column.name or '(no name)'}: {column.dtype}{gaps}")
    if len(frame.columns) > COLUMNS:
        lines.append(f"  … {len(frame.columns) - COLUMNS:,} more columns")
    if missing is None:
        lines.append("Missing values were not counted: the table is too large.")
    elif not any(missing):
        lines.append("No missing values.")
    if rows and frame.rows:
        shown = min(rows, frame.rows)
        lines += [f"First {shown} rows:" if shown > 1 else "First row:"]
        lines.append(table_text(frame.table(rows=rows, columns=COLUMNS, tail=False)))
    return "\n".join(lines)


def signature_of(value: object, *, values: bool = True) -> str:
    """A function's parameters; "(…)" when they cannot be read.

    Args:
        value: The function or class.
        values: Show defaults; without, only that there is one.
    """
    try:
        signature = inspect.signature(value)  # type: ignore[arg-type]  # raises TypeError if not
        bare = [
            p.replace(annotation=p.empty, default=_default(p, values=values))
            for p in signature.parameters.values()
        ]
        return str(signature.replace(parameters=bare, return_annotation=signature.empty))
    except (TypeError, ValueError):
        return "(…)"


class _Text(str):
    """A default value that shows as this text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _default(parameter: inspect.Parameter, *, values: bool) -> Any:
    if parameter.default is parameter.empty:
        return parameter.empty
    return _Text(short(parameter.default) if values else "…")


def _function_lines(value: Any, _hides: Hides) -> list[str]:
    doc = class_data(value).get("__doc__") if is_a(value, type) else value.__doc__
    first = doc.strip().partition("\n")[0] if isinstance(doc, str) and doc.strip() else ""
    return [first] if first else []


def _mapping_lines(value: Mapping[Any, Any], hides: Hides) -> list[str]:
    pairs = list(islice(value.items(), ATTRIBUTES))
    return [
        f"  {short(key)}: {kind_of(item)} {MASK}"
        if hides(key)
        else f"  {short(key)}: {brief(item)} {_text_of(item)}".rstrip()
        for key, item in pairs
    ]


def _text_of(value: object) -> str:
    return short(value) if is_one_of(type(value), (str, bytes)) else ""


def _value_lines(value: object, hides: Hides) -> list[str]:
    return [short(value, limit=TEXT, hides=hides)]


def _object_lines(value: object, hides: Hides) -> list[str]:
    data = instance_data(value)
    lines = [
        f"  .{name}: {kind_of(stored) if hides(name) else brief(stored)}"
        for name, stored in islice(data.items(), ATTRIBUTES)
    ]
    if len(data) > ATTRIBUTES:
        lines.append(f"  … {len(data) - ATTRIBUTES:,} more attributes")
    return lines


def _class_module(value: object) -> str:
    return module_of(type(value))


_WRITERS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Hides], list[str]]], ...] = (
    (lambda value: is_a(value, (type, *FUNCTIONS)), _function_lines),
    (lambda value: type(value) is dict, _mapping_lines),
    (
        lambda value: is_one_of(type(value), SIZED) or _class_module(value) == "builtins",
        _value_lines,
    ),
)
