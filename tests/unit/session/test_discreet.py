"""Keys of a session, kept out of what the runtime tells of failures."""

from __future__ import annotations

from typing import Any

from copilot_nb.protocol.base import HIDDEN
from copilot_nb.protocol.session import (
    CustomAgentConfig,
    McpServerConfig,
    ModelConfig,
    NamedProvider,
    ProviderConfig,
    SessionConfig,
)
from copilot_nb.session.discreet import keys_of, without_keys


def test_all_keys_of_a_session_are_known() -> None:
    """Of providers and servers; of headers also what stands behind the scheme."""
    server = McpServerConfig(
        env={"TOKEN": "server-key", "DEBUG": "1"}, headers={"A": "Bearer head-key"}
    )
    config = SessionConfig(
        provider=ProviderConfig(
            base_url="x", api_key="provider-key\n", headers={"B": "own-header"}
        ),
        providers=[NamedProvider(name="n", base_url="x", bearer_token="named-key")],
        models=[ModelConfig(id="m", provider="n")],
        mcp_servers={"s": server},
        custom_agents=[
            CustomAgentConfig(
                name="a", prompt="p", mcp_servers={"t": McpServerConfig(env={"T": "agent-key"})}
            )
        ],
    )

    assert set(keys_of(config)) == {
        *("server-key", "Bearer head-key", "head-key", "provider-key", "own-header"),
        *("named-key", "agent-key"),
    }
    assert keys_of(config)[0] == "Bearer head-key"
    assert keys_of(SessionConfig()) == ()


def test_a_key_that_is_quoted_is_hidden() -> None:
    """Wherever it stands in what tells of a failure; other events stay as they are."""
    data = {"message": "401: bad key a-long-key", "n": 1, "more": [{"body": "a-long-key"}]}
    failure: dict[str, Any] = {"type": "session.error", "data": data}
    message = {"type": "assistant.message", "data": data}

    assert without_keys(failure, ("a-long-key",)) == {
        "type": "session.error",
        "data": {"message": f"401: bad key {HIDDEN}", "n": 1, "more": [{"body": HIDDEN}]},
    }
    assert without_keys(failure, ()) is failure
    assert without_keys(message, ("a-long-key",)) is message
    assert without_keys(None, ("a-long-key",)) is None
