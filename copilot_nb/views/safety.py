"""What may leave a view: visible text, safe links, safe pictures, safe formulas."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from copilot_nb.transcript.safety import visible, warnings

__all__ = ["safe_image", "safe_tex", "safe_url", "visible", "warnings"]

_IGNORED = re.compile("[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_SCHEME = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+={0,2}")
_TEX_REACHING_OUT = re.compile(
    r"\\(?:href|url|class|cssId|style|data|require|include\w*|mmlToken|html\w*|"
    r"def|gdef|edef|xdef|let|newcommand|renewcommand|newenvironment|catcode|input|unicode)"
    r"(?![A-Za-z])"
)
_KEPT = "!#$%&'()*+,-./:;=?@[]_~"
_URL_LIMIT = 4000
_IMAGE_LIMIT = 2_000_000


def safe_url(url: str) -> str | None:
    """The address for a link, or None if a click must not follow it.

    Only http, https, mailto and places in the same document; what browsers ignore or decode is
    removed or decoded before the scheme is looked at.
    """
    cleaned = _IGNORED.sub("", html.unescape(url))
    if len(cleaned) > _URL_LIMIT or not _SCHEME.match(cleaned):
        return None
    return quote(cleaned, safe=_KEPT, errors="replace")


def safe_image(url: str) -> str | None:
    """The picture for a `src`, or None: nothing is loaded from anywhere, and SVG is a program."""
    if len(url) > _IMAGE_LIMIT or not _IMAGE.fullmatch(url):
        return None
    return url


def safe_tex(tex: str) -> bool:
    """Whether a formula only draws: no links, no styles, no macros of its own."""
    return not _TEX_REACHING_OUT.search(tex)
