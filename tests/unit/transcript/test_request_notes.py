"""What this side adds to a request: where its links lead."""

from __future__ import annotations

from copilot_nb.transcript.blocks import PermissionBlock
from tests.unit.transcript.events import after, event, only

ASKED = event(
    "permission.requested",
    requestId="r",
    permissionRequest={"kind": "read", "path": "/a"},
    promptRequest={"kind": "read", "path": "/a"},
)
LEADS = "/a leads to /b"


def test_a_request_says_where_a_link_leads() -> None:
    """Once, however often it is said; what others wrote is made visible."""
    warned = event("local.request_warned", requestId="r", warnings=[LEADS])
    hostile = event("local.request_warned", requestId="r", warnings=["/a leads to /\u202eb"])

    assert only(after(ASKED, warned, warned), PermissionBlock).warnings == (LEADS,)
    assert "⟨U+202E⟩" in only(after(ASKED, hostile), PermissionBlock).warnings[0]


def test_a_word_about_nothing_is_passed_over() -> None:
    """The request may be gone, or another's."""
    assert after(event("local.request_warned", requestId="r", warnings=[LEADS])).blocks == ()
