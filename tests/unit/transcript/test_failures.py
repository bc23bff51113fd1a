"""Errors in two lines."""

from __future__ import annotations

import pytest

from copilot_nb.errors import AuthenticationError, ModelError, OfflineError, QuotaError
from copilot_nb.transcript.failures import explain


@pytest.mark.parametrize(
    ("kind", "status", "hint"),
    [
        ("authentication", 401, AuthenticationError.hint),
        ("query", 401, AuthenticationError.hint),
        ("rate_limit", 429, QuotaError.hint),
        ("query", 404, ModelError.hint),
    ],
)
def test_known_failures_have_a_step_of_ours(kind: str, status: int, hint: str) -> None:
    """By the runtime's type, or by the provider's status."""
    assert explain("No.", kind=kind, status=status) == ("No.", hint, "")


def test_the_runtimes_own_advice_is_the_next_step() -> None:
    """Its second line, where we know nothing better."""
    message = "Could not connect.\n  Check that the service is running."

    assert explain(message, kind="query") == (
        "Could not connect.",
        "Check that the service is running.",
        "",
    )


def test_the_rest_of_a_long_message_is_folded() -> None:
    """Nothing is lost."""
    first, hint, details = explain("One\nTwo\r\nThree")
    long, _, whole = explain("x" * 1000)

    assert (first, hint, details) == ("One", "Two", "One\nTwo\nThree")
    assert (len(long), whole) == (302, "x" * 1000)


def test_no_message_is_said_so() -> None:
    """A reader is never shown an empty box."""
    message, hint, _ = explain(" \n")

    assert message == "The turn failed without a reason."
    assert hint


def test_words_that_help_nobody_are_replaced() -> None:
    """The runtime's own stay behind the fold."""
    raw = "error sending request for url (https://models.example/v1)"

    line, hint, details = explain(raw)

    assert (line, hint, details) == ("models.example cannot be reached.", OfflineError.hint, raw)
