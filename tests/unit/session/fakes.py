"""A runtime in memory that answers otherwise where a test says so."""

from __future__ import annotations

from typing import Any

from copilot_nb.testing.runtime import FakeRuntime

Json = dict[str, Any]


class Runtime(FakeRuntime):
    """A fake with some of its answers replaced."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        self.answers = {name.replace("_", "."): answer for name, answer in answers.items()}

    async def answer(self, link: Any, method: str, params: Json) -> Any:
        """The replacement, where there is one."""
        if method not in self.answers:
            return await super().answer(link, method, params)
        self.calls.append((method, params))
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        return answer(params) if callable(answer) else answer
