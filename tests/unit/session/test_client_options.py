"""Options of a client: what they mean, and which contradict each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copilot_nb.errors import ConfigError
from copilot_nb.protocol.permission import PermissionRequest
from copilot_nb.session import tool_rules
from copilot_nb.session.client import Client
from copilot_nb.session.client_options import ClientOptions, Telemetry, options_of
from copilot_nb.session.pending import PendingRequest


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8080", ("localhost", 8080)),
        ("host:8080", ("host", 8080)),
        ("http://host:8080/x", ("host", 8080)),
        (":8080", ("localhost", 8080)),
    ],
)
def test_address_of_a_runtime(text: str, address: tuple[str, int]) -> None:
    """A bare port or an empty host is this machine."""
    assert ClientOptions(cli_url=text).address == address


@pytest.mark.parametrize(
    "values",
    [
        {"cli_url": "8080", "cli_path": Path("/x")},
        {"cli_url": "8080", "port": 1},
        {"cli_url": "8080", "github_token": "t"},
        {"cli_url": "8080", "use_logged_in_user": True},
        {"cli_url": "host"},
        {"cli_url": "host:port"},
        {"port": 8080},
        {"github_token": ""},
        {"no_such_option": 1},
        {"allow_tools": ("not a rule!",)},
    ],
    ids=str,
)
def test_contradictions_are_refused_before_anything_starts(values: dict[str, Any]) -> None:
    """With the option's name, and never with a token's value."""
    with pytest.raises(ConfigError):
        Client(**values)


def test_options_are_one_value_or_names_but_not_both() -> None:
    """Otherwise one of them would be ignored."""
    with pytest.raises(ConfigError, match="not both"):
        Client(ClientOptions(), log_level="debug")
    assert Client(ClientOptions(log_level="debug")).options.log_level == "debug"


def test_secrets_are_not_shown() -> None:
    """Not in a repr of the options nor of the client."""
    options = options_of(
        github_token="ghp-secret", connection_token="token-secret", env={"K": "env-secret"}
    )

    assert "secret" not in repr(options)
    assert "secret" not in repr(Client(options))


def test_builder_gives_the_same_as_names() -> None:
    """Every method of the seed's builder."""
    telemetry = Telemetry(file_path="x.json")

    def lister() -> list[Any]:
        return []

    client = (
        Client.builder()
        .cli_path("/cli")
        .cli_args(["a"])
        .cli_arg("b")
        .cwd("/work")
        .port(5)
        .use_stdio(False)
        .log_level("debug")
        .auto_start(False)
        .auto_restart(False)
        .env("A", "1")
        .env("B", "2")
        .base_directory("/home")
        .github_token("t")
        .use_logged_in_user(False)
        .connection_token("c")
        .allow_tools(["write"])
        .allow_tool("read")
        .deny_tools(["url"])
        .deny_tool("shell(rm)")
        .allow_all_tools()
        .telemetry(telemetry)
        .on_list_models(lister)
        .build()
    )

    assert client.options == ClientOptions(
        cli_path=Path("/cli"),
        cli_args=("a", "b"),
        cwd=Path("/work"),
        port=5,
        use_stdio=False,
        log_level="debug",
        auto_start=False,
        auto_restart=False,
        env={"A": "1", "B": "2"},
        copilot_home=Path("/home"),
        github_token="t",
        use_logged_in_user=False,
        connection_token="c",
        allow_tools=("write", "read"),
        deny_tools=("url", "shell(rm)"),
        allow_all_tools=True,
        telemetry=telemetry,
        on_list_models=lister,
    )
    assert Client.builder().cli_url("8080").build().options.cli_url == "8080"


def test_telemetry_is_a_matter_of_variables() -> None:
    """Only what is set."""
    assert Telemetry(otlp_endpoint="http://x", capture_content=False).environment() == {
        "COPILOT_OTEL_ENABLED": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "false",
    }


MCP = PermissionRequest(kind="mcp", server_name="server", tool_name="tool")
OTHER_MCP = PermissionRequest(kind="mcp", server_name="other", tool_name="tool")


def shell(command: str) -> PermissionRequest:
    """A command."""
    return PermissionRequest(kind="shell", full_command_text=command)


@pytest.mark.parametrize(
    ("rule", "request_", "allowed"),
    [
        ("shell", shell("rm -rf /"), True),
        ("shell(git status)", shell("git status"), True),
        ("shell(git status)", shell("git status -s"), False),
        ("shell(git:*)", shell("git log"), True),
        ("shell(git:*)", shell("github"), False),
        ("shell(git:*)", shell("git log; rm x"), False),
        ("shell(git:*)", shell("git log > x"), False),
        ("shell(git:*)", shell("git log $(rm x)"), False),
        ("write", PermissionRequest(kind="write", file_name="/x"), True),
        ("write(/x)", PermissionRequest(kind="write", file_name="/y"), False),
        ("read", PermissionRequest(kind="write", file_name="/y"), False),
        (
            "server(tool)",
            MCP,
            True,
        ),
        ("server", MCP, True),
        (
            "server(tool)",
            OTHER_MCP,
            False,
        ),
        ("my_tool", PermissionRequest(kind="custom-tool", tool_name="my_tool"), True),
        ("my_tool", PermissionRequest(kind="custom-tool", tool_name="your_tool"), False),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_allow_rules_let_through_exactly_what_they_say(
    rule: str, request_: PermissionRequest, *, allowed: bool
) -> None:
    """A prefix never lets a line with a shell operator through."""
    policy = tool_rules.policy(allow=[rule], deny=[], allow_all=False)
    assert policy is not None

    answer = policy(PendingRequest(id="r", kind="permission", permission=request_))

    assert (answer is not None and answer.approved) is allowed


@pytest.mark.parametrize(
    ("rule", "command", "denied"),
    [
        ("shell(rm)", "rm -rf x", True),
        ("shell(rm:*)", "ls; rm x", True),
        ("shell(rm)", "ls && rm x", True),
        ("shell(rm)", "rmdir x", False),
        ("shell", "anything", True),
        ("write", "anything", False),
    ],
)
def test_deny_rules_win_in_every_segment(rule: str, command: str, *, denied: bool) -> None:
    """Over every allow rule; the model reads why and goes on."""
    policy = tool_rules.policy(allow=["shell"], deny=[rule], allow_all=True)
    assert policy is not None

    answer = policy(PendingRequest(id="r", kind="permission", permission=shell(command)))

    assert answer is not None
    assert answer.approved is not denied
    assert answer.by == (f"rule {rule}" if denied else "rule shell")


def test_rules_leave_the_rest_to_others() -> None:
    """Questions, paths outside of the folder, and everything without rules."""
    assert tool_rules.policy(allow=[], deny=[], allow_all=False) is None
    policy = tool_rules.policy(allow=["read"], deny=[], allow_all=False)
    assert policy is not None
    read = PermissionRequest(kind="read", path="/etc/passwd")

    assert policy(PendingRequest(id="q", kind="user_input")) is None
    assert policy(PendingRequest(id="r", kind="permission", permission=shell("ls"))) is None
    outside = PendingRequest(id="r", kind="permission", permission=read, prompt={"kind": "path"})
    assert policy(outside) is None


@pytest.mark.parametrize("url", ["8080", "127.0.0.1:8080", "[::1]:8080", "localhost:1"])
def test_this_host_needs_no_warning(url: str) -> None:
    """What is said does not leave it."""
    options_of(cli_url=url)


@pytest.mark.parametrize("url", ["example.org:8080", "http://10.0.0.1:8080"])
def test_another_host_is_warned_of(url: str) -> None:
    """Plain TCP shows the token and the conversation to the network."""
    with pytest.warns(UserWarning, match="unencrypted"):
        options_of(cli_url=url)
