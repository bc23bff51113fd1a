"""The runtime in memory of the tests of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def fake() -> AsyncIterator[FakeRuntime]:
    """A runtime in memory."""
    async with FakeRuntime() as fake:
        yield fake
