"""Requests of the agent that wait for somebody's answer.

A policy answers at once; otherwise the request waits until a view, a test or a time limit
answers. The first answer wins. Everything here happens on the session's loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from copilot_nb.protocol.permission import (
    PermissionDecision,
    PermissionRequest,
    reject,
    user_not_available,
)

if TYPE_CHECKING:
    from copilot_nb.protocol.base import Wire
    from copilot_nb.protocol.user_input import UserInputRequest, UserInputResponse

Kind = Literal[
    "permission",
    "user_input",
    "elicitation",
    "exit_plan_mode",
    "auto_mode_switch",
    "session_limits",
    "sign_in",
]

KINDS: tuple[Kind, ...] = get_args(Kind)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRequest:
    """Something that waits for an answer."""

    id: str
    kind: Kind
    session_id: str = ""
    permission: PermissionRequest | None = None
    """What would be done; of permission requests only."""
    prompt: dict[str, Any] = field(default_factory=dict)
    """What to show, by wire names: the runtime's `promptRequest`, a form, a plan."""
    user_input: UserInputRequest | None = None
    tool_call_id: str | None = None

    @property
    def holds_runtime(self) -> bool:
        """Whether a hook of the runtime waits for it."""
        return self.prompt.get("kind") == "release"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and whose it was."""

    value: PermissionDecision | UserInputResponse | Wire | None
    """None: withdrawn, or nobody could be asked."""
    by: str = "you"
    """you, a policy, "rule shell …", "time limit"."""
    words: str = ""
    """The answer as a person would say it."""
    choice: str = ""
    """The button's id, where one was pressed."""
    body: str | None = None
    """What was asked about, as the person edited it; None when it was left as it was."""

    @classmethod
    def decision(cls, decision: PermissionDecision, by: str = "you") -> Answer:
        """A decision about a permission, in its usual words."""
        return cls(decision, by, _words(decision))

    @classmethod
    def reply(cls, response: UserInputResponse, by: str = "you") -> Answer:
        """An answer to a question, in its own words."""
        return cls(response, by, response.answer)

    @property
    def approved(self) -> bool:
        """Whether it lets a permission request through."""
        return isinstance(self.value, PermissionDecision) and self.value.is_approved


WITHDRAWN = Answer(None, "the runtime", "Withdrawn")
"""What watchers are told when a request ends without an answer of ours."""

Policy = Callable[[PendingRequest], Answer | None]
Watcher = Callable[[PendingRequest, Answer | None], None]


class PendingRequests:
    """The one place where requests wait.

    Args:
        record: Told of every request and answer before any watcher; does not count as somebody
            who could answer.
    """

    def __init__(self, record: Watcher | None = None) -> None:
        self.policies: list[Policy] = []
        """Asked first, in order; the first Answer counts. One that raises denies."""
        self.attended = False
        """A person can answer. If not, and nobody watches, requests are declined at once."""
        self.time_limit: float | None = None
        """Seconds until an open request is declined; None waits for ever."""
        self._record = record
        self._watchers: list[Watcher] = []
        self._waiting: dict[str, tuple[PendingRequest, asyncio.Future[Answer]]] = {}

    @property
    def open(self) -> tuple[PendingRequest, ...]:
        """What waits now, oldest first."""
        return tuple(request for request, _ in self._waiting.values())

    async def ask(self, request: PendingRequest) -> Answer:
        """Wait for an answer. Cancelling the wait withdraws the request."""
        answer = self.decide(request)
        if answer is None and not (self.attended or self._watchers):
            answer = decline(request, "nobody could be asked")
        if answer is not None:
            self._tell(request, answer)
            return answer
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[request.id] = (request, waiting)
        try:
            self._tell(request, None)
            async with asyncio.timeout(self.time_limit):
                return await waiting
        except TimeoutError:
            answer = decline(request, "time limit")
            self._tell(request, answer)
            return answer
        except asyncio.CancelledError:
            self._tell(request, WITHDRAWN)
            raise
        finally:
            self._waiting.pop(request.id, None)

    def answer(self, request_id: str, answer: Answer) -> bool:
        """Answer an open request; False when it is not open any more."""
        request, waiting = self._waiting.pop(request_id, (None, None))
        if request is None or waiting is None or waiting.done():
            return False
        waiting.set_result(answer)
        self._tell(request, answer)
        return True

    def let_go(self) -> None:
        """Decline what one of the runtime's hooks waits for: it cannot be stopped before."""
        for request in self.open:
            if request.holds_runtime:
                self.answer(request.id, decline(request, "the stop"))

    def cancel(self, request_id: str) -> bool:
        """Withdraw an open request: who waits for it gets a CancelledError."""
        _, waiting = self._waiting.get(request_id, (None, None))
        return waiting is not None and waiting.cancel()

    def on_change(self, callback: Watcher) -> Callable[[], None]:
        """Call back with (request, None) when one opens and (request, answer) when it ends.

        Returns:
            A function that ends it.
        """
        self._watchers.append(callback)

        def stop() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return stop

    def decide(self, request: PendingRequest) -> Answer | None:
        """What the policies say; None when they leave it to somebody else."""
        for policy in tuple(self.policies):
            try:
                answer = policy(request)
            except Exception:  # noqa: BLE001 - a broken policy must not let anything through
                _log.exception("A policy failed; it counts as a no")
                return decline(request, "a policy that failed")
            if answer is not None:
                return answer
        return None

    def _tell(self, request: PendingRequest, answer: Answer | None) -> None:
        for watcher in (*([self._record] if self._record else []), *self._watchers):
            try:
                watcher(request, answer)
            except Exception:  # noqa: BLE001 - one watcher's fault is not the others'
                _log.exception("A watcher of pending requests failed")


def decline(request: PendingRequest, by: str) -> Answer:
    """The answer that lets nothing through and lets the turn go on."""
    if request.kind != "permission":
        return Answer(None, by, "Not answered")
    decision = reject("Denied by " + by) if by.startswith("a policy") else user_not_available()
    return Answer(decision, by, "Denied")


_WORDS = {
    "approve-once": "Allowed once",
    "approve-for-session": "Allowed for this session",
    "approve-read-only-for-session": "Allowed for this session",
    "approve-for-location": "Allowed always",
    "approve-permanently": "Allowed always",
    "reject": "Denied, and the turn stopped",
    "user-not-available": "Denied",
    "no-result": "Left open",
}


def _words(decision: PermissionDecision) -> str:
    return f"Denied: {decision.feedback}" if decision.feedback else _WORDS[decision.kind]
