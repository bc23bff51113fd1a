"""What is sent: names, defaults, and what is never left out or shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from copilot_nb.protocol.permission import (
    NO_RESULT,
    PermissionDecision,
    PermissionRequest,
    approve_for_location,
    approve_for_session,
    approve_once,
    reject,
    user_not_available,
)
from copilot_nb.protocol.session import McpServerConfig, ProviderConfig, SessionConfig
from copilot_nb.protocol.tool import Tool, ToolResultObject
from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse


def test_config_always_asks_for_permission_and_never_for_file_hooks() -> None:
    """What keeps the gate shut is sent whatever the application says."""
    wire = SessionConfig.from_wire({"enableFileHooks": True, "requestPermission": False}).to_wire()

    assert wire["requestPermission"] is True
    assert wire["enableFileHooks"] is False
    assert wire["envValueMode"] == "direct"
    assert wire["streaming"] is True


def test_config_uses_wire_names_and_leaves_out_what_is_unset() -> None:
    """Snake case here, camel case there."""
    config = SessionConfig(
        session_id="s",
        working_directory=Path("/w"),
        excluded_tools=["bash"],
        provider=ProviderConfig(base_url="http://x/v1", api_key="k"),
        mcp_servers={"m": McpServerConfig(command="run", env={"A": "b"})},
    )

    wire = config.to_wire()

    assert "bash" in wire.pop("excludedTools")
    assert wire == {
        "sessionId": "s",
        "workingDirectory": "/w",
        "toolFilterPrecedence": "excluded",
        "provider": {"baseUrl": "http://x/v1", "type": "openai", "apiKey": "k"},
        "mcpServers": {"m": {"type": "local", "tools": ["*"], "command": "run", "env": {"A": "b"}}},
        "streaming": True,
        "requestUserInput": True,
        "requestPermission": True,
        "enableFileHooks": False,
        "envValueMode": "direct",
    }


def test_secrets_are_not_shown() -> None:
    """Neither in a repr nor in what a validation error quotes."""
    config = SessionConfig(
        provider=ProviderConfig(
            base_url="http://x", api_key="sk-1", bearer_token="sk-2", headers={"a": "sk-3"}
        ),
        mcp_servers={"m": McpServerConfig(env={"KEY": "sk-4"}, headers={"a": "sk-5"})},
    )

    assert "sk-" not in repr(config)
    with pytest.raises(ValidationError) as caught:
        ProviderConfig.from_wire({"baseUrl": "http://x", "apiKey": {"inner": "sk-6"}})
    assert "sk-6" not in str(caught.value)


def test_decisions_have_the_runtimes_kinds() -> None:
    """The kinds of the seed are accepted by the runtime and then break the call."""
    approval = {"kind": "commands", "commandIdentifiers": ["ls"]}

    assert approve_once().to_wire() == {"kind": "approve-once"}
    assert approve_for_session(approval).to_wire() == {
        "kind": "approve-for-session",
        "approval": approval,
    }
    assert approve_for_session().to_wire() == {"kind": "approve-for-session"}
    assert approve_for_location(approval, "/w").to_wire()["locationKey"] == "/w"
    assert reject("why").to_wire() == {"kind": "reject", "feedback": "why"}
    assert PermissionDecision.approved() == approve_once()
    assert PermissionDecision.denied() == user_not_available()
    with pytest.raises(ValidationError):
        PermissionDecision.from_wire({"kind": "approved"})


@pytest.mark.parametrize(
    ("decision", "approved", "denied"),
    [
        (approve_once(), True, False),
        (reject(), False, True),
        (user_not_available(), False, True),
        (NO_RESULT, False, False),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_decision_is_a_yes_a_no_or_neither(
    decision: PermissionDecision, *, approved: bool, denied: bool
) -> None:
    """The seed's two questions."""
    assert (decision.is_approved, decision.is_denied) == (approved, denied)


def test_unknown_permission_keeps_everything() -> None:
    """A kind that we do not know still reaches the user."""
    request = PermissionRequest.from_wire({"kind": "teleport", "toolCallId": "c", "target": "Mars"})

    assert (request.kind, request.tool_call_id) == ("teleport", "c")
    assert request.extension_data == {"target": "Mars"}


def test_answer_knows_whether_it_was_a_choice() -> None:
    """The runtime drops answers that do not say so."""
    request = UserInputRequest(question="?", choices=["red", "blue"])

    assert UserInputResponse.to(request, "blue").to_wire() == {
        "answer": "blue",
        "wasFreeform": False,
    }
    assert UserInputResponse.to(request, "green").was_freeform
    assert UserInputResponse.to(UserInputRequest(question="?"), "x").was_freeform


def test_tool_is_built_parameter_by_parameter() -> None:
    """The seed's builder, without changing the tool it starts from."""
    plain = Tool(name="look", description="Look.")

    tool = plain.with_parameter("at", "string", "Where", required=True).with_parameter(
        "times", "integer", "How often"
    )

    assert plain.parameters_schema == {}
    assert tool.to_wire() == {
        "name": "look",
        "description": "Look.",
        "parameters": {
            "type": "object",
            "properties": {
                "at": {"type": "string", "description": "Where"},
                "times": {"type": "integer", "description": "How often"},
            },
            "required": ["at"],
        },
    }
    with pytest.raises(ValidationError):
        Tool(name="no spaces")


def test_failure_tells_the_model_why() -> None:
    """The seed's error result left the model's text empty."""
    assert ToolResultObject.failure("no disk").to_wire() == {
        "textResultForLlm": "no disk",
        "resultType": "failure",
        "error": "no disk",
    }
