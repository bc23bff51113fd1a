"""What is taken for a secret, and what is not."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from copilot_nb.data.secrets import find_secrets

if TYPE_CHECKING:
    from collections.abc import Callable

GITHUB = "ghp_" + "aB3" * 12
JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("secret", "before", "after", "what"),
    [
        (GITHUB, "token = '", "'", "GitHub token"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "key ", "\n", "AWS key"),
        ("s3cr3t-pw", "postgresql://ann:", "@db.host:5432/x", "password in a URL"),
        (JWT, "Bearer ", "", "JSON web token"),
        (KEY, "x\n", "\ny", "private key"),
        ("sk_live_" + "a1B2" * 6, "", "", "Stripe key"),
        ("glpat-" + "a1B2" * 5, "", "", "GitLab token"),
    ],
)
def test_a_secret_is_found_where_it_stands(secret: str, before: str, after: str, what: str) -> None:
    """All of it and nothing else."""
    text = before + secret + after

    (find,) = find_secrets(text)

    assert (text[find.start : find.end], find.what) == (secret, what)


def test_every_place_of_a_secret_is_found() -> None:
    """On one line and on others."""
    finds = find_secrets(f"{GITHUB} and {GITHUB}\n{GITHUB}")

    assert [find.start for find in finds] == [0, 45, 86]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "password: see the wiki",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "station | 2024-01-01 | 412.55\n" * 50,
        "https://example.org/a/b?c=d",
    ],
)
def test_ordinary_data_is_no_secret(text: str) -> None:
    """Digests, ids, prose and tables pass."""
    assert find_secrets(text) == ()


def test_a_secret_is_found_anywhere_in_a_long_line() -> None:
    """Also where two windows meet."""
    claims = base64.urlsafe_b64encode(json.dumps({"name": "x" * 1500}).encode()).decode()
    jwt = f"eyJhbGciOiJIUzI1NiJ9.{claims.rstrip('=')}.{'aB3x' * 10}"

    for token in (GITHUB, jwt):
        for before in (2_500, 3_990, 25_000):
            finds = find_secrets("x " * (before // 2) + token)
            assert {(find.start, find.end) for find in finds} == {(before, before + len(token))}


@pytest.mark.parametrize("escaped", [repr, json.dumps])
def test_a_secret_is_found_at_the_beginning_of_an_escaped_line(
    escaped: Callable[[str], str],
) -> None:
    """As the last expression of a cell shows a text."""
    secrets = ["hf_" + "aB3" * 12, "sk-ant-" + "x1" * 20, GITHUB, "correct-horse-45"]
    text = escaped("keys:\n" + "\t\n".join(secrets))

    finds = find_secrets(text, {"API_KEY": secrets[-1]})

    assert [text[find.start : find.end] for find in finds] == secrets
