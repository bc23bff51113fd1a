"""A turn in plain mode, to be run inside of a kernel: the agent wants something and is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.notebook.conversation import Conversation
from copilot_nb.notebook.settings import Settings
from copilot_nb.session.client import Client
from copilot_nb.testing.fake_requests import ask_form
from copilot_nb.testing.reply import Reply
from copilot_nb.testing.runtime import FakeRuntime
from copilot_nb.transcript.blocks import REQUESTS

if TYPE_CHECKING:
    from copilot_nb.testing.fake_session import FakeSession

ENVIRONMENT = {
    "COPILOT_NB_PROVIDER": "http://127.0.0.1:1/v1",
    "COPILOT_NB_MODEL": "scripted",
    "COPILOT_NB_VIEW": "plain",
}
COMMAND = Reply(tools=[("bash", {"command": "echo hi", "description": "try it"})])
SCHEMA = {
    "properties": {
        "name": {"type": "string", "title": "Name"},
        "age": {"type": "integer", "title": "Age"},
        "news": {"type": "boolean", "title": "News"},
    },
    "required": ["name"],
}


async def command() -> None:
    """The agent wants to run a command."""
    await _play(COMMAND)


async def form() -> None:
    """A server asks for a form while a command is asked about, too."""

    async def elicit(session: FakeSession) -> None:
        print(await ask_form(session, "Who?", SCHEMA), flush=True)  # noqa: T201 - the test reads it

    await _play(COMMAND, elicit)


async def _play(reply: Reply, also: Any = None) -> None:
    async with FakeRuntime(reply) as fake:
        settings = Settings(lambda _: None, ENVIRONMENT)
        talk = Conversation(settings, lambda **_: Client(transport=fake.connect))
        session = await talk.session()
        if also is not None:
            (theirs,) = fake.sessions.values()
            session.tasks.spawn(_once_it_asks(session, also, theirs))
        turn = await talk.run("Go")
        for block in turn.transcript.blocks:
            if isinstance(block, REQUESTS):
                print(f"{block.answer} by {block.by}", flush=True)  # noqa: T201 - likewise
        await talk.close()


async def _once_it_asks(session: Any, also: Any, theirs: FakeSession) -> None:
    async for event in session.subscribe():
        if event.type == "permission.requested":
            await also(theirs)
            return
