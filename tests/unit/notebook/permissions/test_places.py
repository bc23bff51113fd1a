"""Where paths lead, and which folder "here" is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.notebook.permissions.places import link_target, project_folder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_here_is_the_repository_or_the_folder(tmp_path: Path) -> None:
    """A worktree's `.git` is a file."""
    inner = tmp_path / "repository" / "a" / "b"
    inner.mkdir(parents=True)

    assert project_folder(inner) == inner.resolve()
    (tmp_path / "repository" / ".git").write_text("gitdir: elsewhere")
    assert project_folder(inner) == (tmp_path / "repository").resolve()


def test_a_link_leads_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the middle of a path, and to what does not exist; a plain path leads nowhere."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").symlink_to("/nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert link_target(str(tmp_path / "folder" / "x")) == "/nowhere/x"
    assert link_target("folder") == "/nowhere"
    assert link_target(str(tmp_path / "plain.txt")) == ""
    assert link_target(str(tmp_path / "a" / ".." / "plain.txt")) == ""
    assert link_target(str(tmp_path / "loop")) == ""


def test_links_above_the_folder_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything goes through them."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "out").symlink_to("/nowhere")
    monkeypatch.chdir(tmp_path / "link")
    monkeypatch.setenv("PWD", str(tmp_path / "link"))

    assert link_target("notes.txt") == ""
    assert link_target("out") == "/nowhere"
