"""A conversation in the kernel of a browser test: everything is real but the model and its runtime.

A notebook begins with `SETUP`; `%%copilot` then talks to a runtime in memory, whose script the
cells write with `says`.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from copilot_nb.notebook import conversation as room
from copilot_nb.session.client import Client
from copilot_nb.testing.fake_requests import ask_form
from copilot_nb.testing.reply import Reply
from copilot_nb.testing.runtime import FakeRuntime

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.testing.model import ScriptEntry

__all__ = ["Reply", "answers", "calls", "form", "plan", "runtime", "says", "set_up", "when"]

SETUP = """\
%load_ext copilot_nb
import copilot_nb as copilot
from tests.browser.talk import *
set_up()
"""
"""The first cell of a notebook that talks."""

runtime = FakeRuntime(default=Reply("Done."))


class Talk(room.Conversation):
    """The notebook's conversation, with the runtime in memory."""

    def __init__(self) -> None:
        super().__init__(make_client=lambda **_: Client(transport=runtime.connect))


def set_up() -> None:
    """Make this kernel's conversation a `Talk`; the process of the tests stays as it is."""
    os.environ["COPILOT_NB_PROVIDER"] = "http://127.0.0.1:1/v1"
    os.environ["COPILOT_NB_MODEL"] = "scripted"
    os.environ["COPILOT_NB_READY_TIMEOUT"] = "30"  # a busy machine is no page without widgets
    room.Conversation = Talk  # type: ignore[misc, assignment]  # the kernel makes its one of it


def says(*script: ScriptEntry) -> None:
    """What the model says next."""
    runtime.script[:] = script


def calls(name: str, *, then: str = "Done.", **arguments: object) -> tuple[Reply, Reply]:
    """The model calls a tool, and says something when that is over."""
    return Reply(tools=[(name, arguments)]), Reply(then)


def when(condition: Callable[[], object], text: str = "Done.") -> Callable[[object], Reply]:
    """An answer that waits until the condition holds."""

    def answer(_request: object) -> Reply:
        gate = asyncio.Event()
        _tasks.append(asyncio.get_running_loop().create_task(_open(gate, condition)))
        return Reply(text, gate=gate)

    return answer


def form(message: str, schema: dict[str, Any]) -> Callable[[object], Reply]:
    """A server asks with a form while the model waits; it says what came of it."""

    def answer(_request: object) -> Reply:
        gate = asyncio.Event()
        said = Reply("Filled in.", gate=gate)

        async def ask() -> None:
            (session,) = runtime.sessions.values()
            answers.append(await ask_form(session, message, schema, source="weather"))
            gate.set()

        _tasks.append(asyncio.get_running_loop().create_task(ask()))
        return said

    return answer


answers: list[Any] = []
"""What forms were answered with."""


def plan(text: str) -> None:
    """The session is in plan mode, with that plan."""
    (session,) = runtime.sessions.values()
    session.set_mode("plan")
    session.plan = text


async def _open(gate: asyncio.Event, condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the condition is the test's, nothing tells of it
        await asyncio.sleep(0.05)
    gate.set()


_tasks: list[asyncio.Task[None]] = []
