"""Finds secrets in text that is about to leave: tokens, keys, passwords in connection strings.

The rules are those of detect-secrets, by its detectors of known forms; its guesses by entropy or
by neighbouring words are left out, because they hold back data. Nothing is verified online.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from copilot_nb.data.denied import Find

WINDOW = 4_000
"""Characters of one line that are looked at together: some patterns take time by their square."""
OVERLAP = 1_000
"""Characters that two windows share; what tells a secret is shorter."""

IN_URL = "password in a URL"
_DETECTORS = {
    "artifactory.ArtifactoryDetector": "Artifactory token",
    "aws.AWSKeyDetector": "AWS key",
    "azure_storage_key.AzureStorageKeyDetector": "Azure storage key",
    "basic_auth.BasicAuthDetector": IN_URL,
    "cloudant.CloudantDetector": "Cloudant key",
    "discord.DiscordBotTokenDetector": "Discord token",
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
_PARTS = {"OpenAI key": "T3BlbkFJ"}
"""What stands in every such key; its pattern is slow where that is missing."""
_PRIVATE_KEY = re.compile(
    r"-----BEGIN[A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END[A-Z ]*-----|\Z)", re.DOTALL
)
"""The whole key: the detector for it only knows its first line."""

_REST_OF_WORD = re.compile(r"[\w=-]+(?:\.[\w=-]+)*")


def find_secrets(text: str) -> tuple[Find, ...]:
    """Where something stands in the text that looks like a secret, in order.

    The first call imports the detectors, which takes a quarter of a second.
    """
    found = [Find(*match.span(), "private key") for match in _PRIVATE_KEY.finditer(text)]
    at = 0
    for line in text.splitlines(keepends=True):
        for start in range(0, max(len(line) - OVERLAP, 1), WINDOW - OVERLAP):
            found += _in_line(line, start, at)
        at += len(line)
    return tuple(sorted(set(found), key=lambda each: (each.start, -each.end, each.what)))


def _in_line(line: str, begin: int, offset: int) -> list[Find]:
    found = []
    for what, detector in _detectors():
        if _PARTS.get(what, "") not in line:
            continue
        for pattern in detector.denylist:
            for match in pattern.finditer(line, begin, begin + WINDOW):
                start, end = match.span(1) if what is IN_URL else _whole(line, *match.span())
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
