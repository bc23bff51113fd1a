"""One session of the runtime in memory: its agent loop, its requests, its events."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from copilot_nb.errors import CopilotError
from copilot_nb.testing.fake_model import ModelFailure, speak
from copilot_nb.testing.fake_queue import FakeQueue, Prompt
from copilot_nb.testing.fake_requests import Rejected
from copilot_nb.testing.fake_tools import run_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.testing.reply import Reply
    from copilot_nb.testing.runtime import Link

Params = dict[str, Any]


@dataclass(slots=True)
class Request:
    """Something that waits for an answer of a client."""

    params: Params
    answer: asyncio.Future[Any]


class FakeSession:
    """A conversation.

    Args:
        session_id: Its name.
        next_reply: The model: from what it is told to what it says.
    """

    def __init__(self, session_id: str, next_reply: Callable[[Params], Reply]) -> None:
        self.id = session_id
        self.next_reply = next_reply
        self.config: Params = {}
        self.tools: dict[str, Params] = {}
        self.title = ""
        self.mode = "interactive"
        self.messages: list[Params] = []
        self.history: list[Params] = []
        self.approved: set[str] = set()
        """Command lines that need no question any more."""
        self.plan = ""
        self.requests: dict[str, dict[str, Request]] = {
            kind: {} for kind in ("permission", "tool", "form", "limits")
        }
        self.alive = False
        self._links: list[Link] = []
        self._queue = FakeQueue()
        self._unanswered: Prompt | None = None
        """What the turn began with, until the model says something."""
        self._worker: asyncio.Task[None] | None = None
        self.methods: dict[str, Callable[[Params], Any]] = {
            "session.send": self._send,
            "session.abort": self._abort,
            "session.interruptMainTurn": self._interrupt,
            "session.getMessages": lambda _: {"events": self.history},
            "session.tools.set": self._set_tools,
            "session.tools.handlePendingToolCall": lambda p: self._settle("tool", p),
            "session.tools.listPendingRequests": lambda _: self._open("tool"),
            "session.permissions.handlePendingPermissionRequest": self._decide,
            "session.permissions.pendingRequests": lambda _: self._open("permission"),
            "session.metadata.activity": self._activity,
            "session.queue.pendingItems": self._queue.items,
            "session.queue.removeAt": self._queue.remove_at,
            "session.queue.updateText": self._queue.update_text,
            "session.queue.withdrawMessage": self._withdraw,
            "session.tasks.list": lambda _: {"tasks": []},
            "session.ui.handlePendingElicitation": lambda p: self._settle("form", p),
            "session.ui.handlePendingSessionLimitsExhausted": lambda p: self._settle("limits", p),
            "session.mode.get": lambda _: self.mode,
            "session.mode.set": lambda p: self.set_mode(p["mode"]),
            "session.plan.read": lambda _: {"exists": bool(self.plan), "content": self.plan},
            "session.plan.update": self._set_plan,
            "session.log": self._log,
        }

    @property
    def busy(self) -> bool:
        """Whether the agent is at work."""
        return self._worker is not None and not self._worker.done()

    def open(self, link: Link, params: Params, event: str) -> Params:
        """Create or resume it for that connection."""
        self.config = self.config | params
        if "tools" in params:
            self._set_tools(params)
        if not self.alive and not params.get("continuePendingWork"):
            self._forget_work()
        self.alive = True
        if link not in self._links:
            self._links.append(link)
        if not params.get("disableResume"):
            self.emit(event, {"sessionId": self.id})
        return {
            "sessionId": self.id,
            "mode": self.mode,
            "capabilities": {"ui": {"elicitation": bool(params.get("requestElicitation"))}},
        }

    def leave(self, link: Link) -> None:
        """A connection is gone."""
        if link in self._links:
            self._links.remove(link)

    def left_alone(self) -> None:
        """The runtime died; what waits for an answer may be taken up again."""
        self.alive = False
        waits = any(self.requests[kind] for kind in ("permission", "tool"))
        if self._worker is not None and not waits:
            self._worker.cancel()

    async def close(self) -> None:
        """End it; its history stays."""
        self.alive = False
        self._links.clear()
        worker = self._worker
        self._forget_work()
        if worker is not None:
            await asyncio.wait({worker}, timeout=2)

    def emit(self, kind: str, data: Params | None = None, *, ephemeral: bool = False) -> None:
        """Send an event to every client, and write it down unless it is ephemeral."""
        if kind.startswith("assistant.message"):
            self._unanswered = None
        event: Params = {
            "type": kind,
            "data": data or {},
            "id": str(uuid4()),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "parentId": self.history[-1]["id"] if self.history else None,
        }
        if ephemeral:
            event["ephemeral"] = True
        else:
            self.history.append(event)
        for link in self._links:
            if not link.peer.closed:
                with contextlib.suppress(CopilotError):
                    link.peer.notify("session.event", {"sessionId": self.id, "event": event})

    async def ask(
        self,
        kind: str,
        event: str,
        data: Params,
        *,
        ephemeral: bool = False,
        request_id: str | None = None,
    ) -> Any:
        """Announce a request and wait for its answer."""
        request_id = request_id or str(uuid4())
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.requests[kind][request_id] = Request({"requestId": request_id, **data}, future)
        self.emit(event, {"requestId": request_id, **data}, ephemeral=ephemeral)
        try:
            return await future
        finally:
            self.requests[kind].pop(request_id, None)

    async def ask_and_tell(self, kind: str, event: str, data: Params) -> Params:
        """Announce a request, wait for its answer, and say what it was."""
        request_id = str(uuid4())
        answer: Params = await self.ask(
            kind, f"{event}.requested", data, ephemeral=True, request_id=request_id
        )
        said = answer if kind == "form" else {"response": answer}
        self.emit(f"{event}.completed", {"requestId": request_id, **said}, ephemeral=True)
        return answer

    def set_mode(self, mode: str) -> Params:
        """Go into another mode."""
        if mode != self.mode:
            data = {"previousMode": self.mode, "newMode": mode}
            self.mode = mode
            self.emit("session.mode_changed", data)
        return {"status": "unchanged", "modelChanged": False, "modeApplied": True}

    async def call(self, method: str, params: Params) -> Any:
        """Call the client; None when it refuses or is gone."""
        for link in self._links:
            with contextlib.suppress(CopilotError):
                return await link.peer.request(
                    method, {"sessionId": self.id, **params}, timeout=None
                )
        return None

    async def hook(self, hook_type: str, **data: Any) -> Params:
        """What the client's hook says; nothing without one."""
        if not self.config.get("hooks"):
            return {}
        reply = await self.call("hooks.invoke", {"hookType": hook_type, "input": data})
        return (reply or {}).get("output") or {}

    async def _work(self) -> None:
        while self._queue.waiting:
            await self._turn(self._queue.waiting.popleft())
        self._rest()

    def _rest(self, **how: Any) -> None:
        self.emit("assistant.idle", how, ephemeral=True)
        self.emit("session.idle", {"mode": self.mode, **how}, ephemeral=True)

    async def _turn(self, prompt: Prompt) -> None:
        self._unanswered = prompt
        await self.hook("userPromptSubmitted", prompt=prompt.text)
        self.title = self.title or prompt.text
        self._hear(prompt, "queued" if self._queue.waiting or self.messages else "idle")
        try:
            await self._steps(prompt)
        except ModelFailure as failure:
            self.emit("assistant.turn_end", {"turnId": "0"})
            self.emit("session.error", failure.data | {"originatingMessageId": prompt.id})
        except Rejected:
            self.emit("assistant.turn_end", {"turnId": "0"})
            self.emit("abort", {"reason": "user_initiated"})

    async def _steps(self, prompt: Prompt) -> None:
        step = 0
        while True:
            self.emit("assistant.turn_start", {"turnId": str(step)})
            reply, calls = await speak(self, prompt.id, str(step))
            if calls:
                await self._tools(calls)
            self.emit("assistant.turn_end", {"turnId": str(step)})
            if reply.finish == "length":
                self.messages.append({"role": "user", "content": "Please continue."})
            elif self._queue.steering:
                self._hear(self._queue.steering.popleft(), "steering" if calls else "queued")
            elif not calls:
                return
            step += 1

    def _hear(self, prompt: Prompt, delivery: str) -> None:
        self.emit(
            "user.message",
            {
                "content": prompt.shown,
                "transformedContent": prompt.text,
                "messageId": prompt.id,
                "delivery": delivery,
            },
        )
        self.messages.append({"role": "user", "content": prompt.text})

    async def _tools(self, calls: list[Params]) -> None:
        results = await asyncio.gather(
            *(run_tool(self, call) for call in calls), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _send(self, params: Params) -> Params:
        prompt = Prompt(params)
        steers = params.get("mode") == "immediate" and self.busy
        (self._queue.steering if steers else self._queue.waiting).append(prompt)
        self.emit("pending_messages.modified", ephemeral=True)
        self._go_on()
        return {"messageId": prompt.id}

    def _go_on(self) -> None:
        if not self.busy:
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def _abort(self, _params: Params) -> Params:
        if self.busy:
            self._break_off("user_initiated")
            self._forget_work()
            self._rest(aborted=True)
        return {"success": True}

    def _interrupt(self, params: Params) -> Params:
        if not self.busy:
            return {"interrupted": False}
        self._break_off("user_abort")
        if params.get("flushQueued") and self._queue:
            self._queue.unsteered()
            self._go_on()
        else:
            self._forget_work()
            self._rest(aborted=True)
        return {"interrupted": True}

    def _withdraw(self, params: Params) -> Params:
        if self._queue.withdraw(params):
            self.emit("pending_messages.modified", ephemeral=True)
            return {"removed": True, "interrupted": False}
        begun = self._unanswered
        if begun is None or self._queue or not (self.busy and begun.is_meant(params)):
            return {"removed": False, "interrupted": False}
        self._break_off("user_abort")
        self._unsay(begun)
        self._rest(aborted=True)
        return {"removed": True, "interrupted": True}

    def _unsay(self, prompt: Prompt) -> None:
        for place, event in enumerate(self.history):
            if event["data"].get("messageId") == prompt.id:
                self.messages.pop()
                rewound = {"upToEventId": event["id"], "eventsRemoved": len(self.history) - place}
                del self.history[place:]
                self.emit("session.snapshot_rewind", rewound, ephemeral=True)

    def _break_off(self, reason: str) -> None:
        self.emit("abort", {"reason": reason})
        for request_id, request in tuple(self.requests["permission"].items()):
            result = {"kind": "cancelled", "reason": "Session aborted"}
            self.emit("permission.completed", {"requestId": request_id, "result": result})
            request.answer.cancel()
        for request_id in tuple(self.requests["tool"]):
            self.emit("external_tool.completed", {"requestId": request_id}, ephemeral=True)
        self._stop_work()
        self.emit("assistant.turn_end", {"turnId": "0"})

    def _forget_work(self) -> None:
        self._queue.clear()
        self._stop_work()

    def _stop_work(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _set_tools(self, params: Params) -> Params:
        self.tools = {tool["name"]: tool for tool in params.get("tools", ())}
        return {}

    def _decide(self, params: Params) -> Params:
        request = self.requests["permission"].get(params["requestId"])
        if request is not None:
            data = {"requestId": params["requestId"], "result": _completed(params["result"])}
            self.emit("permission.completed", data)
        return self._settle("permission", params)

    def _settle(self, kind: str, params: Params) -> Params:
        request = self.requests[kind].pop(params["requestId"], None)
        if request is None or request.answer.done():
            return {"success": False}
        if kind == "tool":
            data = {"requestId": params["requestId"]}
            self.emit("external_tool.completed", data, ephemeral=True)
        request.answer.set_result(params.get("result", params.get("response")))
        return {"success": True}

    def _open(self, kind: str) -> Params:
        found = [request.params for request in self.requests[kind].values()]
        if kind == "permission":
            found = [
                {"requestId": params["requestId"], "request": params["promptRequest"]}
                for params in found
            ]
        return {"items": found}

    def _activity(self, _params: Params) -> Params:
        return {"hasActiveWork": self.busy, "abortable": self.busy}

    def _set_plan(self, params: Params) -> None:
        self.plan = params["content"]
        self.emit("session.plan_changed", {"operation": "update"})

    def _log(self, params: Params) -> Params:
        level = params.get("level", "info")
        name = "errorType" if level == "error" else f"{level}Type"
        self.emit(f"session.{level}", {name: "notification", "message": params["message"]})
        return {"eventId": self.history[-1]["id"]}


def _completed(result: Params) -> Params:
    kinds = {
        "approve-once": "approved",
        "approve-for-session": "approved-for-session",
        "reject": "denied-interactively-by-user",
        "user-not-available": "denied-no-approval-rule-and-could-not-request-from-user",
    }
    done = {"kind": kinds.get(result["kind"], result["kind"])}
    return done | ({"feedback": result["feedback"]} if "feedback" in result else {})
