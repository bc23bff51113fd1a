"""What tests of rules share: a project, its rules, and what they say of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.notebook.permissions.rules import StandingRules
from copilot_nb.protocol.permission import PermissionDecision
from tests.unit.notebook.requests import permission

if TYPE_CHECKING:
    from pathlib import Path

    from copilot_nb.session.pending import Answer, PendingRequest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a folder of notebooks, where we are."""
    top = tmp_path / "project"
    (top / ".git").mkdir(parents=True)
    (top / "notebooks").mkdir()
    monkeypatch.chdir(top / "notebooks")
    return top


@pytest.fixture
def rules(project: Path) -> StandingRules:
    """No rules yet."""
    return StandingRules(project.parent / "config" / "rules.toml")


def verdict(answer: Answer | None) -> str:
    """The answer in one word."""
    if answer is None:
        return "silent"
    assert isinstance(answer.value, PermissionDecision)
    return "allows" if answer.value.is_approved else "denies"


def read(path: str | Path) -> PendingRequest:
    """The agent wants to read a file."""
    return permission({"kind": "read", "path": str(path)})


def write(path: str | Path) -> PendingRequest:
    """The agent wants to change a file."""
    return permission({"kind": "write", "fileName": str(path), "diff": "+x"})


def outside(*paths: str | Path, access: str = "read") -> PendingRequest:
    """The agent wants something of paths outside of its folder."""
    return permission({"kind": "path", "paths": [*map(str, paths)], "accessKind": access})
