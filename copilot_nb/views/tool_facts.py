"""What one tool of the agent is, as listings draw it.

Names, descriptions and schemas come from servers and from models: every text here is made visible,
and a schema that is none still gives a listing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from copilot_nb.transcript.safety import visible

ToolRule = Literal["ask", "allow", "deny"]
RULES: tuple[ToolRule, ...] = ("ask", "allow", "deny")

_BROKEN = re.compile(r"(?<!\n)[ \t]*\n(?![ \t]*(?:\n|[-*•]|\d+[.)]|[ \t]{2}))[ \t]*")
"""The end of a line in the middle of a sentence."""
_LONGEST = 4000
_MOST = 100
_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument that a tool takes."""

    name: str
    type: str
    """In words: "integer", "list of string", "one of a, b"."""
    required: bool = False
    description: str = ""
    default: str = ""
    """As JSON; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFact:
    """One tool of the agent."""

    name: str
    source: str
    """runtime, kernel, python, or "MCP server NAME"."""
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    asks: str = "yes"
    """Whether a person is asked before it works: yes, no, or when."""
    rule: ToolRule = "ask"
    """What a standing rule says of every call."""
    rules: tuple[str, ...] = ()
    """Every rule about its calls that holds here, in the words of the buttons."""
    enabled: bool = True
    """Whether the model is offered it."""
    calls: int = 0
    """How often it was called in this session."""

    @property
    def summary(self) -> str:
        """The first line of the description."""
        return self.description.partition("\n")[0]

    @property
    def permission(self) -> str:
        """What becomes of a call, in words."""
        if not self.enabled:
            return "switched off"
        if self.rule != "ask":
            return "allowed by a rule" if self.rule == "allow" else "denied by a rule"
        return {"yes": "asks", "no": "does not ask"}.get(self.asks, f"asks {self.asks}")

    def to_wire(self) -> dict[str, Any]:
        """The same as JSON, for a page."""
        wire = {each.name: getattr(self, each.name) for each in fields(self)}
        listed = [
            {each.name: getattr(one, each.name) for each in fields(one)} for one in self.parameters
        ]
        rules = list(self.rules)
        return {**wire, "parameters": listed, "rules": rules, "permission": self.permission}

    def _repr_html_(self) -> str:
        """Its card."""
        from copilot_nb.views.tools import card_html

        return card_html(self)


def described(text: object) -> str:
    """A description as it can be shown: a line per paragraph and per item of a list."""
    return _BROKEN.sub(" ", visible(str(text or "").strip()[:_LONGEST]))


def parameters(schema: object) -> tuple[Parameter, ...]:
    """The arguments that a JSON Schema describes, as far as it can be understood."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(schema, Mapping):
        return ()
    required = schema.get("required")
    needed = set(map(str, required)) if isinstance(required, list) else set()
    definitions = schema.get("$defs") or schema.get("definitions")
    known = definitions if isinstance(definitions, Mapping) else {}
    return tuple(
        Parameter(
            name=visible(str(name)),
            type=_type(given, known),
            required=str(name) in needed,
            description=described(given.get("description")) if isinstance(given, Mapping) else "",
            default=_default(given),
        )
        for name, given in list(properties.items())[:_MOST]
    )


def _default(given: object) -> str:
    default = given.get("default") if isinstance(given, Mapping) else None
    return "" if default is None or default == "" else _json(default)


def _json(value: object) -> str:
    text = visible(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - one line of a listing


def _type(given: object, known: Mapping[str, Any], depth: int = 0) -> str:
    """What a value may be, in words."""
    if not isinstance(given, Mapping) or depth > _DEEPEST:
        return "anything"
    if isinstance(given.get("$ref"), str):
        return _type(known.get(given["$ref"].rpartition("/")[2]), known, depth + 1)
    if isinstance(given.get("enum"), Sequence) and not isinstance(given["enum"], str):
        return "one of " + ", ".join(map(_json, given["enum"][:20]))
    if "const" in given:
        return _json(given["const"])
    for key in ("anyOf", "oneOf"):
        if isinstance(given.get(key), list):
            kinds = [_type(one, known, depth + 1) for one in given[key][:6]]
            return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "null")) or "null"
    return _named(given, known, depth)


def _named(given: Mapping[str, Any], known: Mapping[str, Any], depth: int) -> str:
    name = given.get("type")
    if isinstance(name, list):
        return " or ".join(visible(str(each)) for each in name if each != "null") or "null"
    if name == "array":
        return f"list of {_type(given.get('items'), known, depth + 1)}"
    limits = [
        f"{sign} {_json(given[key])}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"))
        if isinstance(given.get(key), int | float)
    ]
    words = visible(name) if isinstance(name, str) else "anything"
    return f"{words} {' and '.join(limits)}".strip()
