"""Who hears of events: subscriptions and callbacks, in the order they came.

One event is told to everybody before the next one, whatever a callback does meanwhile.
"""

from __future__ import annotations

import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from copilot_nb.protocol.events import SessionEvent
from copilot_nb.session.subscription import EventSubscription

if TYPE_CHECKING:
    from contextvars import Context

    from copilot_nb.errors import CopilotError
    from copilot_nb.session.tasks import Tasks

EventHandler = Callable[[SessionEvent], Awaitable[None] | None]

_log = logging.getLogger(__name__)


class Registration:
    """One call of `on`. Calling it ends it, at once."""

    def __init__(self, number: int, handler: EventHandler, hub: EventHub) -> None:
        self.id = number
        """What `off` takes."""
        self.handler = handler
        self.active = True
        self.waiting: deque[Awaitable[None]] = deque()
        self._hub = hub

    def __call__(self) -> None:
        """Unsubscribe."""
        self._hub.off(self)


class EventHub:
    """Tells events to those who asked.

    Args:
        tasks: Owns what async callbacks do.
        context: Gives the context that callbacks run in copies of, or None for the caller's.
    """

    def __init__(self, tasks: Tasks, context: Callable[[], Context | None]) -> None:
        self._tasks = tasks
        self._context = context
        self._subscriptions: list[EventSubscription] = []
        self._registrations: dict[int, Registration] = {}
        self._count = 0

    def subscribe(
        self, *, capacity: int | None, on_lag: Literal["item", "raise"]
    ) -> EventSubscription:
        """A new queue that gets every event from now on."""
        subscription = EventSubscription(
            capacity=capacity, on_lag=on_lag, on_close=self._subscriptions.remove
        )
        self._subscriptions.append(subscription)
        return subscription

    def on(self, handler: EventHandler) -> Registration:
        """Call back with every event from the next one on."""
        self._count += 1
        registration = Registration(self._count, handler, self)
        self._registrations[registration.id] = registration
        return registration

    def off(self, which: int | Registration) -> None:
        """End a registration, by its number or itself; unknown ones are ignored."""
        number = which if isinstance(which, int) else which.id
        if registration := self._registrations.pop(number, None):
            registration.active = False

    def tell(self, event: SessionEvent) -> None:
        """Queue for the subscriptions, then call the callbacks, in the order of `on`."""
        for subscription in self._subscriptions:
            subscription.put(event)
        for registration in tuple(self._registrations.values()):
            if registration.active:
                self._call(registration, event)

    def end(self, error: CopilotError | None) -> None:
        """End all subscriptions; callbacks stay for a session that comes back."""
        for subscription in self._subscriptions:
            subscription.end(error)
        self._subscriptions.clear()

    def clear(self) -> None:
        """Forget the callbacks too."""
        self._registrations.clear()

    def _call(self, registration: Registration, event: SessionEvent) -> None:
        context = self._context()
        try:
            if context is None:
                result = registration.handler(event)
            else:
                result = context.copy().run(registration.handler, event)
        except Exception:  # noqa: BLE001 - one callback's fault must not stop the others
            _log.exception("A callback of the session failed")
            return
        if result is not None and inspect.isawaitable(result):
            self._later(registration, result, context)

    def _later(
        self, registration: Registration, work: Awaitable[None], context: Context | None
    ) -> None:
        registration.waiting.append(work)
        if len(registration.waiting) == 1:
            self._tasks.spawn(_drain(registration), context=context)


async def _drain(registration: Registration) -> None:
    while registration.waiting:
        try:
            await registration.waiting[0]
        except Exception:  # noqa: BLE001 - later events must still reach it
            _log.exception("A callback of the session failed")
        finally:
            registration.waiting.popleft()
