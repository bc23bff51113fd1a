"""The connection of the tests of the peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.rpc.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    """A connection that is closed after the test."""
    connection = Connection()
    yield connection
    await connection.peer.close()
