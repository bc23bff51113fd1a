"""A setting comes from the line, `%config`, the environment, or its default, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.settings import SETTINGS, Settings, Value, checked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def settings(config: Mapping[str, object] | None = None, /, **environ: str) -> Settings:
    """Settings with nothing else set."""
    return Settings((config or {}).get, environ)


def test_the_line_wins_over_config_over_the_environment_over_the_default() -> None:
    """And each value says where it came from."""
    config = {"model": "configured"}

    assert settings(config, COPILOT_NB_MODEL="env").find("model", "typed") == Value(
        "typed", "--model"
    )
    assert settings(config, COPILOT_NB_MODEL="env").find("model") == Value(
        "configured", "%config Copilot.model"
    )
    assert settings(COPILOT_NB_MODEL="env").find("model") == Value("env", "COPILOT_NB_MODEL")
    assert settings().find("model") == Value(None, "default")
    assert not settings().find("model").given


def test_empty_is_not_set() -> None:
    """An emptied trait or variable falls through to the next source."""
    assert settings({"model": ""}, COPILOT_NB_MODEL="env").get("model", "") == "env"
    assert settings(COPILOT_NB_VIEW="").get("view") == "auto"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("timeout", "2.5", 2.5),
        ("view", "plain", "plain"),
        ("instructions", "No", False),
        ("instructions", "1", True),
    ],
)
def test_text_is_read_as_what_the_setting_is(name: str, text: str, value: object) -> None:
    """Seconds are numbers, flags are yes or no."""
    assert Settings(environ={f"COPILOT_NB_{name.upper()}": text}).get(name) == value


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("timeout", "soon", "It takes a number of seconds."),
        ("timeout", "-1", "It takes a positive number of seconds."),
        ("timeout", "inf", "It takes a positive number of seconds."),
        ("view", "fancy", "It takes one of auto, widget, plain, static, terminal."),
        ("instructions", "perhaps", "It takes yes or no."),
    ],
)
def test_a_wrong_value_names_key_value_and_what_is_allowed(name: str, text: str, hint: str) -> None:
    """Nobody has to look it up."""
    variable = f"COPILOT_NB_{name.upper()}"

    with pytest.raises(ConfigError) as caught:
        Settings(environ={variable: text}).get(name)

    assert caught.value.message == f"{variable} is {text!r}."
    assert caught.value.hint == hint


def test_every_setting_says_what_it_means() -> None:
    """The documentation is made of these sentences."""
    assert [s.name for s in SETTINGS if not s.help.endswith(".")] == []


def test_a_profile_is_weaker_than_the_environment() -> None:
    """`%config` sets the same trait, and is stronger once it says something else."""
    profile = {"model": "weak", "timeout": 5.0}
    config = dict(profile)
    found = Settings(config.get, {"COPILOT_NB_MODEL": "env"}, profile.get)

    assert found.find("model") == Value("env", "COPILOT_NB_MODEL")
    assert found.find("timeout") == Value(5.0, "c.Copilot.timeout in IPython's profile")
    config["model"] = "typed"
    assert found.find("model") == Value("typed", "%config Copilot.model")


def test_a_project_is_weaker_than_the_environment_and_stronger_than_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is trusted."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".copilot-nb.toml"
    lines = ("timeout = 7", "model = 'project'", "[privacy]", "deny = ['ssn']")
    file.write_text("\n".join(lines))
    environ = {"COPILOT_NB_STATE": str(tmp_path / "state"), "COPILOT_NB_MODEL": "env"}
    profile = {"timeout": 5.0}
    found = Settings(profile.get, environ, profile.get)
    assert found.get("timeout") == 5.0

    found.project.trust(checked)

    assert found.find("timeout") == Value(7.0, f"timeout in {file}")
    assert found.get("model") == "env"


def test_what_a_subcommand_chose_lasts_until_config_changes() -> None:
    """Or until it is taken back."""
    config: dict[str, object] = {"policy": "ask"}
    found = settings(config, COPILOT_NB_POLICY="deny")
    found.choose("policy", "allow", "%copilot mode allow-all")
    assert found.find("policy") == Value("allow", "%copilot mode allow-all")

    config["policy"] = "deny"
    assert found.get("policy") == "deny"
    config["policy"] = "ask"
    assert found.find("policy") == Value("ask", "%config Copilot.policy")
    found.choose("timeout", "3", "%copilot config timeout")
    assert found.get("timeout") == 3.0
    found.choose("timeout", None, "%copilot config timeout")
    assert found.get("timeout") is None
    with pytest.raises(ConfigError):
        found.choose("timeout", "soon", "%copilot config timeout")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("provider", "olama", "here: 'olama' is no provider.\nDid you mean ollama?"),
        ("provider", "http://me:secret@x/v1", "here: The provider's URL holds a user name"),
        ("policy", "permit", "here is 'permit', which cannot be read.\nIt takes ask, deny,"),
        ("budget_day", "lots", "here is 'lots'.\nIt takes 5 (AI credits), 200k tokens,"),
        ("prices", "abc", "here says 'abc'.\nIt takes MODEL=IN/OUT in dollars"),
        ("cli_path", "/nowhere", "here is '/nowhere'.\nIt takes the path of the Copilot CLI's"),
    ],
)
def test_what_cannot_be_meant_is_not_chosen(name: str, value: str, message: str) -> None:
    """The value that was set before stays, and a password in a URL is not repeated."""
    found = settings()

    with pytest.raises(ConfigError) as caught:
        found.choose(name, value, "here")

    assert str(caught.value).startswith(message)
    assert "secret" not in str(caught.value)
    assert not found.find(name).given


def test_what_is_tried_stays_unless_it_fails() -> None:
    """Then what was chosen before is back."""
    found = settings()
    found.choose("model", "old", "here")

    with pytest.raises(KeyError), found.trying("model", "new", "there"):
        raise KeyError
    assert found.find("model") == Value("old", "here")
    with found.trying("model", "new", "there"):
        pass
    assert found.find("model") == Value("new", "there")
