"""The real CLI with a scripted model, anew for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.model import ScriptedModel
from tests.behaviour.stage import Stage, own_stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def stage(cli_path: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A runtime of our own; nobody answers."""
    async with own_stage(cli_path, tmp_path) as made:
        yield made


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    """A model that says what the test writes, and keeps every request."""
    async with ScriptedModel() as served:
        yield served
