"""Keys of a session, kept out of what the runtime tells of failures.

A provider or server may quote the key that it refuses, and what a turn fails with is drawn, stored
in the notebook and exported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from copilot_nb.protocol.base import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.protocol.session import McpServerConfig, ProviderConfig, SessionConfig

_SHORTEST: Final = 8
"""Characters: what is shorter is no key, and would be found in words."""
_TELLING: Final = frozenset(
    {
        "hook.start",
        "model.call_failure",
        "session.error",
        "session.info",
        "session.mcp_server_status_changed",
        "session.mcp_servers_loaded",
        "session.warning",
    }
)
"""Events that quote others; keys are looked for nowhere else."""


def keys_of(config: SessionConfig) -> tuple[str, ...]:
    """The keys that the session was given, the longest first."""
    found = {key.strip() for key in _keys(config) if len(key.strip()) >= _SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def without_keys(event: Any, keys: tuple[str, ...]) -> Any:
    """The event as it came, but for keys that stand in it."""
    if not keys or not isinstance(event, dict) or event.get("type") not in _TELLING:
        return event
    return _hidden(event, keys)


def _hidden(value: Any, keys: tuple[str, ...]) -> Any:
    match value:
        case str():
            for key in keys:
                value = value.replace(key, HIDDEN)
            return value
        case dict():
            return {name: _hidden(one, keys) for name, one in value.items()}
        case list():
            return [_hidden(one, keys) for one in value]
    return value


def _keys(config: SessionConfig) -> Iterator[str]:
    for provider in (config.provider, *(config.providers or ())):
        yield from _of_provider(provider) if provider else ()
    servers = [*(config.mcp_servers or {}).values()]
    for agent in config.custom_agents or ():
        servers += (agent.mcp_servers or {}).values()
    for server in servers:
        yield from _of_server(server)


def _of_provider(provider: ProviderConfig) -> Iterator[str]:
    yield from filter(None, (provider.api_key, provider.bearer_token))
    yield from _of_headers(provider.headers)


def _of_server(server: McpServerConfig) -> Iterator[str]:
    yield from (server.env or {}).values()
    yield from _of_headers(server.headers)


def _of_headers(headers: dict[str, str] | None) -> Iterator[str]:
    """Also the part behind a scheme such as Bearer."""
    for value in (headers or {}).values():
        yield value
        yield value.rpartition(" ")[2]
