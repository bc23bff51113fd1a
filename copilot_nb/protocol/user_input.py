"""Questions the agent asks a person, and their answers."""

from __future__ import annotations

from copilot_nb.protocol.base import Wire


class UserInputRequest(Wire):
    """A question."""

    question: str = ""
    choices: list[str] | None = None
    """Suggestions; other answers are accepted too."""
    allow_freeform: bool | None = None


class UserInputResponse(Wire):
    """An answer."""

    answer: str
    was_freeform: bool
    """False for one of the choices. Required: the runtime drops answers without it."""

    @classmethod
    def to(cls, request: UserInputRequest, answer: str) -> UserInputResponse:
        """The answer to that request; whether it is freeform follows from the choices."""
        return cls(answer=answer, was_freeform=answer not in (request.choices or ()))
