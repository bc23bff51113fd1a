"""What the doctor looks at, and what it says of each part."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import AuthenticationError, CliNotFoundError
from copilot_nb.notebook.care.doctor import Finding, examine
from copilot_nb.notebook.care.reach import reach
from copilot_nb.notebook.models.providers import parse
from copilot_nb.testing.model import ScriptedModel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.notebook.conftest import Talk


@pytest.fixture
def cli(tmp_path: Path, talk: Talk) -> Path:
    """A file where the CLI would be."""
    path = tmp_path / "copilot"
    path.touch()
    talk.environ["COPILOT_NB_CLI_PATH"] = str(path)
    return path


async def findings(talk: Talk, **options: bool) -> dict[str, Finding]:
    """By check; the first of each."""
    found: dict[str, Finding] = {}
    for each in await examine(talk.conversation, **options):
        found.setdefault(each.check, each)
    return found


@pytest.mark.usefixtures("cli")
async def test_everything_is_looked_at_in_order(talk: Talk) -> None:
    """With the model's server answering."""
    async with ScriptedModel() as model:
        talk.environ["COPILOT_NB_PROVIDER"] = model.url
        found = await findings(talk)

    assert list(found) == [
        *("Python", "IPython", "ipykernel", "anywidget", "front end", "settings", "files"),
        *("approvals", "runtime", "start", "sign-in", "provider", "model"),
    ]
    assert {each.state for each in found.values()} <= {"ok", "note"}
    assert found["front end"].state == "note"
    assert "nobody can answer" in found["front end"].detail
    assert found["start"].detail.startswith("version 1.0.102, protocol 3, started in")
    assert found["sign-in"].detail.startswith("not needed: openai at")
    assert "answers in" in found["provider"].detail
    assert "first token after" in found["model"].detail
    assert talk.called("session.delete")


@pytest.mark.usefixtures("cli")
async def test_a_server_that_is_not_there_is_a_problem(talk: Talk) -> None:
    """And the model is not asked then."""
    found = await findings(talk, page=False)

    assert found["provider"].state == "problem"
    assert "cannot be reached" in found["provider"].detail
    assert found["provider"].fix
    assert "model" not in found
    assert "front end" not in found


async def test_a_missing_runtime_says_how_to_get_it(talk: Talk, tmp_path: Path) -> None:
    """With the way that its error names."""
    talk.environ["COPILOT_NB_CLI_PATH"] = str(tmp_path / "nothing")

    seen = await findings(talk)

    found = seen["runtime"]
    assert "start" not in seen
    assert found.state == "problem"
    assert "no such file" in found.detail
    assert found.fix


@pytest.mark.usefixtures("cli")
async def test_settings_that_cannot_be_meant_are_named(talk: Talk) -> None:
    """And variables that are none of ours."""
    talk.environ |= {
        "COPILOT_NB_TIMEOUT": "soon",
        "COPILOT_NB_BUDGET_DAY": "much",
        "COPILOT_NB_MODLE": "x",
    }

    said = [each for each in await examine(talk.conversation) if each.check == "settings"]

    assert [each.detail for each in said] == [
        "COPILOT_NB_TIMEOUT is 'soon'.",
        "COPILOT_NB_BUDGET_DAY is 'much'.",
        "COPILOT_NB_MODLE is no setting",
    ]
    assert [each.state for each in said] == ["problem", "problem", "note"]
    assert all(each.fix for each in said)


@pytest.mark.usefixtures("cli")
async def test_what_allows_everything_is_pointed_out(talk: Talk) -> None:
    """It is no error, but somebody should know."""
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    allowing = (await findings(talk))["approvals"]
    talk.environ["COPILOT_NB_POLICY"] = "/nowhere.toml"
    broken = (await findings(talk))["approvals"]

    assert (allowing.state, broken.state) == ("note", "problem")
    assert "everything is allowed" in allowing.detail
    assert allowing.fix == "Unset COPILOT_NB_POLICY to be asked."


@pytest.mark.usefixtures("cli")
async def test_an_account_is_not_asked_unless_that_is_wanted(talk: Talk) -> None:
    """Nobody is signed in here."""
    talk.environ["COPILOT_NB_PROVIDER"] = "account"

    found = await findings(talk)

    assert found["sign-in"].state == "problem"
    assert "%copilot login" in found["sign-in"].fix
    assert "model" not in found


async def test_a_problem_is_what_its_error_says() -> None:
    """Message and next step."""
    error = CliNotFoundError("Gone.")

    assert Finding.of("runtime", error) == Finding("runtime", "problem", "Gone.", error.hint)
    assert AuthenticationError("x").hint


async def test_a_servers_answer_is_a_status() -> None:
    """Whatever it is; the key goes where that provider wants it."""
    async with ScriptedModel() as model:
        source = parse(model.url, "test")
        fine = await asyncio.to_thread(reach, source, "key", 5.0)
        lost = await asyncio.to_thread(
            reach, replace(source, base_url=f"{model.url}/nowhere"), None, 5.0
        )
        other = await asyncio.to_thread(
            reach, replace(source, kind="anthropic", base_url=model.origin), "key", 5.0
        )

    assert (fine, lost, other) == (200, 404, 200)
    assert "cannot be reached" in str(await asyncio.to_thread(reach, source, None, 5.0))


async def test_a_key_that_no_header_may_hold_is_not_told() -> None:
    """The library's own words would quote it."""
    source = replace(parse("http://127.0.0.1:9/v1", "test"), key_variable="KEY")

    said = await asyncio.to_thread(reach, source, "sk-secret\nkey", 5.0)

    assert "secret" not in str(said)
    assert "KEY" in str(said)
