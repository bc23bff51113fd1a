"""What waits in a session in memory: prompts that get a turn of their own, and those that steer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from copilot_nb.errors import RpcError
from copilot_nb.rpc.peer import INVALID_PARAMS

Params = dict[str, Any]

_numbers = count(1)


@dataclass(slots=True)
class Prompt:
    """What a client has sent."""

    params: Params
    id: str = field(default_factory=lambda: str(uuid4()))
    item: str = field(default_factory=lambda: str(next(_numbers)))
    """Its name in the queue."""

    @property
    def text(self) -> str:
        """What the model gets."""
        return str(self.params.get("prompt", ""))

    @property
    def shown(self) -> str:
        """What a person sees."""
        return self.params.get("displayPrompt") or self.text

    def is_meant(self, params: Params) -> bool:
        """Whether a withdrawal names it, unchanged."""
        return (self.id, self.text) == (params["messageId"], params["expectedPrompt"])


class FakeQueue:
    """The two lanes."""

    def __init__(self) -> None:
        self.waiting: deque[Prompt] = deque()
        self.steering: deque[Prompt] = deque()

    def __bool__(self) -> bool:
        return bool(self.waiting or self.steering)

    def clear(self) -> None:
        """Drop all."""
        self.waiting.clear()
        self.steering.clear()

    def unsteered(self) -> None:
        """There is nothing left to steer: those prompts get turns of their own."""
        self.waiting.extendleft(reversed(self.steering))
        self.steering.clear()

    def withdraw(self, params: Params) -> bool:
        """Answer `session.queue.withdrawMessage`, for what waits."""
        for lane in (self.waiting, self.steering):
            for prompt in tuple(lane):
                if prompt.is_meant(params):
                    lane.remove(prompt)
                    return True
        return False

    def items(self, _params: Params) -> Params:
        """Answer `session.queue.pendingItems`."""
        return {
            "items": [
                {"id": prompt.item, "messageId": prompt.id, "displayText": prompt.shown}
                for prompt in self.waiting
            ],
            "steeringMessages": [prompt.shown for prompt in self.steering],
        }

    def remove_at(self, params: Params) -> Params:
        """Answer `session.queue.removeAt`."""
        self.waiting.remove(self._found(params["id"]))
        return {"removed": True}

    def update_text(self, params: Params) -> Params:
        """Answer `session.queue.updateText`."""
        self._found(params["id"]).params["prompt"] = params["prompt"]
        return {"updated": True}

    def _found(self, item: str) -> Prompt:
        for prompt in self.waiting:
            if prompt.item == item:
                return prompt
        raise RpcError(f"unknown queue item id '{item}'", code=INVALID_PARAMS)
