"""What can be set besides talking: each control calls the method that the runtime really has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.results import Plan, QueueItem, RewindPoint
from copilot_nb.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS: dict[str, Any] = {
    "session.model.getCurrent": {"modelId": "m", "reasoningEffort": "high"},
    "session.model.switchTo": {"status": "applied", "deferred": True},
    "session.model.list": {"list": [{"id": "m"}]},
    "session.mode.get": "plan",
    "session.plan.read": {"exists": True, "content": "x", "path": "/p"},
    "session.agent.list": {"agents": [{"name": "a"}]},
    "session.agent.getCurrent": {"agent": None},
    "session.fleet.start": {"started": True},
    "session.history.compact": {"success": True},
    "session.history.listRewindPoints": {"points": [{"eventId": "e", "userMessage": "hi"}]},
    "session.history.rewind": {"outcome": "success"},
    "session.history.truncate": {"eventsRemoved": 3},
    "session.queue.pendingItems": {"items": [{"id": "1", "displayText": "later"}]},
    "session.workspaces.listFiles": {"files": ["a.txt"]},
    "session.workspaces.readFile": {"content": "text"},
    "session.workspaces.diff": {"changes": [{"path": "a", "diff": "+x"}]},
    "session.shell.executeUserRequested": {"success": True, "output": "hi", "exitCode": 0},
    "session.shell.cancelUserRequested": {"cancelled": True},
    "session.ui.ephemeralQuery": {"answer": "because"},
    "session.log": {"eventId": "e1"},
    "session.name.get": {"name": "a name"},
    "session.interruptMainTurn": {"interrupted": True},
}


class Runtime:
    """Answers from the table, and notes what was called."""

    def __init__(self) -> None:
        self.called: list[tuple[str, dict[str, Any]]] = []

    async def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Any:
        """The answer of the table."""
        self.called.append((method, {k: v for k, v in params.items() if k != "sessionId"}))
        return ANSWERS.get(method)


async def test_each_control_calls_its_method() -> None:
    """Method, parameters and result, one by one."""
    runtime = Runtime()
    session = Session("s", None, runtime)

    assert (await session.model.get()).reasoning_effort == "high"
    assert (await session.model.set("m2", "low")).deferred
    await session.model.think("m2", "high")
    await session.model.think("m2", "")
    assert await session.model.list() == [{"id": "m"}]
    assert await session.mode.get() == "plan"
    await session.mode.set("autopilot")
    assert await session.plan.read() == Plan(exists=True, content="x", path="/p")
    await session.plan.update("y")
    await session.plan.delete()
    assert await session.agents.list() == [{"name": "a"}]
    assert await session.agents.current() is None
    await session.agents.select("a")
    await session.agents.deselect()
    assert await session.agents.start_fleet("go")

    assert runtime.called == [
        ("session.model.getCurrent", {}),
        ("session.model.switchTo", {"modelId": "m2", "reasoningEffort": "low"}),
        ("session.model.switchTo", {"modelId": "m2", "reasoningEffort": "high"}),
        ("session.model.switchTo", {"modelId": "m2", "reasoningEffort": None}),
        ("session.model.list", {}),
        ("session.mode.get", {}),
        ("session.mode.set", {"mode": "autopilot"}),
        ("session.plan.read", {}),
        ("session.plan.update", {"content": "y"}),
        ("session.plan.delete", {}),
        ("session.agent.list", {}),
        ("session.agent.getCurrent", {}),
        ("session.agent.select", {"name": "a"}),
        ("session.agent.deselect", {}),
        ("session.fleet.start", {"prompt": "go"}),
    ]


async def test_history_queue_files_and_shell() -> None:
    """The other half."""
    runtime = Runtime()
    session = Session("s", None, runtime)

    assert (await session.history.compact("short")).success
    assert await session.history.rewind_points() == [RewindPoint(event_id="e", user_message="hi")]
    assert (await session.history.rewind("e")).outcome == "success"
    await session.history.rewind("e", files=True)
    assert await session.history.truncate("e") == 3
    assert await session.queue.items() == [QueueItem(id="1", display_text="later")]
    await session.queue.edit("1", "sooner")
    await session.queue.move("1", 0)
    await session.queue.remove("1")
    await session.queue.clear()
    assert await session.files.list() == ["a.txt"]
    assert await session.files.read("a.txt") == "text"
    await session.files.create("b.txt", "b")
    assert [change.diff for change in await session.files.changes("branch")] == ["+x"]
    assert (await session.shell.run("ls", request_id="r")).output == "hi"
    assert await session.shell.cancel("r")
    assert (await session.shell.run("ls")).exit_code == 0

    assert runtime.called[:15] == [
        ("session.history.compact", {"customInstructions": "short"}),
        ("session.history.listRewindPoints", {}),
        ("session.history.rewind", {"eventId": "e", "mode": "conversation"}),
        ("session.history.rewind", {"eventId": "e", "mode": "conversation-and-files"}),
        ("session.history.truncate", {"eventId": "e"}),
        ("session.queue.pendingItems", {}),
        ("session.queue.updateText", {"id": "1", "prompt": "sooner"}),
        ("session.queue.moveItem", {"id": "1", "toPosition": 0}),
        ("session.queue.removeAt", {"id": "1"}),
        ("session.queue.clear", {}),
        ("session.workspaces.listFiles", {}),
        ("session.workspaces.readFile", {"path": "a.txt"}),
        ("session.workspaces.createFile", {"path": "b.txt", "content": "b"}),
        ("session.workspaces.diff", {"mode": "branch"}),
        ("session.shell.executeUserRequested", {"requestId": "r", "command": "ls"}),
    ]


async def test_the_sessions_own_small_calls() -> None:
    """A side question, a line in the log, a name, an interrupt."""
    runtime = Runtime()
    session = Session("s", None, runtime)

    assert await session.ephemeral_query("why?") == "because"
    assert await session.log("x", ephemeral=True) == "e1"
    assert await session.get_name() == "a name"
    await session.rename("b")
    await session.interrupt(flush_queue=False)

    assert runtime.called == [
        ("session.ui.ephemeralQuery", {"question": "why?"}),
        ("session.log", {"message": "x", "level": "info", "ephemeral": True}),
        ("session.name.get", {}),
        ("session.name.set", {"name": "b"}),
        ("session.interruptMainTurn", {"flushQueued": False}),
    ]
