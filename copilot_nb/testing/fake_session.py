"""One session of the runtime in memory: its queue, its agent loop, its events."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from copilot_nb.errors import CopilotError
from copilot_nb.testing.fake_model import ModelFailure, speak
from copilot_nb.testing.fake_requests import Rejected
from copilot_nb.testing.fake_tools import run_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.testing.reply import Reply
    from copilot_nb.testing.runtime import Link

Params = dict[str, Any]


@dataclass(slots=True)
class Prompt:
    """One entry of the queue."""

    params: Params
    id: str = field(default_factory=lambda: str(uuid4()))


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
        self._queue: deque[Prompt] = deque()
        self._steering: deque[Prompt] = deque()
        self._worker: asyncio.Task[None] | None = None
        self.methods: dict[str, Callable[[Params], Any]] = {
            "session.send": self._send,
            "session.abort": self._abort,
            "session.getMessages": lambda _: {"events": self.history},
            "session.tools.set": self._set_tools,
            "session.tools.handlePendingToolCall": lambda p: self._settle("tool", p),
            "session.tools.listPendingRequests": lambda _: self._open("tool"),
            "session.permissions.handlePendingPermissionRequest": self._decide,
            "session.permissions.pendingRequests": lambda _: self._open("permission"),
            "session.metadata.activity": self._activity,
            "session.queue.pendingItems": self._pending_items,
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
        while self._queue:
            await self._turn(self._queue.popleft())
        self.emit("assistant.idle", ephemeral=True)
        self.emit("session.idle", {"mode": self.mode}, ephemeral=True)

    async def _turn(self, prompt: Prompt) -> None:
        text = prompt.params.get("prompt", "")
        await self.hook("userPromptSubmitted", prompt=text)
        self.title = self.title or text
        self._hear(prompt, "queued" if self._queue or self.messages else "idle")
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
            elif self._steering:
                self._hear(self._steering.popleft(), "steering" if calls else "queued")
            elif not calls:
                return
            step += 1

    def _hear(self, prompt: Prompt, delivery: str) -> None:
        text = prompt.params.get("prompt", "")
        self.emit(
            "user.message",
            {
                "content": prompt.params.get("displayPrompt") or text,
                "transformedContent": text,
                "messageId": prompt.id,
                "delivery": delivery,
            },
        )
        self.messages.append({"role": "user", "content": text})

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
        (self._steering if steers else self._queue).append(prompt)
        self.emit("pending_messages.modified", ephemeral=True)
        if not self.busy:
            self._worker = asyncio.get_running_loop().create_task(self._work())
        return {"messageId": prompt.id}

    def _abort(self, _params: Params) -> Params:
        if self.busy:
            self.emit("abort", {"reason": "user_initiated"})
            for request_id, request in tuple(self.requests["permission"].items()):
                result = {"kind": "cancelled", "reason": "Session aborted"}
                self.emit("permission.completed", {"requestId": request_id, "result": result})
                request.answer.cancel()
            for request_id in tuple(self.requests["tool"]):
                self.emit("external_tool.completed", {"requestId": request_id}, ephemeral=True)
            self._forget_work()
            self.emit("assistant.turn_end", {"turnId": "0"})
            self.emit("assistant.idle", {"aborted": True}, ephemeral=True)
            self.emit("session.idle", {"aborted": True, "mode": self.mode}, ephemeral=True)
        return {"success": True}

    def _forget_work(self) -> None:
        self._queue.clear()
        self._steering.clear()
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

    def _pending_items(self, _params: Params) -> Params:
        return {"items": [{"messageId": prompt.id} for prompt in self._queue]}

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
