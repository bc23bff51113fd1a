"""The stage of each behaviour test, once on FakeRuntime and once on the real CLI.

One CLI serves all tests over TCP, because starting it is what takes time; `mortal_stage` has one of
its own, over stdio, for tests that kill it.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from copilot_nb.session.client import Client
from copilot_nb.session.launch import RuntimeOptions, command_line, environment
from copilot_nb.testing.model import ScriptedModel
from copilot_nb.testing.runtime import FakeRuntime
from tests.behaviour.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say early who needs the real CLI, so that it is found before the first test."""
    for item in items:
        call = getattr(item, "callspec", None)
        if call is not None and call.params.get("runtime") == "cli":
            getattr(item, "fixturenames", []).append("cli_path")


@pytest.fixture(params=["fake", "cli"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Which runtime the test runs on."""
    return str(request.param)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the agent works."""
    place = tmp_path / "work"
    place.mkdir()
    return place


@pytest.fixture(scope="session")
def cli_server(
    cli_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A real CLI that listens on TCP: its address and token."""
    home = tmp_path_factory.mktemp("copilot")
    options = RuntimeOptions(
        use_stdio=False,
        copilot_home=home,
        offline=True,
        provider_base_url="http://127.0.0.1:9/v1",
        connection_token=secrets.token_urlsafe(16),
    )
    process = subprocess.Popen(
        command_line(cli_path, options),
        env=environment(options),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"listening on port (\d+)", line)
    assert found is not None, line
    yield {"cli_url": found[1], "connection_token": options.connection_token or ""}
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.fixture
async def stage(
    runtime: str, request: pytest.FixtureRequest, directory: Path
) -> AsyncIterator[Stage]:
    """A client and a scripted model."""
    if runtime == "fake":
        async with fake_stage(directory) as stage:
            yield stage
        return
    address = request.getfixturevalue("cli_server")
    async with ScriptedModel() as model:
        client = Client(**address)
        yield Stage(client, model, directory, provider_url=model.url)
        assert await client.stop() == []


@pytest.fixture
async def mortal_stage(
    runtime: str, request: pytest.FixtureRequest, directory: Path
) -> AsyncIterator[Stage]:
    """A client whose runtime may be killed."""
    if runtime == "fake":
        async with fake_stage(directory) as stage:
            yield stage
        return
    async with ScriptedModel() as model:
        client = Client(
            cli_path=request.getfixturevalue("cli_path"),
            copilot_home=directory.parent / "copilot",
            offline=True,
            provider_base_url=model.url,
        )

        def kill() -> None:
            if client.pid is not None:
                os.kill(client.pid, signal.SIGKILL)

        yield Stage(client, model, directory, provider_url=model.url, kill=kill)
        assert await client.stop() == []


@asynccontextmanager
async def fake_stage(directory: Path) -> AsyncIterator[Stage]:
    """On the runtime in memory."""
    async with FakeRuntime() as fake:
        client = Client(transport=fake.connect)
        yield Stage(client, fake, directory, provider_url="http://fake/v1", kill=fake.kill)
        assert await client.stop() == []
