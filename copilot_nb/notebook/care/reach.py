"""Whether a model server of one's own answers at all, and takes the key."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING

from copilot_nb.notebook.models.providers import is_local

if TYPE_CHECKING:
    from copilot_nb.notebook.models.providers import Source

_HEADERS = {"anthropic": "x-api-key", "azure": "api-key"}
_ANTHROPIC_VERSION = "2023-06-01"
_ODD = "holds a character that no key has, such as a line end"


def reach(source: Source, key: str | None, seconds: float) -> int | str:
    """The status of its list of models, or why there was no answer; blocks for so long at most.

    Args:
        source: Whose server.
        key: What it is sent, as the runtime would.
        seconds: When to give up.
    """
    path = "/v1/models" if source.kind == "anthropic" else "/models"
    request = urllib.request.Request(source.base_url + path)  # noqa: S310 - http(s), checked when set
    if key:
        name = _HEADERS.get(source.kind)
        request.add_header(name or "Authorization", key if name else f"Bearer {key}")
    if source.kind == "anthropic":
        request.add_header("anthropic-version", _ANTHROPIC_VERSION)
    proxies = urllib.request.ProxyHandler({} if is_local(source.base_url) else None)
    opener = urllib.request.build_opener(proxies, _Stay())
    try:
        with opener.open(request, timeout=seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return int(error.code)
    except ValueError:  # its words quote the header, and so the key
        return f"cannot be asked: the key in {source.key_variable or source.key_file} {_ODD}"
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        return f"cannot be reached ({reason})"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nobody: the key is for this server alone."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """No other request."""
        return
