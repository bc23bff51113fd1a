"""What is kept between kernels: the last session, a project's trust, stored turns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import ConfigError, UsageError
from copilot_nb.notebook.options import AskOptions
from copilot_nb.notebook.project import Project
from copilot_nb.notebook.settings import Settings, checked
from copilot_nb.notebook.stored import bookmark, replay
from copilot_nb.notebook.stored.bookmark import Bookmark, notebook_name, state_folder
from copilot_nb.notebook.stored.replay import Replays
from copilot_nb.transcript.blocks import TextBlock, Transcript

if TYPE_CHECKING:
    from collections.abc import Mapping

TURN = Transcript(
    prompt="Set x.", blocks=(TextBlock(id="1", text="```python\nx = 1\n```"),), state="done"
)


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment whose state is in a folder of its own."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return {"COPILOT_NB_STATE": str(tmp_path / "state")}


def test_a_notebook_remembers_its_last_session(environ: dict[str, str]) -> None:
    """Another one has its own; a session that is gone is forgotten."""
    Bookmark(environ).put("id-1", "What   is\nthis? " + "x" * 200)
    mark = Bookmark(environ).get()

    assert mark is not None
    assert mark.session_id == "id-1"
    assert mark.prompt.startswith("What is this? xxx")
    assert len(mark.prompt) == 80
    assert Bookmark(environ | {"JPY_SESSION_NAME": "/other.ipynb"}).get() is None
    Bookmark(environ).drop("id-2")
    assert Bookmark(environ).get() == mark
    Bookmark(environ).drop("id-1")
    assert Bookmark(environ).get() is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_state_is_the_users_alone(environ: dict[str, str]) -> None:
    """Prompts and answers are nobody else's."""
    Bookmark(environ).put("id-1", "What?")
    Replays(settings(environ)).put(TURN)
    made = list(Path(environ["COPILOT_NB_STATE"]).rglob("*"))

    assert {oct(path.stat().st_mode & 0o777) for path in made if path.is_file()} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in made if path.is_dir()} == {"0o700"}


def test_state_that_cannot_be_written_ends_no_turn(environ: dict[str, str]) -> None:
    """And what is no bookmark is none."""
    Path(environ["COPILOT_NB_STATE"]).write_text("a file")
    Bookmark(environ).put("id-1", "What?")

    assert Bookmark(environ).get() is None


def test_a_notebook_is_named_by_its_front_end(
    running_shell: Any, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else by the folder."""
    assert notebook_name({"JPY_SESSION_NAME": "/a/b.ipynb"}) == "/a/b.ipynb"
    assert notebook_name(environ) == f"{Path.cwd()}/"
    monkeypatch.setitem(running_shell.user_ns, "__vsc_ipynb_file__", "/a/c.ipynb")
    assert notebook_name(environ) == "/a/c.ipynb"


def test_state_is_in_the_users_own_place() -> None:
    """Unless another is named."""
    assert state_folder({}).name == "copilot-nb"
    assert state_folder({bookmark.STATE: "~/x"}) == Path.home() / "x"


def test_a_project_counts_once_it_is_trusted(environ: dict[str, str]) -> None:
    """As it was then; another content is another question."""
    project = Project(environ)
    file = Path(".copilot-nb.toml")
    assert project.get("timeout") == (None, "")
    assert project.note() == project.news() == ""
    with pytest.raises(UsageError, match=r"There is no \.copilot-nb\.toml here"):
        project.trust(checked)

    file.write_text("timeout = 77\nmodel = 'm'\n")
    assert project.get("timeout") == (None, "")
    assert project.news() == project.note() != ""
    assert project.news() == ""
    assert project.trust(checked).endswith("counts from now on: timeout = 77, model = m.")
    assert project.get("timeout") == (77, str(file.resolve()))
    assert project.note() == ""

    file.write_text("timeout = 78\n")
    assert project.get("timeout") == (None, "")
    project.trust(checked)
    assert project.distrust().endswith("does not count any more.")
    assert project.get("timeout") == (None, "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("provider = 'http://x/v1'", "sets 'provider', which no project file may set"),
        ("policy = 'allow'", "sets 'policy', which no project file may set"),
        ("cli_path = '/x'", "sets 'cli_path', which no project file may set"),
        ("turns = '/x'", "sets 'turns', which no project file may set"),
        ("timeout =", "is not TOML"),
    ],
)
def test_a_project_can_set_nothing_that_matters(
    environ: dict[str, str], text: str, message: str
) -> None:
    """Neither where the model answers nor who may do what."""
    Path(".copilot-nb.toml").write_text(text)

    with pytest.raises(ConfigError, match=message):
        Project(environ).trust(checked)


@pytest.mark.parametrize(
    ("text", "value", "allowed"),
    [
        ("model = 5", "5", "text"),
        ("timeout = 'abc'", "'abc'", "a number of seconds"),
        ("timeout = -3", "-3", "a positive number of seconds"),
        ("timeout = true", "True", "a number of seconds"),
        ("context_budget = 1.5", "1.5", "a whole number"),
        ("view = ['plain']", "['plain']", "one of auto, widget, plain, static, terminal"),
    ],
)
def test_a_value_that_cannot_be_meant_is_not_trusted(
    environ: dict[str, str], text: str, value: str, allowed: str
) -> None:
    """The error names key, file, value and what is allowed; nothing of the file counts."""
    file = Path(".copilot-nb.toml").absolute()
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        Project(environ).trust(checked)

    key = text.partition(" ")[0]
    assert str(caught.value) == f"{key} in {file} is {value}.\nIt takes {allowed}."
    assert Project(environ).note()


def test_a_projects_file_may_be_at_the_top_of_its_repository(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no higher."""
    top = Path.cwd()
    (top.parent / ".copilot-nb.toml").write_text("timeout = 1")
    (top / ".git").mkdir()
    (top / "deep").mkdir()
    monkeypatch.chdir(top / "deep")
    assert Project(environ).note() == ""

    (top / ".copilot-nb.toml").write_text("timeout = 2")

    assert str(top) in Project(environ).note()


def settings(environ: Mapping[str, str]) -> Settings:
    """Settings with nothing else set."""
    return Settings(lambda _: None, environ)


def test_a_turn_is_stored_and_shown_again(environ: dict[str, str]) -> None:
    """It says what it is, and has what a turn has."""
    replays = Replays(settings(environ))
    replays.put(TURN)
    found = replays.wanted(" Set x.\n", AskOptions(replay="replay"), attended=True)

    assert found is not None
    assert "Nobody was asked and nothing ran." in str(found.transcript.blocks[0])
    assert (found.prompt, found.text) == (" Set x.\n", TURN.text)
    assert [block.code for block in found.code_blocks] == ["x = 1"]
    assert (found.tool_calls, found.aborted, found.usage) == ((), False, TURN.usage)
    assert "Nobody was asked" in found._repr_html_()
    assert replays.folder.is_relative_to(environ["COPILOT_NB_STATE"])


def test_nothing_is_replayed_by_itself(environ: dict[str, str]) -> None:
    """But where nobody is there and a folder of turns is named."""
    Replays(settings(environ)).put(TURN)
    named = Replays(settings(environ | {"COPILOT_NB_TURNS": "turns"}))
    assert named.wanted("Set x.", AskOptions(), attended=False) is None
    named.put(TURN)

    assert Replays(settings(environ)).wanted("Set x.", AskOptions(), attended=False) is None
    assert named.wanted("Set x.", AskOptions(), attended=True) is None
    assert named.wanted("Set x.", AskOptions(), attended=False) is not None
    assert named.wanted("Set x.", AskOptions(replay="live"), attended=False) is None
    assert len(list(Path("turns").iterdir())) == 1


def test_a_replay_that_is_wanted_and_missing_is_an_error(environ: dict[str, str]) -> None:
    """Which says where turns are kept."""
    with pytest.raises(UsageError, match="There is no stored turn of this prompt") as caught:
        Replays(settings(environ)).wanted("?", AskOptions(replay="replay"), attended=True)

    assert environ["COPILOT_NB_STATE"] in caught.value.hint


def test_what_did_not_end_well_is_not_stored(environ: dict[str, str]) -> None:
    """Nor anything where records are switched off."""
    replays = Replays(settings(environ))
    replays.put(Transcript(prompt="Set x.", state="failed"))
    Replays(settings(environ | {"COPILOT_NB_RECORD": "no"})).put(TURN)

    assert replays.get("Set x.") is None


def test_only_the_newest_turns_are_kept(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook that is asked for years does not fill the disk."""
    monkeypatch.setattr(replay, "KEPT", 2)
    replays = Replays(settings(environ))

    for prompt in ("One", "Two", "Three"):
        replays.put(Transcript(prompt=prompt, state="done"))

    assert len(list(replays.folder.iterdir())) == 2
