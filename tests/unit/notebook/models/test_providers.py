"""Where the model answers: who wins, and that keys stay where they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.models.providers import PRESETS, Source, parse, resolve
from copilot_nb.notebook.settings import Settings

RUNTIMES = {"COPILOT_PROVIDER_BASE_URL": "http://127.0.0.1:1234/v1/", "COPILOT_MODEL": "m"}


def source(chosen: Source | None = None, /, **environ: str) -> Source:
    """What applies in that environment."""
    settings = Settings(environ=environ)
    settings.choose("provider", chosen, "%copilot provider")
    return resolve(settings)


def test_what_somebody_set_wins() -> None:
    """`%copilot provider` over COPILOT_NB_PROVIDER over the runtime's variables over an account."""
    chosen = parse("http://here/v1", "set by %copilot provider")
    token = {"COPILOT_GITHUB_TOKEN": "t"}

    assert source(chosen, COPILOT_NB_PROVIDER="demo", **RUNTIMES, **token) == chosen
    assert source(COPILOT_NB_PROVIDER="demo", **RUNTIMES, **token) == Source(
        "demo", "COPILOT_NB_PROVIDER"
    )
    assert source(**RUNTIMES, **token) == Source(
        "openai", "COPILOT_PROVIDER_BASE_URL", base_url="http://127.0.0.1:1234/v1", model="m"
    )
    assert source(**token).reason == "token in COPILOT_GITHUB_TOKEN"
    assert source() == Source("account", "nothing else is set")


def test_tokens_are_taken_in_the_runtimes_order() -> None:
    """COPILOT_GITHUB_TOKEN, then GH_TOKEN, then GITHUB_TOKEN."""
    assert source(GITHUB_TOKEN="a", GH_TOKEN="b").key_variable == "GH_TOKEN"
    assert source(GITHUB_TOKEN="a", GH_TOKEN="").key_variable == "GITHUB_TOKEN"


def test_the_runtimes_variables_are_all_read() -> None:
    """Type, key and Azure's version; a bearer token goes before a key."""
    found = source(
        COPILOT_PROVIDER_BASE_URL="https://x.openai.azure.com",
        COPILOT_PROVIDER_TYPE="azure",
        COPILOT_PROVIDER_API_KEY="k",
        COPILOT_PROVIDER_BEARER_TOKEN="b",
        COPILOT_PROVIDER_AZURE_API_VERSION="2024-10-21",
        COPILOT_PROVIDER_WIRE_API="responses",
        COPILOT_MODEL="gpt",
    )
    config = found.config({"COPILOT_PROVIDER_BEARER_TOKEN": "b"})

    assert config.to_wire() == {
        "type": "azure",
        "baseUrl": "https://x.openai.azure.com",
        "azure": {"apiVersion": "2024-10-21"},
        "wireApi": "responses",
        "bearerToken": "b",
    }


def test_a_name_stands_for_its_usual_place() -> None:
    """Ollama needs no key, OpenAI's is in the usual variable."""
    ollama = parse("ollama", "typed")
    openai = parse("openai", "typed")

    assert ollama.config({}).to_wire() == {"type": "openai", "baseUrl": "http://127.0.0.1:11434/v1"}
    assert openai.config({"OPENAI_API_KEY": "k"}).to_wire() == {
        "type": "openai",
        "baseUrl": "https://api.openai.com/v1",
        "apiKey": "k",
    }


def test_an_account_that_is_named_is_asked_with_the_token_that_is_set() -> None:
    """As one that nobody has named; but for a login, and for a token that was named."""
    account, demo = parse("account", "typed"), parse("demo", "typed")
    login, by_file = (
        replace(account, stored=True),
        replace(account, key_file=str(Path("token.txt").absolute())),
    )

    assert source(account, GH_TOKEN="made-up") == Source(
        "account", "typed, token in GH_TOKEN", key_variable="GH_TOKEN"
    )
    assert source(COPILOT_NB_PROVIDER="account", GH_TOKEN="made-up").key_variable == "GH_TOKEN"
    assert source(account) == account
    assert [source(each, GH_TOKEN="made-up") for each in (demo, login, by_file)] == [
        *(demo, login, by_file)
    ]


def test_a_missing_key_is_said_before_anything_is_sent() -> None:
    """The error names the variable, and how to fill it without typing the key into a cell."""
    with pytest.raises(ConfigError, match="ANTHROPIC_API_KEY is not set") as caught:
        parse("anthropic", "typed").config({})

    assert "getpass" in caught.value.hint
    token = replace(parse("account", "typed"), key_variable="NOPE")
    with pytest.raises(ConfigError, match="There is no token: NOPE is not set") as caught:
        token.check({})
    assert "--key-env" not in caught.value.hint
    assert "`%copilot login`" in caught.value.hint


def test_a_server_on_this_host_may_do_without_its_key() -> None:
    """Local servers mostly ignore it."""
    local = replace(parse("http://localhost:8000/v1", "typed"), key_variable="KEY")

    assert local.key({}) is None
    assert local.key({"KEY": "k"}) == local.key({"KEY": " k\n"}) == "k"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("olama", "'olama' is no provider."),
        ("ftp://host/v1", "'ftp://host/v1' is not an http(s) URL."),
        ("http://", "'http://' is not an http(s) URL."),
        ("http://me:secret@host/v1", "The provider's URL holds a user name or password."),
        ("https://host/v1?api_key=secret", "The provider's URL does not end with its path."),
    ],
)
def test_what_is_no_provider_is_refused(spec: str, message: str) -> None:
    """And a password in a URL is not repeated in the message."""
    with pytest.raises(ConfigError) as caught:
        parse(spec, "typed")

    assert caught.value.message == message
    assert caught.value.hint


def test_an_unknown_type_is_refused() -> None:
    """The runtime would silently take it for OpenAI."""
    with pytest.raises(ConfigError, match="COPILOT_PROVIDER_TYPE is 'gemini'"):
        source(**RUNTIMES, COPILOT_PROVIDER_TYPE="gemini")


def test_the_model_is_the_setting_or_the_places_own() -> None:
    """What is set for us wins over what the runtime's variables say."""
    chosen = parse("http://here/v1", "typed")

    assert source(chosen, COPILOT_NB_MODEL="env").model == "env"
    assert source(**RUNTIMES).model == "m"
    assert source(**RUNTIMES, COPILOT_NB_MODEL="env").model == "env"


def test_a_later_config_wins_over_a_subcommand() -> None:
    """For the place and its model, as for every setting."""
    config: dict[str, str] = {}
    settings = Settings(config.get, {})
    settings.choose("provider", parse("ollama", "typed"), "%copilot provider")
    settings.choose("model", "mine", "%copilot model")
    assert (resolve(settings).kind, resolve(settings).model) == ("ollama", "mine")

    config |= {"provider": "demo", "model": "gpt-8"}

    assert resolve(settings) == Source("demo", "%config Copilot.provider", model="gpt-8")


def test_a_place_is_written_as_it_is_typed() -> None:
    """A name, a URL, or both: so settings show it."""
    azure = replace(parse("azure", "typed"), base_url="https://me.openai.azure.com")

    assert [str(parse(each, "typed")) for each in ("demo", "ollama", "http://here/v1")] == [
        *("demo", "ollama", "http://here/v1")
    ]
    assert str(azure) == "azure https://me.openai.azure.com"


def test_only_an_account_needs_the_network_of_the_runtime() -> None:
    """All others start it offline."""
    assert [kind for kind in PRESETS if not parse(kind, "").own] == ["account"]


def test_a_place_is_told_in_a_few_words() -> None:
    """For the status, and without keys."""
    assert parse("account", "").place == "Copilot account"
    assert parse("demo", "").place == "demo model (offline)"
    assert parse("ollama", "").place == "ollama at http://127.0.0.1:11434/v1"
