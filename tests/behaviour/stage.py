"""Where the behaviour tests play: the same stage on FakeRuntime and on the real CLI."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from copilot_nb.protocol.session import ProviderConfig, SessionConfig
from copilot_nb.session.client import Client
from copilot_nb.testing.model import Reply, ScriptedModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.pending import PendingRequest
    from copilot_nb.session.session import Session
    from copilot_nb.session.turn import Turn
    from copilot_nb.testing.model import ScriptEntry

WAIT = 30.0
"""Seconds that anything here may take: a bound for what hangs, with room for a loaded machine."""


class Model(Protocol):
    """What answers prompts: a scripted model, or a fake runtime that has one inside."""

    script: list[ScriptEntry]
    default: ScriptEntry
    requests: list[dict[str, Any]]


class Stage:
    """A client on a runtime whose model answers from a script.

    Args:
        client: Connected by the first call.
        model: Its script.
        directory: Where the agent works.
        provider_url: The model's address.
        kill: Ends the runtime at once; of a stage that has one of its own.
    """

    def __init__(
        self,
        client: Client,
        model: Model,
        directory: Path,
        *,
        provider_url: str,
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self.client = client
        self.model = model
        self.directory = directory
        self.kill = kill
        self.provider = ProviderConfig(base_url=provider_url)

    def config(self, **options: Any) -> SessionConfig:
        """A configuration whose provider is the script."""
        options = {"model": "scripted", "working_directory": self.directory} | options
        return SessionConfig(provider=self.provider, **options)

    @property
    def settle(self) -> float:
        """Seconds until what happened is written down: the real runtime writes behind."""
        return 0.0 if self.provider.base_url.startswith("http://fake") else 1.2

    async def session(self, *script: ScriptEntry, **parts: Any) -> Session:
        """A new session; the script is what its model says."""
        self.model.script.extend(script)
        return await self.client.create_session(self.config(**parts.pop("config", {})), **parts)


@asynccontextmanager
async def own_stage(cli_path: Path, folder: Path, **options: Any) -> AsyncIterator[Stage]:
    """The real CLI with a scripted model, working in a new folder; ends with the block.

    Args:
        cli_path: The CLI.
        folder: Where its state and the agent's folder go.
        **options: More of the client's options.
    """
    work = folder / "work"
    work.mkdir()
    async with (
        ScriptedModel() as model,
        Client(
            cli_path=cli_path,
            copilot_home=folder / "copilot",
            offline=True,
            provider_base_url=model.url,
            **options,
        ) as client,
    ):
        yield Stage(client, model, work, provider_url=model.url)


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(WAIT):
        while not condition():  # noqa: ASYNC110 - the condition has no event of its own
            await asyncio.sleep(0.01)


async def seen(turn: Turn, wanted: str) -> None:
    """Wait until the turn has an event of that type."""
    async with asyncio.timeout(WAIT):
        async for event in turn.stream():
            if event.type == wanted:
                return


async def next_request(session: Session) -> PendingRequest:
    """The request that waits for an answer, once there is one."""
    await eventually(lambda: session.pending.open)
    return session.pending.open[0]


def shell(command: str = "echo hi") -> Reply:
    """The model wants to run a command."""
    return Reply(tools=[("bash", {"command": command, "description": "try it"})])


def said_to_model(stage: Stage) -> str:
    """Everything that the last request told the model, as one text."""
    return str(stage.model.requests[-1]["messages"])


def types(events: list[SessionEvent] | tuple[SessionEvent, ...]) -> list[str]:
    """The types of the events, in order."""
    return [event.type for event in events]
