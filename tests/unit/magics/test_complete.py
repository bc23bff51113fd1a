"""What Tab offers in our magics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from copilot_nb.data.privacy import PrivacyRule
from copilot_nb.magics.commands import COMMANDS
from copilot_nb.magics.offers import completions, fragment
from copilot_nb.notebook import current

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%copilot mo", ["models", "model", "mode"]),
        ("%copilot ", list(COMMANDS)),
        ("  %copilot st", ["steer", "stop", "status"]),
        ("%copilot ask --m", ["--model", "--mode"]),
        (
            "%copilot provider --",
            ["--model", "--key-env", "--ask-key", "--api-version", "--wire-api", "--save"],
        ),
        ("%copilot provider o", ["openai", "ollama"]),
        ("%copilot provider ollama o", []),
        ("%copilot help prov", ["provider"]),
        ("%copilot new ", []),
        ("%copilot nothing ", []),
        ("%%copilot --o", ["--out"]),
        ("%%copilot -- --o", []),
        ("%%copilot some text", []),
        ("%%copilot --model m --ef", ["--effort"]),
        ("%%copilot --effort h", ["high"]),
        ("%%copilot --effort=h", ["--effort=high"]),
        ("%%copilot --attach 'a b' --mode pl", ["plan"]),
        ("%%copilot --tools run_c", ["run_code"]),
        ("%copilot mode a", ["autopilot", "allow-all"]),
        ("%copilot mcp re", ["remove", "restart"]),
        ("%copilot allow shell git log --e", ["--everywhere"]),
        ("%copilot allow s", ["shell"]),
        ("%copilot config code", ["code_timeout"]),
        ("%copilot config tr", ["trust"]),
        ("%copilot config view ", ["auto", "widget", "plain", "static", "terminal", "default"]),
        ("%copilot config context f", ["full"]),
        ("%copilot config audit ", ["yes", "no", "default"]),
        ("%copilot config provider o", ["openai", "ollama"]),
        ("%copilot config policy a", ["ask", "allow"]),
        ("%copilot config budget_day ", ["off", "default"]),
        ("%copilot config budget_day 200k t", []),
        ("%copilot config trust ", []),
        ("%copilot allow tool run_c", ["run_code"]),
        ("%copilot deny shell run_c", []),
        ("%%copilot --tools run_code,list_v", ["run_code,list_variables"]),
        ("%copilot agents use s", ["standard"]),
        ("table = %copilot usage d", ["day"]),
        ("x = y = %copilot usage d", None),
        ("%copilot resume ", []),
        ("%copilot", None),
        ("%copilotx ", None),
        ("print(", None),
        ("a %copilot ", None),
    ],
)
def test_tab_offers_what_may_follow(text: str, offered: list[str] | None) -> None:
    """Subcommands, options, and values that are known without asking anybody; None elsewhere."""
    assert completions(text) == offered


async def test_names_are_those_that_lists_have_shown(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked for them while somebody types; what has blanks is quoted."""
    talk.conversation.known.sessions = ("My first talk", "Mine", "0a1b")
    talk.conversation.known.models = ("gpt-5", "gpt-5-mini")
    talk.conversation.known.servers = ("files",)
    talk.conversation.known.agents = ("critic",)
    talk.conversation.known.skills = ("plots",)
    monkeypatch.setattr(current, "_conversations", [talk.conversation])

    assert completions("%copilot resume M") == ["'My first talk'", "Mine"]
    assert completions("%copilot resume 'My f") == ["'My first talk'"]
    assert completions("%copilot delete My first t") == []
    assert completions("%copilot delete My first --") == ["--yes"]
    assert completions("%%copilot --session 0") == ["0a1b"]
    assert completions("%copilot model gpt") == ["gpt-5", "gpt-5-mini"]
    assert completions("%copilot mcp restart ") == ["files"]
    assert completions("%copilot agents use c") == ["critic"]
    assert completions("%copilot skills off ") == ["plots"]
    assert talk.starts == []


async def test_rules_are_offered_to_be_removed(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not columns, which may have none."""
    monkeypatch.setenv("COPILOT_NB_PRIVACY", "nowhere.toml")
    talk.conversation.privacy.add(PrivacyRule("deny", "*mail*"), save=False)
    monkeypatch.setattr(current, "_conversations", [talk.conversation])

    assert completions("%copilot privacy remove ") == ["'*mail*'"]
    monkeypatch.setattr(current, "_conversations", [])
    assert completions("%copilot privacy remove ") == []


def test_names_and_files_are_those_that_are_there(
    running_shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables of the user's, and files of the folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my notes.txt").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").touch()
    running_shell.user_ns["stations"] = 1

    assert completions("%%copilot --out stat") == ["stations"]
    assert completions("%%copilot --attach ") == ["data/", "'my notes.txt'"]
    assert completions("%%copilot --attach data/") == ["data/a.csv"]
    assert completions("%copilot skills add da") == ["data/"]


@pytest.fixture
def tables(running_shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shell with a table, a function and a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dfs.csv").touch()
    before = dict(running_shell.user_ns)
    running_shell.user_ns["df"] = pd.DataFrame({"name": ["Ann"], "two words": [1]})
    exec("def dense(): ...", running_shell.user_ns)  # noqa: S102 - the test's own
    yield running_shell
    running_shell.user_ns.clear()
    running_shell.user_ns.update(before)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%copilot explain d", ["dense()", "df", '@"dfs.csv"']),
        ("%copilot explain df.n", ["df.name"]),
        ("%copilot explain df what ", []),
        ("%copilot privacy deny df.", ["df.name", "'df.two words'"]),
        ("%copilot privacy deny 'df.tw", ["'df.two words'"]),
        ("%copilot privacy mask ssn na", ["name"]),
        ("%copilot privacy mask d", ["df."]),
        ("%copilot privacy deny dense.", []),
    ],
)
def test_names_of_the_notebook_come_first(tables: Any, text: str, offered: list[str]) -> None:
    """Variables and functions before files; columns for a privacy rule, quoted if needed."""
    assert tables is not None

    assert completions(text) == offered


async def test_the_model_that_is_set_is_offered_first(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether or not there is a conversation yet, and before those that a list has shown."""
    monkeypatch.setenv("COPILOT_NB_MODEL", "my-model")
    monkeypatch.setenv("COPILOT_NB_PROVIDER", "ollama")
    monkeypatch.setattr(current, "_conversations", [])
    before = completions("%%copilot --model ")
    talk.conversation.known.models = ("gpt-5", "mine")
    await talk.conversation.use_model("mine")
    monkeypatch.setattr(current, "_conversations", [talk.conversation])

    assert before == ["my-model"]
    assert completions("%%copilot --model=") == ["--model=mine", "--model=gpt-5"]


@pytest.mark.parametrize(
    ("text", "typed"), [("%copilot resume 'My f", "'My f"), ("%copilot a", "a"), ("%copilot ", "")]
)
def test_an_open_quotation_mark_belongs_to_the_word(text: str, typed: str) -> None:
    """What is offered takes the place of all of it."""
    assert fragment(text) == typed
