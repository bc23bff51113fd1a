"""URLs as rules that deny read them: a host or a page stands for everything below it.

A denial is broad: scheme, user and spelling do not matter, hosts below a host are the host's, and
without a port all ports are meant. Allowing looks at none of this: it takes all of one URL.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_AROUND: Final = "".join(map(chr, range(0x21)))
_BREAKS: Final = re.compile(r"[\t\r\n]")
"""What stands around and within a URL without meaning anything to whoever fetches it."""
_PARTS: Final = re.compile(
    r"(?:(?P<scheme>https?:|[a-z][a-z0-9+.-]*:(?=/)))?/*"
    r"(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"[^\s/?#@*]+")
_PORTS: Final = {"http:": "80", "https:": "443"}


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, or what a rule says of some, as a denial compares it."""

    host: str
    port: str
    """As it is written; empty when it is not."""
    usual: str
    """The port of its scheme."""
    path: str
    """From the root, without a slash at its end."""
    query: str | None

    @classmethod
    def of(cls, text: str) -> Address | None:
        """What a URL or a host names; None when that is no host.

        Backslashes, missing and needless slashes, percent signs and dots are read as by whoever
        fetches it.
        """
        found = _PARTS.match(_BREAKS.sub("", text.strip(_AROUND)).replace("\\", "/"))
        if found is None:
            return None
        host, port = _split(unquote(found["authority"]).rpartition("@")[2])
        if _HOST.fullmatch(host) is None:
            return None
        path = posixpath.normpath("/" + unquote(found["path"]).lstrip("/")).rstrip("/")
        usual = _PORTS.get((found["scheme"] or "").lower(), "")
        return cls(_known_as(host), port, usual, path, found["query"])

    def is_below(self, other: Address) -> bool:
        """Whether the other one stands for it, too."""
        if self.host != other.host and not self.host.endswith("." + other.host):
            return False
        if other.port and other.port != (self.port or self.usual):
            return False
        if other.query is not None:
            return (self.path, self.query) == (other.path, other.query)
        return self.path == other.path or self.path.startswith(other.path + "/")


def denied_by(url: str, text: str) -> bool:
    """Whether a rule's text denies that URL: it is the same one, or below what the text names."""
    asked, wanted = Address.of(url), Address.of(text)
    below = asked is not None and wanted is not None and asked.is_below(wanted)
    return below or url == text


def _split(authority: str) -> tuple[str, str]:
    """Host and port; the colons of an IPv6 address in brackets are its own."""
    host, colon, port = authority.rpartition(":")
    return (host, port) if colon and port.isdecimal() else (authority.rstrip(":"), "")


def _known_as(host: str) -> str:
    """The name as it is looked up: without a dot at its end, other alphabets in their ASCII."""
    host = host.rstrip(".").lower()
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
