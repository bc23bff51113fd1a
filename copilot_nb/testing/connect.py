"""A connected client without a process, for tests of what stands on a session."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from copilot_nb.session.client import Client
from copilot_nb.testing.runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from copilot_nb.testing.model import ScriptEntry


@asynccontextmanager
async def connected(*script: ScriptEntry) -> AsyncIterator[tuple[Client, FakeRuntime]]:
    """A client on a FakeRuntime whose model says that script; both end with the block."""
    async with FakeRuntime(*script) as fake, Client(transport=fake.connect) as client:
        yield client, fake
