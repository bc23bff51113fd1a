"""URLs as rules that deny read them: a host or a page stands for everything below it.

A denial is broad: scheme, user and spelling do not matter, hosts below a host are the host's, and
without a port all ports are meant. Allowing looks at none of this: it takes all of one URL.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
import socket
from contextlib import suppress
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
_SLASH: Final = re.compile("%2f", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}")
_PORTS: Final = {"http:": "80", "https:": "443"}


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, or what a rule says of some, as a denial compares it."""

    hosts: frozenset[str]
    """The names that it may be looked up by."""
    port: str
    """Empty when it is not written."""
    usual: str
    """The port of its scheme."""
    paths: frozenset[str]
    """From the root, without a slash at its end; with `%2f` taken for a slash, and not."""
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
        written = (found["path"], _SLASH.sub("%252f", found["path"]))
        rooted = (posixpath.normpath("/" + unquote(path).lstrip("/")) for path in written)
        paths = frozenset(path.rstrip("/") for path in rooted)
        usual = _PORTS.get((found["scheme"] or "").lower(), "")
        return cls(_known_as(host), port, usual, paths, found["query"])

    def is_below(self, other: Address) -> bool:
        """Whether the other one stands for it, too."""
        ends = tuple(f".{host}" for host in other.hosts)
        if not any(f".{host}".endswith(ends) for host in self.hosts):
            return False
        if other.port and other.port != (self.port or self.usual):
            return False
        if other.query is not None:
            return bool(self.paths & other.paths) and self.query == other.query
        begins = tuple(f"{path}/" for path in other.paths)
        return any(f"{path}/".startswith(begins) for path in self.paths)


def denied_by(url: str, text: str) -> bool:
    """Whether a rule's text denies that URL: it is the same one, or below what the text names."""
    asked, wanted = Address.of(url), Address.of(text)
    below = asked is not None and wanted is not None and asked.is_below(wanted)
    return below or url == text


def _split(authority: str) -> tuple[str, str]:
    """Host and port; the colons of an IPv6 address are its own."""
    host, colon, port = authority.rpartition(":")
    if not (colon and port.isdecimal()) or (":" in host and not host.endswith("]")):
        return authority.rstrip(":") if authority.count(":") == 1 else authority, ""
    return host, str(int(port))


def _known_as(host: str) -> frozenset[str]:
    """The names that it is looked up by: numbers as an address, other alphabets in ASCII."""
    host = host.rstrip(".").lower()
    with suppress(ValueError):
        return frozenset({ipaddress.ip_address(host.strip("[]")).compressed})
    if _NUMBERS.fullmatch(host):  # such as 127.1, which is looked up as 127.0.0.1
        with suppress(OSError):
            return frozenset({str(ipaddress.ip_address(socket.inet_aton(host)))})
    names = {host}
    with suppress(UnicodeError):
        names.add(host.encode("idna").decode("ascii"))
    # Newer than that codec: an eszett stays one.
    names.add(".".join(map(_in_ascii, host.split("."))))
    return frozenset(names)


def _in_ascii(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
