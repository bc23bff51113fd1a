"""What can be set and read of a session besides talking: model, plan, history, queue, files.

Small views on one session's calls, each named after what it is about.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from copilot_nb.errors import InvalidParamsError, MethodNotFoundError
from copilot_nb.protocol.results import (
    Compaction,
    CurrentModel,
    FileChange,
    ModelSwitch,
    Plan,
    QueueItem,
    RewindPoint,
    Rewound,
    ShellRun,
)
from copilot_nb.session.rpc_path import session_rpc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot_nb.session.calls import Calls


class Control:
    """A view on one session's calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._rpc = session_rpc(calls)


class ModelControl(Control):
    """Which model answers; the seed's `get_model` and `set_model`."""

    async def get(self) -> CurrentModel:
        """The model now."""
        return CurrentModel.from_wire(await self._rpc.model.get_current())

    async def set(self, model_id: str, reasoning_effort: str | None = None) -> ModelSwitch:
        """Switch; an unknown id is accepted and fails at the next turn."""
        result = await self._rpc.model.switch_to(
            model_id=model_id, reasoning_effort=reasoning_effort
        )
        return ModelSwitch.from_wire(result)

    async def think(self, model_id: str, effort: str) -> ModelSwitch:
        """Switch to a model that thinks so hard; empty leaves that to the model."""
        # null takes an effort back; one that is left out stays as it was.
        sent = {"modelId": model_id, "reasoningEffort": effort or None}
        return ModelSwitch.from_wire(await self._calls.request("session.model.switchTo", sent))

    async def list(self) -> list[dict[str, Any]]:
        """The models that the session may switch to; of one's own providers too."""
        found: list[dict[str, Any]] = (await self._rpc.model.list()).get("list", [])
        return found


class ModeControl(Control):
    """How the agent works; the seed's `get_mode` and `set_mode`."""

    async def get(self) -> str:
        """interactive, plan or autopilot."""
        return str(await self._rpc.mode.get())

    async def set(self, mode: Literal["interactive", "plan", "autopilot"]) -> None:
        """Change it; allowed while a turn runs."""
        await self._rpc.mode.set(mode=mode)


class PlanControl(Control):
    """The plan; the seed's `read_plan`, `update_plan`, `delete_plan`."""

    async def read(self) -> Plan:
        """The plan, if there is one."""
        return Plan.from_wire(await self._rpc.plan.read())

    async def update(self, content: str) -> None:
        """Replace it."""
        await self._rpc.plan.update(content=content)

    async def delete(self) -> None:
        """Remove it."""
        await self._rpc.plan.delete()


class AgentControl(Control):
    """Custom agents; the seed's `list_agents`, `get_current_agent`, `select_agent`, …."""

    async def list(self) -> list[dict[str, Any]]:
        """Those that the session knows."""
        found: list[dict[str, Any]] = (await self._rpc.agent.list()).get("agents", [])
        return found

    async def current(self) -> dict[str, Any] | None:
        """The selected one; None is the standard agent."""
        found: dict[str, Any] | None = (await self._rpc.agent.get_current()).get("agent")
        return found

    async def select(self, name: str) -> None:
        """Speak with that one."""
        await self._rpc.agent.select(name=name)

    async def deselect(self) -> None:
        """Speak with the standard agent."""
        await self._rpc.agent.deselect()

    async def start_fleet(self, prompt: str) -> bool:
        """Let several agents work on it; whether they began."""
        return bool((await self._rpc.fleet.start(prompt=prompt)).get("started"))


class HistoryControl(Control):
    """What was said so far: summarise it, or go back in it."""

    async def compact(self, instructions: str | None = None) -> Compaction:
        """Summarise the history to make room; asks the model, and may take long."""
        return Compaction.from_wire(
            await self._rpc.history.compact(custom_instructions=instructions)
        )

    async def rewind_points(self) -> list[RewindPoint]:
        """The prompts one can go back to, oldest first."""
        found = await self._rpc.history.list_rewind_points()
        return [RewindPoint.from_wire(point) for point in found.get("points", [])]

    async def rewind(self, event_id: str, *, files: bool = False) -> Rewound:
        """Remove that prompt and everything after it.

        Args:
            event_id: The prompt's event, from `rewind_points`.
            files: Also put files back; needs `enable_file_change_tracking`.
        """
        mode = "conversation-and-files" if files else "conversation"
        return Rewound.from_wire(await self._rpc.history.rewind(event_id=event_id, mode=mode))

    async def truncate(self, event_id: str) -> int:
        """Remove that event and everything after it; how many events."""
        return int((await self._rpc.history.truncate(event_id=event_id)).get("eventsRemoved", 0))


class QueueControl(Control):
    """Prompts that wait for their turn."""

    async def items(self) -> list[QueueItem]:
        """Those that wait, in order."""
        found = await self._rpc.queue.pending_items()
        return [QueueItem.from_wire(item) for item in found.get("items", [])]

    async def remove(self, item_id: str) -> None:
        """Take one out."""
        await self._rpc.queue.remove_at(id=item_id)

    async def withdraw(self, message_id: str, prompt: str) -> bool:
        """Take back what was sent, before the model has answered it.

        The runtime takes what is unchanged from the queue, from what steers, or from the turn that
        has just begun with it. What was edited is found in the queue.

        Args:
            message_id: What `send` gave.
            prompt: What was sent.

        Returns:
            Whether it is gone.
        """
        with contextlib.suppress(MethodNotFoundError):  # runtimes before 1.0.102
            taken = await self._rpc.queue.withdraw_message(
                message_id=message_id, expected_prompt=prompt
            )
            if taken.get("removed"):
                return True
        for item in await self.items():
            if item.message_id == message_id:
                with contextlib.suppress(InvalidParamsError):  # its turn has just come
                    await self.remove(item.id)
                    return True
        return False

    async def edit(self, item_id: str, prompt: str) -> None:
        """Change the text of one."""
        await self._rpc.queue.update_text(id=item_id, prompt=prompt)

    async def move(self, item_id: str, position: int) -> None:
        """Put one at that place, counted from 0."""
        await self._rpc.queue.move_item(id=item_id, to_position=position)

    async def clear(self) -> None:
        """Take all out."""
        await self._rpc.queue.clear()


class FileControl(Control):
    """The session's own directory, and the files that the agent changed elsewhere."""

    async def list(self) -> list[Any]:
        """Files in the session's own directory."""
        found: list[Any] = (await self._rpc.workspaces.list_files()).get("files", [])
        return found

    async def read(self, path: str) -> str:
        """One of them."""
        return str((await self._rpc.workspaces.read_file(path=path)).get("content", ""))

    async def create(self, path: str, content: str) -> None:
        """Write one."""
        await self._rpc.workspaces.create_file(path=path, content=content)

    async def changes(
        self, mode: Literal["session", "unstaged", "branch"] = "session"
    ) -> Sequence[FileChange]:
        """Files that changed, with their diffs."""
        found = await self._rpc.workspaces.diff(mode=mode)
        return [FileChange.from_wire(change) for change in found.get("changes", [])]


class ShellControl(Control):
    """Commands that a person runs in the session; their output joins the conversation."""

    async def run(self, command: str, *, request_id: str | None = None) -> ShellRun:
        """Run one, without a permission request, and wait for its end.

        Args:
            command: The command line.
            request_id: A name for `cancel`.
        """
        request_id = request_id or str(uuid4())
        result = await self._rpc.shell.execute_user_requested(
            request_id=request_id, command=command
        )
        return ShellRun.from_wire(result)

    async def cancel(self, request_id: str) -> bool:
        """Stop the one of that name; whether it ran."""
        result = await self._rpc.shell.cancel_user_requested(request_id=request_id)
        return bool(result.get("cancelled"))
