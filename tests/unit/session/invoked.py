"""A session on a function in place of a runtime, and what that runtime says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from copilot_nb.protocol.events import SessionEvent, parse
from copilot_nb.session.handlers import Handlers
from copilot_nb.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]


class Invoke:
    """Stands where the runtime is: keeps the calls, gives the answers."""

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.answers = {"session.send": {"messageId": "p"}, "session.metadata.activity": {}}
        self.answers |= {name.replace("_", "."): value for name, value in answers.items()}

    async def __call__(
        self, method: str, params: Mapping[str, Any], *, timeout: float | None
    ) -> Any:
        """The answer to a call."""
        self.calls.append((method, dict(params)))
        answer = self.answers.get(method)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sent(self, method: str) -> list[Json]:
        """What was sent to that method."""
        return [params for name, params in self.calls if name == method]


def session_on(invoke: Invoke | None = None, **handlers: Any) -> Session:
    """A session on that function."""
    return Session("s", None, invoke or Invoke(), handlers=Handlers(**handlers))


def event(kind: str, /, **data: Any) -> SessionEvent:
    """An event as it comes."""
    return parse({"type": kind, "data": data, "id": kind})


def play(session: Session, *events: SessionEvent) -> None:
    """The runtime says that."""
    for one in events:
        session.dispatch_event(one)


async def settle() -> None:
    """Let what was started go on as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


ANSWER = (
    event("user.message", messageId="p", content="?"),
    event("assistant.message", messageId="m", originatingMessageId="p", content="Hi."),
    event("assistant.idle"),
    event("session.idle"),
)
