"""Why the account, the model or the network said no: the error's kind and its next step.

The runtime has codes for little of it, so its own words are what there is to go by; each line below
was seen on the real one. The first cause that fits counts.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from copilot_nb import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBSCRIBE = (
    "Get Copilot for it at https://github.com/settings/copilot, sign in with another account "
    "(`%copilot login`), or choose another `%copilot provider`."
)
_POLICY = (
    "Ask an administrator to enable Copilot CLI in the organisation's Copilot policies, sign in "
    "with another account (`%copilot login`), or choose another `%copilot provider`."
)
_PERMISSION = (
    "Make a fine-grained token with the permission Copilot Requests, or sign in with "
    "`%copilot login`."
)
SIGN_IN = (
    "Sign in with `%copilot login`, set a token in COPILOT_GITHUB_TOKEN, or choose another "
    "`%copilot provider`."
)
SIGN_IN_AGAIN = (
    "Sign in again with `%copilot login`, or put a valid token into the variable that "
    "`%copilot provider` names."
)
_QUOTA = (
    "See `%copilot usage` for when it begins anew; until then take a model that costs no premium "
    "requests (`%copilot models`), or another `%copilot provider`."
)
EFFORT = (
    "`%copilot model --effort default` leaves it to the model; `%copilot models` lists what each "
    "takes."
)
_CODES = ("quota_exceeded", "limit_reached")


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why nothing came back."""

    error: type[errors.SessionError]
    words: re.Pattern[str]
    """What the runtime says then."""
    hint: str
    """The next step."""
    says: str = ""
    """The line in place of the runtime's, where that is no help; {place} is a host."""
    statuses: frozenset[int] = field(default=frozenset())
    """HTTP statuses that mean it as well."""
    kinds: frozenset[str] = field(default=frozenset())
    """The runtime's `errorType`s that mean it as well."""

    def line(self, message: str) -> str:
        """What happened, in one line; empty where the runtime says it well enough."""
        place = _PLACE.search(message)
        return self.says.format(place=place[1] if place else "GitHub")


_PLACE = re.compile(r"url \(?https?://([^/)\s]+)")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


CAUSES: tuple[Cause, ...] = (
    Cause(errors.AuthenticationError, _words(r"not licensed to use copilot"), _SUBSCRIBE),
    Cause(
        errors.AuthenticationError,
        _words(r"organization policy|not authorized to use this copilot|denied by policy"),
        _POLICY,
    ),
    Cause(errors.AuthenticationError, _words(r"copilot requests"), _PERMISSION),
    Cause(
        errors.AuthenticationError,
        _words(r"not authenticated|no github oauth token|failed to get token for auth"),
        SIGN_IN,
        says="Nobody is signed in to GitHub Copilot.",
    ),
    Cause(
        errors.AuthenticationError,
        _words(r"credentials may be expired|bad credentials"),
        SIGN_IN_AGAIN,
        says="GitHub does not accept the token or the login; it may have expired.",
    ),
    Cause(
        errors.AuthenticationError,
        _words(r"authentication failed"),
        errors.AuthenticationError.hint,
        statuses=frozenset({401, 403}),
        kinds=frozenset({"authentication", "authorization"}),
    ),
    Cause(
        errors.QuotaError,
        _words(r"quota|premium request|out of your included|spend(ing)? limit|usage limit"),
        _QUOTA,
        statuses=frozenset({402}),
        kinds=frozenset({"quota"}),
    ),
    Cause(
        errors.QuotaError,
        _words(r"rate.?limit|too many requests"),
        errors.QuotaError.hint,
        statuses=frozenset({429}),
        kinds=frozenset({"rate_limit"}),
    ),
    Cause(errors.ModelError, _words(r"reasoning[ _.]?effort"), EFFORT),
    Cause(
        errors.ModelError,
        _words(
            r"model\b.{0,80}\b"
            r"(not (found|supported|available|exist)|does not exist|unknown|invalid)"
        ),
        errors.ModelError.hint,
        statuses=frozenset({404}),
        kinds=frozenset({"model"}),
    ),
    Cause(
        errors.OfflineError,
        _words(r"error sending request for url|\be(connrefused|notfound|ai_again|timedout)\b"),
        errors.OfflineError.hint,
        says="{place} cannot be reached.",
    ),
    Cause(errors.OfflineError, _words(r"could not connect to local"), errors.OfflineError.local),
)


def cause(
    message: str, *, kind: str = "", status: int | None = None, code: str = ""
) -> Cause | None:
    """The cause that words, type, status and code give away; None when they do not.

    Args:
        message: The runtime's own text.
        kind: Its `errorType`.
        status: HTTP status of the model's provider.
        code: The provider's own code.
    """
    said = f"{message}\n{code}" if code.endswith(_CODES) else message
    for each in CAUSES:
        if each.words.search(said):
            return each
    return next((c for c in CAUSES if kind in c.kinds or status in c.statuses), None)


def refusal(message: str) -> tuple[str, int | None]:
    """What a service answered, out of the runtime's refusal of a call, and with which status."""
    text = message.partition("failed with message: ")[2] or message
    said = _json(text[text.find("{") :]) if "{" in text else {}
    status = said.get("status")
    body = said.get("body")
    inner = _json(body) if isinstance(body, str) else {}
    error = inner.get("error")
    words = error.get("message") if isinstance(error, dict) else inner.get("message")
    return str(words or body or said.get("message") or text), status or None


def _json(text: str) -> Mapping[str, Any]:
    with suppress(ValueError):
        value = json.loads(text)
        return value if isinstance(value, dict) else {}
    return {}
