"""The values of a form's fields: read from what a person typed, and checked against the field.

The same checks serve the page, which has made them already, the keyboard and files of rules.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from copilot_nb.transcript.forms import FormField

Value = str | float | bool | list[str]

_YES = frozenset({"y", "yes", "true", "1", "on"})
_NO = frozenset({"n", "no", "false", "0", "off"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def checked(fields: Iterable[FormField], content: Mapping[str, Any]) -> dict[str, Value]:
    """The content that may be sent: values of these fields, without those that are left empty.

    Raises:
        ValueError: A value does not fit; the message names its field.
    """
    found: dict[str, Value] = {}
    for field in fields:
        try:
            value = check(field, content.get(field.name))
        except ValueError as error:
            raise ValueError(f"{field.label}: {error}") from None
        if value is not None:
            found[field.name] = value
    return found


def typed(field: FormField, line: str) -> Value | None:
    """The value that a typed line means; Enter alone takes the default.

    Raises:
        ValueError: It does not fit the field; the message says what would.
    """
    text = line.strip()
    if not text:
        default = field.default
        return check(field, list(default) if isinstance(default, tuple) else default)
    return check(field, _READERS[field.kind](field, text))


def check(field: FormField, value: object) -> Value | None:
    """The value as it may be sent; None when the field is left empty.

    Raises:
        ValueError: It does not fit the field; the message says what would.
    """
    if value is None or value == "" or (value == [] and not field.required):
        if field.required:
            raise ValueError("a value is needed")
        return None
    return _CHECKS[field.kind](field, value)


def _text(field: FormField, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text is needed")  # noqa: TRY004 - a message for whoever fills it in
    _check_bounds(field, len(value), "characters")
    if field.pattern and _search(field.pattern, value) is None:
        raise ValueError(f"it must match {field.pattern}")
    if field.format in _FORMATS:
        is_so, words = _FORMATS[field.format]
        if not is_so(value):
            raise ValueError(f"{words} is needed")
    return value


def _number(field: FormField, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError("a number is needed")
    _check_bounds(field, value, "")
    return value


def _integer(field: FormField, value: object) -> int:
    number = _number(field, value)
    if number != int(number):
        raise ValueError("a whole number is needed")
    return int(number)


def _boolean(_field: FormField, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("yes or no is needed")  # noqa: TRY004 - see above
    return value


def _choice(field: FormField, value: object) -> str:
    if not isinstance(value, str) or value not in {choice.value for choice in field.choices}:
        raise ValueError("one of the choices is needed")
    return value


def _choices(field: FormField, value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise ValueError("some of the choices are needed")  # noqa: TRY004 - see above
    found = [_choice(field, one) for one in value]
    _check_bounds(field, len(found), "choices")
    return found


def _check_bounds(field: FormField, amount: float, unit: str) -> None:
    unit = f" {unit}" if unit else ""
    if field.minimum is not None and amount < field.minimum:
        raise ValueError(f"at least {field.minimum:g}{unit}")
    if field.maximum is not None and amount > field.maximum:
        raise ValueError(f"at most {field.maximum:g}{unit}")


def _search(pattern: str, text: str) -> re.Match[str] | bool | None:
    """Look for the pattern; one that only JavaScript understands is the page's and server's."""
    try:
        return re.search(pattern, text)
    except re.error:
        return True


def _read_number(_field: FormField, text: str) -> float:
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise ValueError("a number is needed") from None


def _read_boolean(_field: FormField, text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise ValueError("yes or no is needed")
    return word in _YES


def _read_choice(field: FormField, text: str) -> str:
    """By its number, its label or its value."""
    if text.isdecimal() and 0 < int(text) <= len(field.choices):
        return field.choices[int(text) - 1].value
    named = (choice.value for choice in field.choices if text in {choice.label, choice.value})
    return next(named, text)


def _read_choices(field: FormField, text: str) -> list[str]:
    return [_read_choice(field, part.strip()) for part in text.split(",") if part.strip()]


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", text)


def _parses(read: Callable[[str], object]) -> Callable[[str], bool]:
    def parses(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return parses


_CHECKS: dict[str, Callable[[FormField, object], Value]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
}
_READERS: dict[str, Callable[[FormField, str], object]] = {
    "text": lambda _field, text: text,
    "number": _read_number,
    "integer": _read_number,
    "boolean": _read_boolean,
    "choice": _read_choice,
    "choices": _read_choices,
}
_FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "email": (lambda text: _EMAIL.fullmatch(text) is not None, "an e-mail address"),
    "uri": (_is_uri, "an address such as https://example.org"),
    "date": (_parses(date.fromisoformat), "a date such as 2024-12-31"),
    "date-time": (_parses(datetime.fromisoformat), "a time such as 2024-12-31T12:00:00Z"),
}
