"""The pages about session and protocol say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from copilot_nb import errors
from copilot_nb.protocol import local
from copilot_nb.session import pending, reactions, server_requests
from copilot_nb.session.session import Session

ROOT = Path(__file__).parents[3]
SESSION_PAGE = (ROOT / "docs" / "session.md").read_text(encoding="utf-8")
PROTOCOL_PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SEED_METHODS = [
    "subscribe",
    "on",
    "off",
    "dispatch_event",
    "send",
    "abort",
    "get_messages",
    "register_tool",
    "register_tools",
    "register_tool_with_handler",
    "get_tool",
    "get_tools",
    "invoke_tool",
    "register_permission_handler",
    "handle_permission_request",
    "register_user_input_handler",
    "handle_user_input_request",
    "has_user_input_handler",
    "register_hooks",
    "has_hooks",
    "handle_hooks_invoke",
    "destroy",
    "wait_for_idle",
    "send_and_wait",
    "send_and_collect",
]


def test_every_method_of_the_seed_is_there_and_listed() -> None:
    """Under the same name, with its own line."""
    for name in SEED_METHODS:
        assert callable(getattr(Session, name)), name
        assert re.search(rf"^\|[^|\n]*`{name}`", SESSION_PAGE, re.MULTILINE), name


def test_every_named_test_exists() -> None:
    """A line without its test would be a promise."""
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SESSION_PAGE))

    missing = {
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    }

    assert len(named) > 30
    assert missing == set()


def test_every_named_error_exists() -> None:
    """The seed's kinds lead to classes that there are."""
    named = set(re.findall(r"`(\w+Error)\b", SESSION_PAGE)) - {"ToolError", "ToolNotFound"}

    assert {name for name in named if not hasattr(errors, name)} == set()


def test_local_events_are_listed() -> None:
    """All of them, and no others."""
    assert set(re.findall(r"^\| `(local\.\w+)`", PROTOCOL_PAGE, re.MULTILINE)) == set(local.TYPES)


def test_requests_of_the_runtime_are_listed() -> None:
    """Events and calls that are answered, and the kinds under which they wait."""
    rows = re.findall(r"^\| (event|call) `([\w.]+)` \| (\S+)", PROTOCOL_PAGE, re.MULTILINE)
    kinds = {kind.strip("`") for _, _, kind in rows} - {"–"}

    assert {name for how, name, _ in rows if how == "event"} == set(reactions.REACTIONS)
    assert {name for how, name, _ in rows if how == "call"} == set(server_requests.ANSWERS)
    assert kinds | {"sign_in"} == set(pending.KINDS)  # which is ours: no runtime asks it
