"""The models that a provider of one's own says that it has: one question to it, when somebody asks.

The key goes to the provider's own address and nowhere else: no redirect is followed.
"""

from __future__ import annotations

import asyncio
import json
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from copilot_nb.notebook.models.providers import is_local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.notebook.models.providers import Source

_PATIENCE = 5.0
_LARGEST = 5_000_000
_ANTHROPIC = "2023-06-01"
"""The version of its API that has the list."""


class _NoRedirect(HTTPRedirectHandler):
    """Whatever is elsewhere is not the provider."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None: an answer that leads elsewhere is an error."""


async def listed(source: Source, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of its models; none where it does not say.

    Args:
        source: The provider.
        environ: Where its key is.

    Raises:
        ConfigError: Its key is not set.
    """
    if not source.base_url or source.kind == "azure":
        return ()
    key = source.key(environ) or ""
    try:
        reply = await asyncio.to_thread(_get, source, key)
        return tuple(str(each["id"]) for each in json.loads(reply)["data"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return ()


def _get(source: Source, key: str) -> bytes:
    base = source.base_url if source.kind != "anthropic" else f"{source.base_url}/v1"
    request = Request(f"{base}/models", headers=_headers(source, key))  # noqa: S310 - http(s), checked when it was named
    handlers = [_NoRedirect(), *([ProxyHandler({})] if is_local(base) else [])]
    with build_opener(*handlers).open(request, timeout=_PATIENCE) as reply:
        body: bytes = reply.read(_LARGEST)
    return body


def _headers(source: Source, key: str) -> dict[str, str]:
    accept = {"Accept": "application/json"}
    if not key:
        return accept
    if source.kind == "anthropic":
        return accept | {"x-api-key": key, "anthropic-version": _ANTHROPIC}
    return accept | {"Authorization": f"Bearer {key}"}
