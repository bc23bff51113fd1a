"""Which URLs a denial of a host or a page finds, however they are written."""

from __future__ import annotations

import pytest

from copilot_nb.notebook.permissions.addresses import denied_by


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org/",
        "http://example.org/a?b#c",
        "HTTPS://Example.ORG./a",
        "https://api.example.org/a",
        "https://user:word@example.org/a",
        "https://example.org:8443/",
        "https:example.org/a",
        "https:\\\\example.org\\a",
        " https://exa\nmple.org/a ",
        "https://ex%61mple.org/a",
        "example.org/a",
        "ftp://example.org/a",
    ],
)
@pytest.mark.parametrize("text", ["example.org", "https://example.org", "http://example.org/"])
def test_a_host_is_all_of_its_pages(url: str, text: str) -> None:
    """Whatever the scheme, the user, the port; and the hosts below it."""
    assert denied_by(url, text)


@pytest.mark.parametrize(
    ("url", "text", "denied"),
    [
        ("https://notexample.org/", "example.org", False),
        ("https://example.org.evil.net/", "example.org", False),
        ("https://evil.net/example.org", "example.org", False),
        ("https://example.org@evil.net/", "example.org", False),
        ("https://example.org/", "api.example.org", False),
        ("https://x.org/a/b", "https://x.org/a", True),
        ("https://x.org/a?q", "https://x.org/a/", True),
        ("https://x.org/b/../a/%62", "x.org//a/b", True),
        ("https://x.org/ab", "https://x.org/a", False),
        ("https://x.org/a?q=1", "https://x.org/a?q=1", True),
        ("https://x.org/a?q=2", "https://x.org/a?q=1", False),
        ("https://x.org/", "x.org:443", True),
        ("http://x.org/", "x.org:443", False),
        ("http://localhost:8888/api", "localhost:8888", True),
        ("http://localhost:9999/api", "localhost:8888", False),
        ("http://[::1]:8888/api", "[::1]", True),
        ("https://bücher.example/", "xn--bcher-kva.example", True),
        ("https://straße.de/", "xn--strae-oqa.de", True),
        ("https://xn--strae-oqa.de/", "straße.de", True),
        ("http://2130706433/", "127.0.0.1", True),
        ("http://0x7f000001/a", "127.0.0.1", True),
        ("http://127.1:8888/", "127.0.0.1", True),
        ("http://127.0.0.2/", "127.0.0.1", False),
        ("http://[0:0:0:0:0:0:0:1]/", "[::1]", True),
        ("http://[::1]/", "::1", True),
        ("https://x.org:0443/", "x.org:443", True),
        ("https://x.org/secret/..%2fa", "x.org/secret", True),
        ("https://x.org/a/..%2fsecret", "x.org/secret", True),
        ("https://a..b/", "a..b", True),
        ("https:///", "example.org", False),
        ("no URL", "no URL", True),
    ],
)
def test_a_page_is_all_below_it(url: str, text: str, *, denied: bool) -> None:
    """And nothing that only begins or ends alike."""
    assert denied_by(url, text) is denied
