"""Follows one prompt through the stream of events, to its own end.

Several prompts share one stream and one idle; ids tell whose is whose. Pure logic: what comes in
are events, what comes out is whether they belong here, and how it ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copilot_nb.errors import CopilotError, TurnAbortedError
from copilot_nb.protocol import events
from copilot_nb.protocol.events import local_event, parse
from copilot_nb.session.answer_text import AnswerText
from copilot_nb.session.failures import session_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.protocol.events import SessionEvent

Until = Literal["assistant", "session"]
"""Where a turn ends: with the agent's answer, or when nothing runs in the background either."""

REJECTED = "rejected by user"
DROPPED = "dropped from the queue"
DENIED_BY_PERSON = "denied-interactively-by-user"


class Run:
    """One prompt's way from the queue to its end.

    Args:
        until: Which idle ends it.
        steering: It was sent to join a turn that runs: answers carry that turn's id.
        alone: Tells whether no other prompt of this session is at work.
    """

    def __init__(
        self,
        *,
        until: Until = "session",
        steering: bool = False,
        alone: Callable[[], bool] = lambda: True,
    ) -> None:
        self.message_id: str | None = None
        self.started = False
        self.joins = False
        """It steers: it came into a turn that another prompt had begun."""
        self.finished = False
        self.text = AnswerText()
        self.message: SessionEvent | None = None
        """The answer: the last message that asks for no tools, or the last one."""
        self.error: events.SessionErrorEvent | None = None
        self.abort_reason: str | None = None
        self.passed_over = False
        """The session came to rest before this prompt's turn: it may have been dropped."""
        self.closing: SessionEvent | None = None
        """What ends the transcript where no event of its own does."""
        self._until = until
        self._steering = steering
        self._alone = alone
        self._early: list[SessionEvent] = []
        self._seen_prompts: dict[str, SessionEvent] = {}
        self._sent_later: set[str] = set()
        self._rejected = False

    @property
    def joined_by(self) -> set[str]:
        """Ids of prompts that people sent and that came while this one was at work."""
        return {
            message_id
            for message_id, event in self._seen_prompts.items()
            if getattr(event.data, "source", None) is None  # autopilot prompts itself
        }

    @property
    def failure(self) -> CopilotError | None:
        """What went wrong, once it is finished."""
        if self.abort_reason is not None:
            return TurnAbortedError(
                f"The turn was stopped ({self.abort_reason}).",
                reason=self.abort_reason,
                partial=self.text.join(),
            )
        return None if self.error is None else session_error(self.error)

    def accept(self, message_id: str) -> list[SessionEvent]:
        """The runtime has taken the prompt under that id.

        Returns:
            Those events that came before the id was known and belong here.
        """
        self.message_id = message_id
        early, self._early = self._early, []
        return [event for event in early if self.feed(event)]

    def sent_another(self, message_id: str) -> None:
        """A later prompt of this client waits in the queue: its turn is the end of this one."""
        self._sent_later.add(message_id)
        if prompt := self._seen_prompts.get(message_id):
            self._overtaken(prompt)

    def feed(self, event: SessionEvent) -> bool:
        """Take the next event of the session; True when it belongs to this run."""
        if self.finished:
            return False
        if self.message_id is None:
            self._early.append(event)
            return False
        if event.agent_id is None and (step := _STEPS.get(event.type)):
            return step(self, event)
        return self.started or event.type.startswith("local.")

    def drop(self) -> None:
        """The queue was emptied before it was this prompt's turn."""
        self.abort_reason = DROPPED
        self.closing = local_event(events.LocalInterrupted(reason=DROPPED))
        self.finish()

    def finish(self) -> None:
        """This is the end, whatever is missing."""
        self.finished = True

    def take_prompt(self, event: SessionEvent) -> bool:
        """A prompt entered the conversation: ours, or the next one, which ends ours."""
        data = event.data
        if not isinstance(data, events.UserMessage) or data.message_id is None:
            return self.started
        if data.message_id == self.message_id:
            self.started = True
            self.joins = data.delivery == "steering"
            if data.agent_mode == "autopilot":
                self._until = "session"  # the agent rests between the prompts it gives itself
        elif self.started and data.message_id in self._sent_later:
            self._overtaken(event)
            return False
        elif self.started:
            self._seen_prompts[data.message_id] = event
        return self.started

    def take_piece(self, event: SessionEvent) -> bool:
        """A piece of an answer."""
        if self.started and isinstance(data := event.data, events.AssistantMessageDelta):
            self.text.add(data.message_id, data.delta_content)
        return self.started

    def take_message(self, event: SessionEvent) -> bool:
        """A whole answer: ours when it names our prompt, or the one that we steer."""
        data = event.data
        if not isinstance(data, events.AssistantMessage):
            return self.started
        origin = data.originating_message_id
        ours = origin is not None and (origin == self.message_id or self._steering)
        self.started = self.started or origin == self.message_id
        if not (ours and self.started):
            self.text.drop(data.message_id)
            return self.started
        self.text.complete(data.message_id, data.content)
        if self.message is None or not data.tool_requests or _asks_for_tools(self.message):
            self.message = event
        return True

    def take_retry(self, event: SessionEvent) -> bool:
        """The model call starts anew: what it had sent is void."""
        self.text.retry()
        return self.started

    def take_step_end(self, event: SessionEvent) -> bool:
        """A model call ended; pieces without a whole message stand (length limit)."""
        self.text.keep()
        return self.started

    def take_warning(self, event: SessionEvent) -> bool:
        """A hook may have blocked the prompt: then there is no `user.message`."""
        data = event.data
        if isinstance(data, events.SessionWarning) and self.message_id is not None:
            self.started = self.started or data.originating_message_id == self.message_id
        return self.started

    def take_error(self, event: SessionEvent) -> bool:
        """A failure: ours when it names us, or when it names nobody and nobody else is at work."""
        data = event.data
        if not isinstance(data, events.SessionErrorEvent) or data.error_type == "notification":
            return self.started
        origin = data.originating_message_id
        if origin not in {None, self.message_id}:
            return False
        if origin is None and not (self.started or self._alone()):
            return False
        self.started, self.error = True, data
        return True

    def take_permission(self, event: SessionEvent) -> bool:
        """A plain no stops the turn; the runtime does not say so in so many words."""
        data = event.data
        if isinstance(data, events.PermissionCompleted):
            result = data.result
            self._rejected |= result.kind == DENIED_BY_PERSON and not result.feedback
        return self.started

    def take_tool(self, event: SessionEvent) -> bool:
        """A tool that rejects stops the turn too."""
        data = event.data
        if isinstance(data, events.ToolExecutionComplete) and data.error is not None:
            self._rejected |= data.error.code == "rejected"
        return self.started

    def take_abort(self, event: SessionEvent) -> bool:
        """The turn that runs was stopped."""
        if self.started:
            reason = getattr(event.data, "reason", "") or "user_initiated"
            self.abort_reason = REJECTED if self._rejected else reason
        return self.started

    def take_answer_idle(self, event: SessionEvent) -> bool:
        """The agent has answered; work in the background may go on."""
        self._rest(event)
        if self.started and self._until == "assistant":
            self.finish()
        return self.started

    def take_idle(self, event: SessionEvent) -> bool:
        """Nothing runs any more."""
        self._rest(event)
        if self.started:
            self.finish()
        else:
            self.passed_over = True
        return self.started

    def take_mode(self, event: SessionEvent) -> bool:
        """An approved plan may go on by itself: the agent rests between its own prompts."""
        if self.started and getattr(event.data, "new_mode", "") == "autopilot":
            self._until = "session"
        return self.started

    def take_autopilot_stop(self, event: SessionEvent) -> bool:
        """Autopilot has ended what our prompt began."""
        if getattr(event.data, "request_id", None) == self.message_id and self.started:
            self._overtaken(event)
        return self.started

    def _overtaken(self, event: SessionEvent) -> None:
        """The agent goes on to something else: it rests, as far as this run is concerned."""
        rest = {"type": "assistant.idle", "ephemeral": True, "timestamp": event.timestamp}
        self.closing = parse(rest | {"data": {}})
        self.finish()

    def _rest(self, event: SessionEvent) -> None:
        if self.started and self.abort_reason is None and getattr(event.data, "aborted", False):
            self.abort_reason = "user_initiated"


def _asks_for_tools(message: SessionEvent) -> bool:
    data = message.data
    return isinstance(data, events.AssistantMessage) and bool(data.tool_requests)


_STEPS: dict[str, Callable[[Run, SessionEvent], bool]] = {
    "user.message": Run.take_prompt,
    "assistant.message_delta": Run.take_piece,
    "assistant.message": Run.take_message,
    "assistant.turn_retry": Run.take_retry,
    "assistant.turn_end": Run.take_step_end,
    "session.warning": Run.take_warning,
    "session.error": Run.take_error,
    "permission.completed": Run.take_permission,
    "tool.execution_complete": Run.take_tool,
    "abort": Run.take_abort,
    "assistant.idle": Run.take_answer_idle,
    "session.idle": Run.take_idle,
    "session.autopilot_stopped": Run.take_autopilot_stop,
    "session.mode_changed": Run.take_mode,
}
