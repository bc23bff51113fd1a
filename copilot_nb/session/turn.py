"""Everything from one prompt to its end, as it comes and afterwards.

A Turn holds the immutable transcript of the moment; the session feeds it, others look at it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import CopilotError, TurnAbortedError, TurnTimeoutError
from copilot_nb.protocol.events import parse
from copilot_nb.session.subscription import EventSubscription, Lagged
from copilot_nb.transcript.blocks import ToolBlock, Transcript, Usage
from copilot_nb.transcript.reduce import reduce
from copilot_nb.transcript.whole import whole_output

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from copilot_nb.protocol.events import SessionEvent
    from copilot_nb.session.run import Run

IDLE_AFTER_ERROR = 2.0
"""Seconds that the idle may take which follows every error."""

_FENCE = re.compile(
    r"^(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n]*\n(.*?)(?:^\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced block of an answer."""

    code: str
    language: str = ""


def code_blocks(text: str) -> tuple[CodeBlock, ...]:
    """The fenced code of a Markdown text."""
    return tuple(
        CodeBlock(code=found[3].removesuffix("\n"), language=found[2])
        for found in _FENCE.finditer(text)
    )


class Turn:
    """One prompt and what came of it. Made by `Session.start_turn` and `Session.ask`."""

    def __init__(self, prompt: str, run: Run) -> None:
        self.prompt = prompt
        self.error: CopilotError | None = None
        """Why it failed or was stopped; None while it runs and when all went well."""
        self.given_up = False
        """Its `ask` was cancelled: nobody waits for it any more."""
        self._run = run
        self._raw: list[Mapping[str, Any]] = []  # of its events: typed ones are many objects each
        self._folded = (Transcript(prompt=prompt), 0)  # and how many events are in it
        self._streams: list[EventSubscription] = []
        self._watchers: list[Callable[[Transcript], None]] = []
        self._ended = asyncio.Event()
        self._error_timer: asyncio.TimerHandle | None = None

    @property
    def transcript(self) -> Transcript:
        """What a view draws: made when somebody looks, for an answer that nobody watches.

        Any thread may look: what is kept is one value, and made again at worst.
        """
        transcript, count = self._folded
        news = self._raw[count:]
        if news:
            for raw in news:
                transcript = _reduced(transcript, parse(raw))
            self._folded = (transcript, count + len(news))
        return transcript

    @property
    def message_id(self) -> str | None:
        """The runtime's id of the prompt; None until the runtime has taken it."""
        return self._run.message_id

    @property
    def started(self) -> bool:
        """Whether the runtime has begun with it; before that it waits in the queue."""
        return self._run.started

    @property
    def joins(self) -> bool:
        """Whether it steers: it came into a turn that another prompt had begun."""
        return self._run.joins

    @property
    def joined_by(self) -> set[str]:
        """Ids of prompts, of whatever client, that came while this one was at work."""
        return self._run.joined_by

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended.is_set()

    @property
    def events(self) -> tuple[SessionEvent, ...]:
        """All its events so far."""
        return tuple(map(parse, self._raw))

    @property
    def message(self) -> SessionEvent | None:
        """The event with the final answer."""
        return self._run.message

    @property
    def text(self) -> str:
        """The answer: its messages, a blank line between them; without reasoning."""
        return self._run.text.join()

    @property
    def final_text(self) -> str:
        """The last message alone."""
        return self._run.text.last()

    @property
    def code_blocks(self) -> tuple[CodeBlock, ...]:
        """The fenced code of the answer."""
        return code_blocks(self.text)

    @property
    def tool_calls(self) -> tuple[ToolBlock, ...]:
        """The tool calls, in order."""
        return self.transcript.tools

    def output_of(self, tool_call_id: str) -> str:
        """All that a tool call printed; of long outputs the transcript keeps both ends only.

        Args:
            tool_call_id: The `id` of one of `tool_calls`; others give an empty text.
        """
        return whole_output(self.events, tool_call_id)

    @property
    def usage(self) -> Usage:
        """What it cost, as far as the runtime said."""
        return self.transcript.usage

    @property
    def aborted(self) -> bool:
        """Whether it was stopped before its end."""
        return isinstance(self.error, TurnAbortedError)

    def on_change(self, callback: Callable[[Transcript], None]) -> Callable[[], None]:
        """Call back with each new transcript, on the loop's thread.

        Returns:
            A function that ends it.
        """
        self._watchers.append(callback)
        return partial(_discard, self._watchers, callback)

    async def wait(self, timeout: float | None = None) -> Turn:
        """Wait for the end. Giving up the wait leaves the turn running.

        Raises:
            SessionError: The turn failed; subclasses say how.
            TurnAbortedError: It was stopped.
            ConnectionClosedError: The runtime is gone.
            SessionClosedError: The session was closed meanwhile.
            TurnTimeoutError: It did not end within the timeout.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._ended.wait()
        except TimeoutError:
            raise TurnTimeoutError(f"The turn did not end within {timeout:g} s.") from None
        if self.error is not None:
            raise self.error.with_traceback(None)
        return self

    async def stream(self) -> AsyncIterator[SessionEvent]:
        """Its events from the first to the last; then raises what `wait` raises."""
        subscription = EventSubscription(capacity=None)
        for event in self.events:
            subscription.put(event)
        if self.ended:
            subscription.end()
        self._streams.append(subscription)
        try:
            async for item in subscription:
                if not isinstance(item, Lagged):
                    yield item
        finally:
            _discard(self._streams, subscription)
        await self.wait()

    def accept(self, message_id: str) -> None:
        """The runtime has taken the prompt (called by the session)."""
        for event in self._run.accept(message_id):
            self._fold(event)
        self._check()

    def sent_another(self, message_id: str) -> None:
        """A later prompt waits behind this one (called by the session)."""
        self._run.sent_another(message_id)
        self._check()

    def feed(self, event: SessionEvent) -> None:
        """The next event of the session (called by the session)."""
        if self._run.feed(event):
            self._fold(event)
        self._check()

    def feed_piece(self, event: SessionEvent) -> None:
        """Some more text, which ends nothing (called by the session)."""
        if self._run.feed(event):
            self._fold(event)

    def drop(self) -> None:
        """The queue was emptied before its time came (called by the session)."""
        self._run.drop()
        self._check()

    def fail(self, error: CopilotError, last: SessionEvent) -> None:
        """The session can not go on; that is the last event (called by the session)."""
        if not self.ended:
            self._fold(last)
            self._end(error)

    @property
    def passed_over(self) -> bool:
        """Whether the session came to rest before its time came."""
        return self._run.passed_over and not self._run.started and not self.ended

    def _fold(self, event: SessionEvent) -> None:
        self._raw.append(event.raw)
        for stream in self._streams:
            stream.put(event)
        if self._watchers:
            self._watch(event)

    def _watch(self, event: SessionEvent) -> None:
        before, count = self._folded
        if count == len(self._raw) - 1:  # nobody looked away: this event is typed already
            self._folded = (_reduced(before, event), count + 1)
        if self.transcript is not before:
            self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            try:
                watcher(self.transcript)
            except Exception:  # noqa: BLE001 - a view's fault must not stop the turn
                _log.exception("A view of the turn failed")

    def _check(self) -> None:
        if self._run.finished and not self.ended:
            if self._run.closing is not None:
                self._fold(self._run.closing)
            self._end(self._run.failure)
        elif self._run.error is not None and self._error_timer is None:
            loop = asyncio.get_running_loop()
            self._error_timer = loop.call_later(IDLE_AFTER_ERROR, self._end_without_idle)

    def _end_without_idle(self) -> None:
        self._run.finish()
        self._check()

    def _end(self, error: CopilotError | None) -> None:
        if self.ended:
            return
        self.error = error
        self._run.finish()
        if self._error_timer is not None:
            self._error_timer.cancel()
        self._ended.set()
        for stream in self._streams:
            stream.end()

    def _repr_html_(self) -> str:
        from copilot_nb.views.static import to_html

        return to_html(self.transcript)

    def __repr__(self) -> str:
        if not self.ended:
            state = "running" if self.started else "waiting"
        else:
            state = "done" if self.error is None else type(self.error).__name__
        return f"<Turn {self.prompt[:40]!r} {state}, {len(self.text)} characters>"


def _discard(items: list[Any], item: Any) -> None:
    if item in items:
        items.remove(item)


def _reduced(transcript: Transcript, event: SessionEvent) -> Transcript:
    try:
        return reduce(transcript, event)
    except Exception:  # noqa: BLE001 - an odd event must not stop the turn
        _log.exception("An event could not be shown: %s", event.type)
        return transcript
