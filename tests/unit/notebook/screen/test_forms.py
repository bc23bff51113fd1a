"""What a field takes, from the page, the keyboard and files of rules alike."""

from __future__ import annotations

from typing import Any

import pytest

from copilot_nb.notebook.screen.forms import check, checked, typed
from copilot_nb.transcript.form_schema import form_fields

NAME = {"type": "string", "title": "Your name", "minLength": 2, "maxLength": 5}
COLOURS = {"type": "string", "enum": ["red", "blue"], "enumNames": ["Red", "Blue"]}
TOPICS = {"type": "array", "items": {"type": "string", "enum": ["a", "b", "c"]}, "maxItems": 2}
AGE = {"type": "integer", "minimum": 0, "maximum": 120}


def field(schema: dict[str, Any], *, required: bool = False) -> Any:
    """The field of that schema."""
    names = ["x"] if required else []
    (made,) = form_fields({"properties": {"x": schema}, "required": names}).fields
    return made


@pytest.mark.parametrize(
    ("schema", "line", "value"),
    [
        (NAME, " Ada ", "Ada"),
        (AGE, "36", 36),
        ({"type": "number"}, "2.5", 2.5),
        ({"type": "number"}, "-3", -3),
        ({"type": "boolean"}, "Yes", True),
        ({"type": "boolean"}, "n", False),
        (COLOURS, "2", "blue"),
        (COLOURS, "Red", "red"),
        (COLOURS, "blue", "blue"),
        (TOPICS, "1, c", ["a", "c"]),
        ({"type": "string", "format": "email"}, "ada@example.org", "ada@example.org"),
        ({"type": "string", "format": "uri"}, "https://x.org/y", "https://x.org/y"),
        ({"type": "string", "format": "date"}, "2024-02-29", "2024-02-29"),
        ({"type": "string", "format": "date-time"}, "2024-02-29T12:00:00", "2024-02-29T12:00:00"),
        ({"type": "string", "pattern": "^a+$"}, "aa", "aa"),
        ({"type": "string", "pattern": "(?<n>a"}, "b", "b"),
        (NAME, "", None),
        (NAME | {"default": "Eve"}, "", "Eve"),
        ({"type": "boolean", "default": True}, "", True),
        (TOPICS | {"default": ["b"]}, "", ["b"]),
        (TOPICS, "", None),
    ],
)
def test_a_line_becomes_a_value(schema: dict[str, Any], line: str, value: object) -> None:
    """Choices by number, label or value; Enter alone is the default, or nothing."""
    assert typed(field(schema), line) == value


@pytest.mark.parametrize(
    ("schema", "line", "problem"),
    [
        (NAME, "A", "at least 2 characters"),
        (NAME, "Adalbert", "at most 5 characters"),
        (AGE, "old", "a number is needed"),
        (AGE, "1.5", "a whole number is needed"),
        (AGE, "-1", "at least 0"),
        (AGE, "121", "at most 120"),
        ({"type": "number"}, "inf", "a number is needed"),
        ({"type": "number"}, "nan", "a number is needed"),
        ({"type": "boolean"}, "maybe", "yes or no is needed"),
        (COLOURS, "3", "one of the choices"),
        (TOPICS, "a, b, c", "at most 2 choices"),
        (TOPICS, "a, d", "one of the choices"),
        ({"type": "string", "format": "email"}, "ada@", "an e-mail address"),
        ({"type": "string", "format": "uri"}, "x", "an address"),
        ({"type": "string", "format": "uri"}, "http://[", "an address"),
        ({"type": "string", "format": "date"}, "2023-02-29", "a date"),
        ({"type": "string", "format": "date-time"}, "noon", "a time"),
        ({"type": "string", "pattern": "^a+$"}, "b", "must match"),
    ],
)
def test_what_does_not_fit_says_what_would(schema: dict[str, Any], line: str, problem: str) -> None:
    """In words for whoever fills it in."""
    with pytest.raises(ValueError, match=problem):
        typed(field(schema), line)


def test_a_required_field_needs_a_value() -> None:
    """Neither Enter nor an empty choice will do."""
    for schema in (NAME, TOPICS):
        with pytest.raises(ValueError, match="a value is needed"):
            typed(field(schema, required=True), "")


@pytest.mark.parametrize(
    ("schema", "value"),
    [(NAME, 1), (AGE, True), (AGE, "1"), ({"type": "boolean"}, 1), (COLOURS, 1), (TOPICS, "a")],
)
def test_a_page_sends_values_of_the_fields_type(schema: dict[str, Any], value: object) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="needed"):
        check(field(schema), value)


def test_only_what_was_asked_is_sent() -> None:
    """Unknown names and empty values are left out; a problem names its field."""
    schema = {"properties": {"name": NAME, "age": AGE}, "required": ["name"]}
    fields = form_fields(schema).fields

    assert checked(fields, {"name": "Ada", "age": None, "more": 1}) == {"name": "Ada"}
    with pytest.raises(ValueError, match="Your name: a value is needed"):
        checked(fields, {})
