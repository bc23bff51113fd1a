"""What a person keeps for all their notebooks is what they said, in each of them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from copilot_nb.errors import ConfigError
from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.models.providers import Source, parse
from copilot_nb.notebook.settings import Settings, Value, checked

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_saved_holds_in_the_next_kernel(tmp_path: Path) -> None:
    """Weaker than the environment and stronger than a profile; default forgets it."""
    environ = {"COPILOT_NB_STATE": str(tmp_path / "state")}
    path = tmp_path / "state" / "settings.toml"
    profile = {"timeout": 5.0}
    found = Settings(profile.get, environ, profile.get)
    found.choose("timeout", "60", "here", save=True)
    found.choose("audit", "on", "here", save=True)
    found.choose("model", 'a "name"\\ \x7f', "here", save=True)

    later = Settings(profile.get, environ, profile.get)
    assert later.find("timeout") == Value(60.0, f"timeout in {path}")
    assert (later.get("audit"), later.get("model")) == (True, 'a "name"\\ \x7f')
    assert Settings(lambda _: None, environ | {"COPILOT_NB_TIMEOUT": "7"}).get("timeout") == 7.0

    found.choose("timeout", None, "here", save=True)
    assert Settings(lambda _: None, environ).get("timeout") is None
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o622)
        with pytest.raises(ConfigError, match="can be changed by other users") as caught:
            later.get("audit")
        assert caught.value.hint == f"See what it says, then `chmod 600 {path}`."


def test_a_place_is_saved_without_its_key(tmp_path: Path) -> None:
    """All else of it is there again, and what was changed to nonsense is refused."""
    environ = {"COPILOT_NB_STATE": str(tmp_path), "MY_KEY": "made-up"}
    place = Source("azure", "x", "https://me.openai.azure.com", "", "MY_KEY", "2024-10-21")
    Settings(environ=environ).choose("provider", place, "here", save=True)

    file = tmp_path / "settings.toml"
    found = Settings(environ=environ).get("provider")
    assert found == replace(place, reason=f"provider in {file}")
    assert "made-up" not in file.read_text()
    for text in ("kind = 'other'", "kind = 'azure', key = 'x'", "kind = 'azure', base_url = 5"):
        file.write_text(f"provider = {{ {text} }}")
        with pytest.raises(ConfigError, match="That is no provider"):
            Settings(environ=environ).get("provider")


@pytest.mark.parametrize("name", ["policy", "cli_path", "turns"])
def test_a_path_is_the_same_in_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A project cannot put a file of its own in the place of one that was kept."""
    environ = {"COPILOT_NB_STATE": str(tmp_path / "state")}
    for folder in ("mine", "cloned"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "named").touch()
    monkeypatch.chdir(tmp_path / "mine")
    here = Settings(environ=environ)
    here.choose(name, "named", "here", save=True)

    monkeypatch.chdir(tmp_path / "cloned")

    mine = str(tmp_path / "mine" / "named")
    assert (here.get(name), Settings(environ=environ).get(name)) == (mine, mine)


@pytest.mark.parametrize(
    "line",
    [
        'policy = "named"',
        'cli_path = "./named"',
        'turns = "named"',
        'provider = { kind = "account", key_file = "named" }',
    ],
)
def test_a_relative_path_that_somebody_wrote_is_refused(tmp_path: Path, line: str) -> None:
    """It would be another file in each folder; one in the home folder is not."""
    name, file = line.partition(" ")[0], tmp_path / "settings.toml"
    found = Settings(environ={"COPILOT_NB_STATE": str(tmp_path)})
    file.write_text(line)

    with pytest.raises(ConfigError, match="a whole path there: a relative one is another"):
        found.get(name)

    file.write_text(line.replace('./named"', 'named"').replace('"named"', '"~/named"'))
    assert found.find(name).given


def test_a_policy_that_is_no_file_is_kept_as_it_is(tmp_path: Path) -> None:
    """And so is any text that names none."""
    environ = {"COPILOT_NB_STATE": str(tmp_path)}
    Settings(environ=environ).choose("policy", "deny", "here", save=True)

    assert Settings(environ=environ).get("policy") == "deny"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("timeout = inf", "hold timeout = inf, which cannot be written again"),
        ("model = 2026-01-01", "hold model = 2026-01-01, which cannot be written again"),
        ('provider = { "a b" = "" }', "hold provider = {'a b': ''}, which cannot"),
        ('polcy = "deny"', "set 'polcy', which is no setting.\nDid you mean policy?"),
        ('"a b" = 1', "set 'a b', which is no setting.\n`%copilot config` lists them."),
    ],
)
def test_a_file_that_would_be_written_wrong_stays_as_it_is(
    tmp_path: Path, line: str, message: str
) -> None:
    """The error says what is wrong in it."""
    file = tmp_path / "settings.toml"
    file.write_text(f"{line}\n")

    with pytest.raises(ConfigError) as caught:
        Settings(environ={"COPILOT_NB_STATE": str(tmp_path)}).choose(
            "view", "static", "", save=True
        )

    assert str(caught.value).startswith(f"Your settings in {file} {message}")
    assert file.read_text() == f"{line}\n"


def test_a_slip_in_a_name_loosens_nothing(tmp_path: Path) -> None:
    """It is an error wherever a setting is read that nothing stronger sets."""
    (tmp_path / "settings.toml").write_text('polcy = "deny"')

    with pytest.raises(ConfigError, match="'polcy', which is no setting"):
        Settings(environ={"COPILOT_NB_STATE": str(tmp_path)}).get("policy")


async def test_a_model_that_was_kept_with_its_place_is_asked_for_there_only(tmp_path: Path) -> None:
    """In the next kernel: not of another place, and in place of one that was kept alone before."""
    file, environ = tmp_path / "settings.toml", {"COPILOT_NB_STATE": str(tmp_path)}
    place = replace(parse("http://localhost:2/v1", "x"), model="other")

    def kernel() -> Conversation:
        return Conversation(Settings(lambda _: None, environ))

    first = kernel()
    first.settings.choose("model", "old", "x", save=True)
    await first.use_provider(place, save=True)
    later = kernel()
    assert later.settings.find("model") == Value("other", f"provider in {file}")
    assert (later.link.source().place, later.link.source().model) == (place.place, "other")

    await later.use_provider(parse("ollama", "x"))
    assert (later.link.source().kind, later.link.source().model) == ("ollama", "")
    later.settings.choose("provider", None, "x", save=True)
    assert later.settings.get("model") is None
    later.settings.choose("model", "alone", "x", save=True)
    assert kernel().link.source().model == "alone"


def test_what_wins_over_a_kept_setting_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment and the project's file; what this kernel chose ends with it."""
    monkeypatch.chdir(tmp_path)
    file, project = tmp_path / "state" / "settings.toml", tmp_path / ".copilot-nb.toml"
    project.write_text("timeout = 7")
    found = Settings(environ={"COPILOT_NB_STATE": str(file.parent), "COPILOT_NB_POLICY": "allow"})
    found.project.trust(checked)
    found.choose("policy", "deny", "here", save=True)
    by = f"It holds in all your notebooks, by {file}"

    assert found.lasting("record", save=True) == f"{by}."
    assert (
        found.lasting("policy", "timeout", "record", save=True)
        == f"{by}, except where COPILOT_NB_POLICY or timeout in {project} says otherwise."
    )
    assert found.lasting("policy", save=False).startswith("It holds until the kernel ends")
