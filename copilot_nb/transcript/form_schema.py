"""JSON Schema to the fields of a form.

The schema comes from a model or an MCP server: what does not fit becomes a plain text field, and
there is an end to everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from copilot_nb.transcript.forms import FieldChoice, FormField
from copilot_nb.transcript.safety import sound, visible

FIELDS, CHOICES, ALL_CHOICES, WORDS = 50, 200, 1000, 500
"""At most so many fields, choices of one and of all of them, and characters of a text."""
PATTERN, REPEATS = 200, 4
"""At most so many characters of a pattern, and repetitions in it."""

Kind = Literal["text", "number", "integer", "boolean", "choice", "choices"]
Schema = Mapping[str, Any]

_KINDS: Mapping[str, Kind] = {"number": "number", "integer": "integer", "boolean": "boolean"}
_HUGE = 1e15
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_REPEAT = re.compile(r"[*+{]")
_FORMATS = frozenset({"email", "uri", "date", "date-time"})
_BOUNDS: Mapping[Kind, tuple[str, str]] = {
    "text": ("minLength", "maxLength"),
    "number": ("minimum", "maximum"),
    "integer": ("minimum", "maximum"),
    "choices": ("minItems", "maxItems"),
}


class Fields(NamedTuple):
    """The fields of a form, and what a reader must know of them."""

    fields: tuple[FormField, ...] = ()
    warnings: tuple[str, ...] = ()


def form_fields(schema: object) -> Fields:
    """The fields that a schema asks for, in its order; what is left out is counted."""
    properties = _get(schema, "properties")
    if not isinstance(properties, Mapping):
        return Fields()
    required = _get(schema, "required")
    must = set(map(str, required)) if isinstance(required, list | tuple) else set()
    fields: list[FormField] = []
    left = ALL_CHOICES
    for name in (name for name in properties if _is_sound(name)):
        field = _field(name, properties[name], must)
        left -= len(field.choices)
        if len(fields) == FIELDS or left < 0:
            break
        fields.append(field)
    left_out = len(properties) - len(fields)
    warnings = (f"{left_out} more fields are not shown.",) if left_out else ()
    return Fields(tuple(fields), warnings)


def _field(name: str, schema: object, required: set[str]) -> FormField:
    options = _options(schema)
    kind = _kind(schema, options)
    minimum, maximum = (_number(_get(schema, bound)) for bound in _BOUNDS.get(kind, ("", "")))
    given = str(_get(schema, "format"))
    return FormField(
        name=name,
        kind=kind,
        label=_words(_get(schema, "title")) or _words(name),
        description=_words(_get(schema, "description")),
        required=name in required,
        default=_default(kind, _get(schema, "default"), options),
        choices=options,
        format=given if kind == "text" and given in _FORMATS else "",
        minimum=minimum,
        maximum=maximum,
        pattern=_pattern(schema) if kind == "text" else "",
    )


def _kind(schema: object, options: tuple[FieldChoice, ...]) -> Kind:
    named = _get(schema, "type")
    if isinstance(named, list | tuple):  # such as ["string", "null"]
        named = next((one for one in named if one != "null"), "")
    if named == "array":
        return "choices" if options else "text"
    if options:
        return "choice"
    return _KINDS.get(named, "text") if isinstance(named, str) else "text"


def _options(schema: object) -> tuple[FieldChoice, ...]:
    """The values that a field, or each item of it, can have."""
    place = _get(schema, "items") if _get(schema, "type") == "array" else schema
    values = _get(place, "enum")
    if isinstance(values, list | tuple):
        labels = _get(place, "enumNames")
        labels = labels if isinstance(labels, list | tuple) else ()
        pairs = [(v, labels[at] if at < len(labels) else v) for at, v in enumerate(values)]
    else:
        alternatives = _get(place, "oneOf") or _get(place, "anyOf")
        alternatives = alternatives if isinstance(alternatives, list | tuple) else ()
        pairs = [(_get(one, "const"), _get(one, "title")) for one in alternatives]
    return tuple(
        FieldChoice(value=str(value), label=_words(label) or _words(value))
        for value, label in pairs[:CHOICES]
        if _is_sound(str(value)) and isinstance(value, str | int | float)
    )


def _default(
    kind: Kind, value: object, options: tuple[FieldChoice, ...]
) -> str | float | bool | tuple[str, ...] | None:
    """The value to begin with, if it is one that the field can have."""
    values = {option.value for option in options}
    match kind, value:
        case "boolean", bool():
            return value
        case "number" | "integer", _:
            return _number(value)
        case "choice", str() if value in values:
            return value
        case "choices", list() | tuple():
            return tuple(one for one in value if isinstance(one, str) and one in values)
        case "text", str():
            return visible(value[:WORDS])
    return None


def _pattern(schema: object) -> str:
    """The pattern, unless a page could think about it for ever."""
    pattern = _get(schema, "pattern")
    if not isinstance(pattern, str) or len(pattern) > PATTERN or _REPEATED_GROUP.search(pattern):
        return ""
    return pattern if len(_REPEAT.findall(pattern)) <= REPEATS else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < _HUGE else None  # nor infinity, nor no number


def _is_sound(name: object) -> bool:
    """Whether it can be sent to a page and back, and still be the same."""
    return isinstance(name, str) and name == sound(name) and len(name) <= WORDS


def _words(value: object) -> str:
    """A text of the schema in one line."""
    text = "" if value is None else str(value)
    return " ".join(visible(text[:WORDS]).split())


def _get(schema: object, name: str) -> Any:
    return schema.get(name) if isinstance(schema, Mapping) else None
