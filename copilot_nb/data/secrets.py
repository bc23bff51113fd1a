"""Finds secrets in text that is about to leave: tokens, keys, passwords in connection strings.

By the forms of `secret_forms`, by the detectors of detect-secrets for others, and by what stands in
the process's environment under names such as HF_TOKEN. The library's guesses by entropy or by
neighbouring words are left out, because they hold back data. Nothing is verified online.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from copilot_nb.data.escapes import in_every_reading
from copilot_nb.data.finds import Find
from copilot_nb.data.secret_forms import forms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WINDOW = 4_000
"""Characters of one line that are looked at together: some patterns take time by their square."""
OVERLAP = 1_000
"""Characters that two windows share; what tells a secret is shorter."""

SHORTEST = 8
"""Characters of a secret in the environment; shorter ones stand in other words."""
_LONG_WORD = 16
"""From here on a word of letters alone is taken for a secret, too: one is called `postgres`."""

_DETECTORS = {
    "artifactory.ArtifactoryDetector": "Artifactory token",
    "aws.AWSKeyDetector": "AWS key",
    "azure_storage_key.AzureStorageKeyDetector": "Azure storage key",
    "cloudant.CloudantDetector": "Cloudant key",
    "github_token.GitHubTokenDetector": "GitHub token",
    "gitlab_token.GitLabTokenDetector": "GitLab token",
    "ibm_cloud_iam.IbmCloudIamDetector": "IBM Cloud key",
    "jwt.JwtTokenDetector": "JSON web token",
    "mailchimp.MailchimpDetector": "Mailchimp key",
    "npm.NpmDetector": "npm token",
    "openai.OpenAIDetector": "OpenAI key",
    "pypi_token.PypiTokenDetector": "PyPI token",
    "sendgrid.SendGridDetector": "SendGrid key",
    "slack.SlackDetector": "Slack token",
    "square_oauth.SquareOAuthDetector": "Square secret",
    "stripe.StripeDetector": "Stripe key",
    "telegram_token.TelegramBotTokenDetector": "Telegram token",
    "twilio.TwilioKeyDetector": "Twilio key",
}
_PARTS = {"OpenAI key": "T3BlbkFJ", "npm token": ":_authToken"}
"""What stands in every such key; its pattern is slow where that is missing."""
_PRIVATE_KEY = re.compile(
    r"-----BEGIN[A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END[A-Z ]*-----|\Z)", re.DOTALL
)
"""The whole key: the detector for it only knows its first line."""

_REST_OF_WORD = re.compile(r"[\w=-]+(?:\.[\w=-]+)*")


_SECRET_NAME = re.compile(
    r"(?!(?:OLD)?PWD$|.*_(?:FILE|PATH|DIR)$|.*APPLICATION_CREDENTIALS$)(?:.*PWD$|"
    r"(?:.*(?:PASSWORD|PASSWD|PASSPHRASE)|(?:.*_)?(?:(?:API)?KEY|TOKEN|SECRET|PASS|PAT|CREDENTIALS))"
    r"(?:_|$))",
    re.IGNORECASE,
)
"""Not those of folders and files."""


def find_secrets(text: str, environ: Mapping[str, str] | None = None) -> tuple[Find, ...]:
    """Where something stands in the text that looks like a secret, in order, none within another.

    The first call imports the detectors, which takes a quarter of a second.

    Args:
        text: Any text.
        environ: The environment; the process's own when not given.
    """
    values = os.environ if environ is None else environ
    return tuple(_outermost([*in_every_reading(text, lambda each: _found(each, values))]))


def _found(text: str, environ: Mapping[str, str]) -> list[Find]:
    found = [Find(*match.span(), "private key") for match in _PRIVATE_KEY.finditer(text)]
    at = 0
    for line in text.splitlines(keepends=True):
        for start in range(0, max(len(line) - OVERLAP, 1), WINDOW - OVERLAP):
            found += _in_line(line, start, at)
        at += len(line)
    found += _of_known_form(text)
    found += _of_environment(text, environ)
    return found


def _of_known_form(text: str) -> Iterator[Find]:
    lowered = text.lower()
    for what, part, pattern in forms():
        if part in lowered:
            for match in pattern.finditer(text):
                yield Find(*match.span(pattern.groups), what)


def _of_environment(text: str, environ: Mapping[str, str]) -> Iterator[Find]:
    """The values of variables whose names say that they are secret."""
    for name, value in dict(environ).items():
        is_word = value.isalpha() and len(value) < _LONG_WORD
        if len(value) < SHORTEST or is_word or value not in text or not _SECRET_NAME.match(name):
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text):
            yield Find(*match.span(), f"value of {name}")


def _outermost(finds: list[Find]) -> Iterator[Find]:
    """The finds in order, without those that lie within another; of equal ones the first."""
    end = 0
    for find in sorted(finds, key=lambda each: (each.start, -each.end)):
        if find.end > end:
            yield find
            end = find.end


def _in_line(line: str, begin: int, offset: int) -> list[Find]:
    found = []
    for what, detector in _detectors():
        if _PARTS.get(what, "") not in line:
            continue
        for pattern in detector.denylist:
            for match in pattern.finditer(line, begin, begin + WINDOW):
                start, end = _whole(line, *match.span())
                # A window may end within a token; its word does not.
                if _is_meant(detector, match[0]) or _is_meant(detector, line[start:end]):
                    found.append(Find(offset + start, offset + end, what))
    return found


def _whole(line: str, start: int, end: int) -> tuple[int, int]:
    """A match to the end of its word: a pattern may be content with a token's beginning."""
    rest = _REST_OF_WORD.match(line, end, end + WINDOW)
    return start, rest.end() if rest else end


def _is_meant(detector: Any, text: str) -> bool:
    """What the detector's own test says of a match, where it has one beyond the pattern."""
    check = getattr(detector, "is_formally_valid", None)
    return check is None or bool(check(text))


@cache
def _detectors() -> tuple[tuple[str, Any], ...]:
    """What each detector finds, and the detector."""
    made = []
    for path, what in _DETECTORS.items():
        module, _, name = path.partition(".")
        made.append((what, getattr(import_module(f"detect_secrets.plugins.{module}"), name)()))
    return tuple(made)
