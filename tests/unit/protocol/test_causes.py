"""Why nothing came back, told by the runtime's own words."""

from __future__ import annotations

import pytest

from copilot_nb.errors import (
    AuthenticationError,
    ModelError,
    OfflineError,
    QuotaError,
    SessionError,
)
from copilot_nb.protocol.causes import cause, refusal

LOST = "Last error: error sending request for url (https://api.example.com/chat): [ECONNREFUSED]"


@pytest.mark.parametrize(
    ("message", "kind", "hint"),
    [
        ("You are not licensed to use Copilot.", AuthenticationError, "settings/copilot"),
        ("it requires an enterprise or organization policy", AuthenticationError, "administrator"),
        ("PAT does not have Copilot Requests permission", AuthenticationError, "fine-grained"),
        ("Not authenticated. Please authenticate first.", AuthenticationError, "%copilot login"),
        ("Your credentials may be expired or invalid.", AuthenticationError, "Sign in again"),
        ("You've run out of your included AI credits", QuotaError, "%copilot usage"),
        ("429 too many requests", QuotaError, "Wait"),
        ('Model "x" is not available.', ModelError, "%copilot model"),
        ("Reasoning effort 'max' is not supported for model 'b'.", ModelError, "--effort default"),
        ("Model 'a' does not support reasoning effort configuration.", ModelError, "--effort def"),
        ("400 Unrecognized request argument: reasoning_effort", ModelError, "--effort default"),
        (LOST, OfflineError, "network"),
        ("Could not connect to local model provider at …", OfflineError, "Start the server"),
    ],
)
def test_words_give_the_cause_away(message: str, kind: type[SessionError], hint: str) -> None:
    """Kind of error and next step."""
    found = cause(message)

    assert found is not None
    assert found.error is kind
    assert hint in found.hint


def test_type_status_and_code_do_so_where_words_do_not() -> None:
    """The runtime's type, the provider's status, the service's code."""
    by_kind, by_status = cause("No.", kind="quota"), cause("No.", status=402)
    by_code = cause("No.", status=429, code="quota_exceeded")

    assert by_kind is by_status is by_code is not None
    assert cause("No.") is None


def test_an_unhelpful_text_is_replaced_by_a_line() -> None:
    """The host that cannot be reached, in place of a chain of errors."""
    found = cause(LOST)

    assert found is not None
    assert found.line(LOST) == "api.example.com cannot be reached."
    assert found.line("ECONNREFUSED") == "GitHub cannot be reached."


NO = 'Request x failed with message: Y, {"status": 403, "body": "{\\"message\\": \\"no\\"}"}'


@pytest.mark.parametrize(
    ("message", "said", "status"),
    [
        (NO, "no", 403),
        ('{"status": 403, "body": "{\\"error\\": {\\"message\\": \\"no\\"}}"}', "no", 403),
        ('{"status": 500, "body": "<html>"}', "<html>", 500),
        ('Failure, {"kind": "network", "message": "lost"}', "lost", None),
        ("plain", "plain", None),
        ("broken {", "broken {", None),
        ('Failure, {"a": 1} [', 'Failure, {"a": 1} [', None),
    ],
)
def test_a_refused_call_says_what_the_service_said(
    message: str, said: str, status: int | None
) -> None:
    """Out of the JSON in its text, where there is some."""
    assert refusal(message) == (said, status)
