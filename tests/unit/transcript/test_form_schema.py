"""JSON Schema to fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.transcript.form_schema import ALL_CHOICES, CHOICES, FIELDS, form_fields
from copilot_nb.transcript.forms import FieldChoice, FormField

RED = FieldChoice(value="r", label="Red")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "enum", "items", "oneOf", "const", "title", "default", "minimum"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def field(**schema: Any) -> FormField:
    """The field of one property called x."""
    (one,) = form_fields({"properties": {"x": schema}}).fields
    return one


KINDS = [
    ({"type": "string"}, {"kind": "text"}),
    ({"type": ["string", "null"]}, {"kind": "text"}),
    ({"type": ["null"]}, {"kind": "text"}),
    ({}, {"kind": "text"}),
    ({"type": "object"}, {"kind": "text"}),
    ({"type": "array", "items": {"type": "string"}}, {"kind": "text"}),
    ({"type": "string", "format": "email"}, {"kind": "text", "format": "email"}),
    ({"type": "string", "format": "teleport"}, {"kind": "text"}),
    (
        {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$", "default": "ab"},
        {"kind": "text", "minimum": 2, "maximum": 5, "pattern": "^[a-z]+$", "default": "ab"},
    ),
    (
        {"type": "integer", "minimum": 0, "maximum": 9, "default": 3},
        {"kind": "integer", "minimum": 0, "maximum": 9, "default": 3},
    ),
    ({"type": "number", "minimum": True, "default": 1e300}, {"kind": "number"}),
    ({"type": "number", "default": float("nan")}, {"kind": "number"}),
    ({"type": "boolean", "default": True}, {"kind": "boolean", "default": True}),
    ({"type": "boolean", "default": "yes"}, {"kind": "boolean"}),
    (
        {"type": "string", "enum": ["r"], "enumNames": ["Red"], "default": "r"},
        {"kind": "choice", "choices": (RED,), "default": "r"},
    ),
    (
        {"enum": ["r", 2, None, "\ud800"], "default": "other"},
        {
            "kind": "choice",
            "choices": (FieldChoice(value="r", label="r"), FieldChoice(value="2", label="2")),
        },
    ),
    (
        {"type": "string", "oneOf": [{"const": "r", "title": "Red"}, "odd"]},
        {"kind": "choice", "choices": (RED,)},
    ),
    (
        {
            "type": "array",
            "items": {"anyOf": [{"const": "r", "title": "Red"}]},
            "minItems": 1,
            "default": ["r", "x", 1],
        },
        {"kind": "choices", "choices": (RED,), "minimum": 1, "default": ("r",)},
    ),
]


@pytest.mark.parametrize(("schema", "expected"), KINDS)
def test_each_type_of_property(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    """What a field can not be is a plain text field; bounds and defaults only where they fit."""
    assert field(**schema) == FormField(name="x", label="x", **expected)


def test_words_of_a_schema_are_made_visible() -> None:
    """In one line and of bounded length; a title is the label."""
    one = field(title="Your\n name\u202e", description="d" * 9999)

    assert one.label == "Your name⟨U+202E⟩"
    assert len(one.description) == 500


def test_required_fields_are_known() -> None:
    """A list that is none requires nothing."""
    properties: dict[str, Any] = {"a": {}, "b": {}}

    first, second = form_fields({"properties": properties, "required": ["b"]}).fields
    assert (first.required, second.required) == (False, True)
    assert not form_fields({"properties": properties, "required": "b"}).fields[1].required


def test_there_is_an_end_to_fields_and_choices() -> None:
    """And the reader is told."""
    many = form_fields({"properties": {f"p{at}": {} for at in range(FIELDS + 7)}})
    options = field(enum=[str(at) for at in range(CHOICES + 1)]).choices

    assert len(many.fields) == FIELDS
    assert many.warnings == ("7 more fields are not shown.",)
    assert len(options) == CHOICES


def test_there_is_an_end_to_the_choices_of_all_fields() -> None:
    """However they are spread; a field has all of its own or is not there."""
    options = [str(at) for at in range(CHOICES)]

    found = form_fields({"properties": {f"p{at}": {"enum": options} for at in range(9)}})

    assert [len(one.choices) for one in found.fields] == [CHOICES] * (ALL_CHOICES // CHOICES)
    assert found.warnings == ("4 more fields are not shown.",)


@pytest.mark.parametrize("name", ["\ud800", "n" * 501, 1])
def test_names_that_could_not_come_back_are_left_out(name: Any) -> None:
    """A value under another name would be lost."""
    found = form_fields({"properties": {name: {}}})

    assert (found.fields, len(found.warnings)) == ((), 1)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|b){2,}", "a*" * 5, "a" * 201, 7])
def test_patterns_that_could_stop_a_page_are_dropped(pattern: Any) -> None:
    """The server checks its own pattern anyway."""
    assert field(type="string", pattern=pattern).pattern == ""


@pytest.mark.parametrize("schema", [None, 1, {}, {"properties": []}, [{}]])
def test_no_schema_has_no_fields(schema: Any) -> None:
    """Nothing that comes here can fail."""
    assert form_fields(schema).fields == ()


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_anything_at_all_gives_fields(properties: dict[str, Any]) -> None:
    """Whatever a server sends, there is a form or none."""
    for one in form_fields({"properties": properties}).fields:
        assert "\n" not in one.label.encode().decode()
