"""What the runtime is started with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from copilot_nb.errors import CliNotFoundError
from copilot_nb.session.launch import RuntimeOptions, command_line, environment, program

CLI = Path("/opt/copilot")

HARMLESS = {
    "PATH": "/bin",
    "HOME": "/home/me",
    "LANG": "C",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "https_proxy": "http://proxy:1",
    "NO_PROXY": "localhost",
    "XDG_CACHE_HOME": "/cache",
    "NODE_EXTRA_CA_CERTS": "/ca.pem",
    "GH_HOST": "example.test",
    "COPILOT_HOME": "/copilot",
    "VIRTUAL_ENV": "/venv",
}
SECRET = {
    "GITHUB_TOKEN": "t",
    "GH_TOKEN": "t",
    "COPILOT_GITHUB_TOKEN": "t",
    "COPILOT_SDK_AUTH_TOKEN": "t",
    "AWS_SECRET_ACCESS_KEY": "t",
    "OPENAI_API_KEY": "t",
    "COPILOT_PROVIDER_API_KEY": "t",
    "DATABASE_URL": "t",
    "JPY_SESSION_NAME": "t",
    "NODE_OPTIONS": "--inspect",
    "NODE_DEBUG": "http",
    "COPILOT_CLI_PATH": "/opt/copilot",
    "LD_PRELOAD": "/x.so",
    "PATHOLOGICAL": "t",
}


def test_only_allowed_variables_pass() -> None:
    """What an approved shell command can print holds no secret of the kernel."""
    assert environment(RuntimeOptions(), {**HARMLESS, **SECRET}) == HARMLESS


def test_named_variables_pass_and_given_ones_win() -> None:
    """The user adds names of ours, and values of their own."""
    options = RuntimeOptions(env={"TZ": "CET", "MINE": "1"}, pass_env=("DATABASE_URL", "NOT_SET"))

    chosen = environment(options, {**HARMLESS, **SECRET})

    assert chosen == {**HARMLESS, "TZ": "CET", "MINE": "1", "DATABASE_URL": "t"}


def test_the_token_given_to_us_goes_under_its_own_name() -> None:
    """Only the name that `--auth-token-env` tells carries a token."""
    options = RuntimeOptions(github_token="secret-token")

    words = command_line(CLI, options)

    assert environment(options, SECRET) == {"COPILOT_SDK_AUTH_TOKEN": "secret-token"}
    assert words[words.index("--auth-token-env") + 1] == "COPILOT_SDK_AUTH_TOKEN"
    assert "--secret-env-vars=COPILOT_SDK_AUTH_TOKEN" in words
    assert "secret-token" not in " ".join(words)


def test_an_offline_start_names_a_provider_and_a_model() -> None:
    """The runtime checks for both before it starts without a network."""
    options = RuntimeOptions(offline=True, provider_base_url="http://127.0.0.1:1/v1")

    chosen = environment(options, {})

    assert chosen.pop("COPILOT_MODEL")
    assert chosen == {
        "COPILOT_OFFLINE": "true",
        "COPILOT_PROVIDER_BASE_URL": "http://127.0.0.1:1/v1",
    }


def test_the_home_of_the_runtime_can_be_chosen() -> None:
    """It wins over the one in our environment."""
    options = RuntimeOptions(copilot_home=Path("/elsewhere"))

    assert environment(options, HARMLESS)["COPILOT_HOME"] == str(Path("/elsewhere"))


def test_a_connection_token_is_for_tcp_only() -> None:
    """Over pipes the runtime refuses to be given one."""
    tcp = RuntimeOptions(use_stdio=False, connection_token="t")

    assert environment(tcp, {}) == {"COPILOT_CONNECTION_TOKEN": "t"}
    assert environment(RuntimeOptions(connection_token="t"), {}) == {}


def test_the_usual_command_line() -> None:
    """Headless, over pipes, and never another version than the one found."""
    assert command_line(CLI, RuntimeOptions()) == [
        str(CLI), "--headless", "--no-auto-update", "--log-level", "info", "--stdio",
    ]  # fmt: skip


def test_every_option_has_its_words() -> None:
    """`warn` is what people say; the runtime only takes `warning`."""
    options = RuntimeOptions(
        cli_args=("--first",), log_level="warn", use_stdio=False, port=4000, session_idle_timeout=9
    )

    assert command_line(CLI, options) == [
        str(CLI), "--first", "--headless", "--no-auto-update", "--log-level", "warning",
        "--session-idle-timeout", "9", "--port", "4000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("token", "use_logged_in_user", "logs_in"),
    [
        (None, None, True),
        ("t", None, False),
        (None, False, False),
        ("t", True, True),
    ],
)
def test_the_stored_login_gives_way_to_a_token(
    token: str | None, use_logged_in_user: bool | None, logs_in: bool
) -> None:
    """Unless somebody says otherwise."""
    options = RuntimeOptions(github_token=token, use_logged_in_user=use_logged_in_user)

    assert ("--no-auto-login" not in command_line(CLI, options)) is logs_in


def test_secrets_are_not_in_the_options_repr() -> None:
    """Options end up in logs and tracebacks."""
    options = RuntimeOptions(github_token="s3cret", connection_token="s3cret", env={"K": "s3cret"})

    assert "s3cret" not in repr(options)


def test_javascript_is_run_with_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The npm package's loader is a script; its platform executable is not."""
    node = tmp_path / "node"
    node.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert program(Path("/x/npm-loader.js")) == [str(node), str(Path("/x/npm-loader.js"))]
    assert program(CLI) == [str(CLI)]


def test_javascript_without_node_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names what is missing."""
    monkeypatch.setenv("PATH", os.devnull)

    with pytest.raises(CliNotFoundError, match=r"no `node` on PATH"):
        program(Path("/x/index.js"))
