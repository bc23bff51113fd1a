"""Each subcommand, called as its line would call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.magics.commands import COMMANDS
from copilot_nb.notebook.settings import Settings
from copilot_nb.notebook.toolbox import ToolTable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


async def say(talk: Talk, line: str) -> Any:
    """What `%copilot line` returns."""
    name, _, rest = line.partition(" ")
    command = COMMANDS[name]
    arguments = command.parse(rest) | dict.fromkeys(command.injected, talk.conversation)
    result = command.function(**arguments)
    return await result if hasattr(result, "__await__") else result


async def test_status_is_a_list_of_facts(talk: Talk) -> None:
    """One per line, in columns."""
    lines = str(await say(talk, "status")).splitlines()

    assert [line.split()[0] for line in lines] == [
        *("runtime", "provider", "model", "mode", "session", "folder", "approvals")
    ]
    assert "openai at http://127.0.0.1:1/v1, model scripted (COPILOT_NB_PROVIDER)" in lines[1]


async def test_ask_asks_with_its_options(talk: Talk) -> None:
    """A new conversation, another model, a bound name."""
    await say(talk, "ask One?")
    await say(talk, "ask --new --model other --out turn what is {this}?")

    assert "what is {this}?" in talk.told
    assert "One?" not in talk.told
    assert talk.called("session.create")[-1]["model"] == "other"


@pytest.mark.parametrize(
    "line", ["ask", "ask --new", "ask --out 1x hi", "provider --model x", "agents use"]
)
async def test_what_lacks_its_main_word_is_refused(talk: Talk, line: str) -> None:
    """And nothing has changed or started."""
    with pytest.raises(UsageError):
        await say(talk, line)

    assert talk.starts == []


async def test_provider_shows_and_chooses(talk: Talk) -> None:
    """With a URL of its own, a variable for the key, and Azure's version."""
    talk.environ["MY_KEY"] = "made-up"
    line = "provider azure https://x.openai.azure.com/ --model d --key-env MY_KEY"

    chosen = await say(talk, f"{line} --api-version v --wire-api responses")
    await say(talk, "ask hello")

    expected = "azure at https://x.openai.azure.com, model d, key from MY_KEY"
    assert str(chosen).splitlines() == [
        f"{expected} (set by %copilot provider)",
        "It holds until the kernel ends; `--save` keeps it for all your notebooks.",
    ]
    assert str(await say(talk, "provider")).startswith(expected)
    assert talk.called("session.create")[-1]["provider"] == {
        "type": "azure",
        "baseUrl": "https://x.openai.azure.com",
        "azure": {"apiVersion": "v"},
        "wireApi": "responses",
        "apiKey": "made-up",
    }


@pytest.mark.parametrize("typed", ["sk-abc", "ghp_abc", "AKIA 1"])
async def test_a_key_on_the_line_is_refused(talk: Talk, typed: str) -> None:
    """It is not repeated in the message either."""
    with pytest.raises(UsageError, match="takes the name of an environment variable") as caught:
        await say(talk, f"provider openai --key-env '{typed}'")

    assert typed not in str(caught.value)


async def test_a_provider_without_its_url_is_refused(talk: Talk) -> None:
    """Azure has no usual place."""
    talk.environ["AZURE_OPENAI_API_KEY"] = "made-up"

    with pytest.raises(ConfigError, match="azure needs the URL of its server"):
        await say(talk, "provider azure --model d")


async def test_model_shows_and_switches(talk: Talk) -> None:
    """From the next turn on."""
    before = await say(talk, "model")
    switched = await say(talk, "model other")

    assert str(before) == "Model: scripted."
    assert str(switched) == "Model other, from the next turn on."
    assert str(await say(talk, "model")) == "Model: other."


async def test_model_and_provider_have_one_precedence(talk: Talk) -> None:
    """Whatever sets them: the newest counts, and settings say what counts and who set it."""

    async def row(name: str) -> tuple[object, ...]:
        (found,) = await say(talk, f"config {name}")
        return found["value"], found["from"]

    await say(talk, "model gpt-9")
    assert await row("model") == ("gpt-9", "%copilot model")
    await say(talk, "config model gpt-7")
    assert "gpt-7" in str(await say(talk, "model"))

    await say(talk, "provider http://127.0.0.1:9/v1 --model mine")
    assert await row("provider") == ("http://127.0.0.1:9/v1", "%copilot provider")
    assert await row("model") == ("mine", "%copilot provider")
    await say(talk, "config provider demo")
    assert str(await say(talk, "provider")).startswith("demo model (offline), model scripted")
    await say(talk, "config provider default")
    assert await row("provider") == ("http://127.0.0.1:1/v1", "COPILOT_NB_PROVIDER")
    assert await row("model") == ("scripted", "COPILOT_NB_MODEL")


async def test_what_is_set_says_how_long_it_holds(talk: Talk, tmp_path: Path) -> None:
    """And with --save it is there in the next kernel."""
    file = tmp_path / "state" / "settings.toml"
    until = await say(talk, "config timeout 60")
    always = await say(talk, "config audit on --save")
    place = await say(talk, "provider http://127.0.0.1:9/v1 --model mine --save")

    assert until.note == "It holds until the kernel ends; `--save` keeps it for all your notebooks."
    assert always.note == f"It holds in all your notebooks, by {file}."
    others = "COPILOT_NB_PROVIDER or COPILOT_NB_MODEL"
    assert str(place).endswith(f"{always.note[:-1]}, except where {others} says otherwise.")
    later = Settings(lambda _: None, {"COPILOT_NB_STATE": str(tmp_path / "state")})
    assert (later.get("timeout"), later.get("audit"), later.get("model")) == (None, True, "mine")
    assert str(later.get("provider")) == "http://127.0.0.1:9/v1"
    with pytest.raises(UsageError, match="--save needs a NAME and a VALUE"):
        await say(talk, "config --save")


@pytest.mark.parametrize("quote", ['"{}"', "'{}'", "{}"])
async def test_a_value_with_blanks_may_be_quoted(talk: Talk, tmp_path: Path, quote: str) -> None:
    """As Tab writes it, with options behind it or not."""
    program = tmp_path / "my app" / "copilot"
    program.parent.mkdir()
    program.touch()
    typed = quote.format(program.as_posix())

    for line in (f"config cli_path {typed}", f"config cli_path {typed} --save"):
        await say(talk, line)
        assert talk.conversation.settings.get("cli_path") == str(program)
        await say(talk, "config cli_path default")


async def test_new_and_stop_say_what_they_did(talk: Talk) -> None:
    """In a sentence."""
    assert str(await say(talk, "new")) == "New conversation; it begins with the next turn."
    assert str(await say(talk, "stop")) == "Nothing runs."
    assert str(await say(talk, "reset --off")) == "The runtime does not run."
    await say(talk, "ask hello")
    assert str(await say(talk, "stop")) == "Nothing runs."
    assert str(await say(talk, "reset --off")) == "The runtime has ended."


async def test_tools_are_a_table(talk: Talk) -> None:
    """That can be used as a value, and whose names Tab knows from then on."""
    table = await say(talk, "tools")

    assert isinstance(table, ToolTable)
    assert {"run_code", "bash"} <= {tool.name for tool in table}
    assert "run_code" in talk.conversation.known.tools


async def test_help_lists_all_and_tells_of_one(talk: Talk) -> None:
    """An unknown name is answered with the nearest."""
    everything = str(await say(talk, "help"))

    assert [name for name in COMMANDS if f"  {name}" not in everything] == []
    assert str(await say(talk, "help model")) == COMMANDS["model"].help
    with pytest.raises(UsageError, match="There is no subcommand 'provder'") as caught:
        await say(talk, "help provder")
    assert caught.value.hint == "Did you mean provider?"
