"""Blocks in which a person fills something in, and the agent's own list of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

RequestState = Literal["open", "answered", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One button of a panel."""

    id: str
    """allow_once, allow_session, allow_always, new_cell, deny, deny_feedback, deny_stop, …"""
    label: str
    key: str = ""
    """Letter for Alt+letter inside the panel."""
    style: Literal["", "primary", "danger"] = ""
    asks_feedback: bool = False
    """Opens a text field; its text is sent along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChoice:
    """One value that a field can have."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form, as far as JSON Schema said what it takes."""

    name: str
    kind: Literal["text", "number", "integer", "boolean", "choice", "choices"]
    """choice is one of `choices`, choices any of them."""
    label: str
    description: str = ""
    required: bool = False
    default: str | float | bool | tuple[str, ...] | None = None
    choices: tuple[FieldChoice, ...] = ()
    format: str = ""
    """email, uri, date, date-time, or nothing."""
    minimum: float | None = None
    """Of a number its value, of a text its length, of choices their number."""
    maximum: float | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBlock:
    """Somebody, mostly an MCP server, asks to fill in a form or to open a page."""

    kind: ClassVar[str] = "form"
    id: str
    heading: str
    source: str = ""
    """Who asks: the MCP server's name."""
    fields: tuple[FormField, ...] = ()
    url: str = ""
    """A page to open instead of fields."""
    warnings: tuple[str, ...] = ()
    time_limit: float | None = None
    state: RequestState = "open"
    answer: str = ""
    """In words: "Sent: name, email", "Declined"."""
    by: str = ""
    at: str = ""
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBlock:
    """The agent shows its plan and asks how to go on."""

    kind: ClassVar[str] = "plan"
    id: str
    summary: str = ""
    """Markdown."""
    plan: str = ""
    """The plan itself, Markdown; may be edited before it is approved."""
    choices: tuple[Choice, ...] = ()
    time_limit: float | None = None
    state: RequestState = "open"
    answer: str = ""
    by: str = ""
    at: str = ""
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInBlock:
    """A code to type on a page, to sign in."""

    kind: ClassVar[str] = "sign_in"
    id: str
    host: str
    """Such as github.com."""
    url: str = ""
    code: str = ""
    state: RequestState = "open"
    answer: str = ""
    by: str = ""
    at: str = ""


TodoState = Literal["pending", "running", "done", "blocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoItem:
    """One task of the agent's list."""

    text: str
    state: TodoState = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoBlock:
    """The agent's task list as it stands now; one per turn, kept up to date in place."""

    kind: ClassVar[str] = "todo"
    id: str
    items: tuple[TodoItem, ...] = ()
