"""Keys are sent, and seen nowhere else."""

from __future__ import annotations

import json

from copilot_nb.protocol.base import HIDDEN
from copilot_nb.protocol.methods import ConnectParams
from copilot_nb.protocol.session import (
    McpServerConfig,
    MessageOptions,
    ProviderConfig,
    SessionConfig,
)

KEY = "k-e-y"
CONFIG = SessionConfig(
    provider=ProviderConfig(
        base_url="u", api_key=KEY, bearer_token=KEY, headers={"X": KEY}, api_key_command=KEY
    ),
    mcp_servers={"s": McpServerConfig(command="c", env={"T": KEY}, headers={"Y": KEY})},
)


def test_no_dump_shows_a_key() -> None:
    """Neither of the model nor of its parts; names of headers and variables stay."""
    message = MessageOptions(prompt="p", request_headers={"Z": KEY})
    for value in (CONFIG, message, ConnectParams(token=KEY)):
        for text in (repr(value), str(value), str(value.model_dump()), value.model_dump_json()):
            assert KEY not in text
    assert CONFIG.model_dump()["mcp_servers"]["s"]["env"] == {"T": HIDDEN}


def test_the_runtime_gets_them() -> None:
    """`to_wire` is what is sent."""
    assert json.dumps(CONFIG.to_wire()).count(KEY) == 6
    assert ConnectParams(token=KEY).to_wire()["token"] == KEY
