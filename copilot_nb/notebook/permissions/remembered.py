"""What was allowed for the rest of a session.

It is remembered here and answered by us each time: the runtime stays in manual mode, so every
decision is seen and says who made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from copilot_nb.notebook.permissions.answers import YOU
from copilot_nb.notebook.permissions.rule_file import StandingRule
from copilot_nb.notebook.permissions.subject import Subject, subject
from copilot_nb.protocol.permission import approve_once
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from copilot_nb.session.pending import PendingRequest


class Remembered:
    """What was allowed in one session; a policy that answers it again.

    A command, code or URL is remembered by its whole text, a file by its path, a tool by its name;
    each only for the folder that it was allowed in, because `make` is another program elsewhere.

    Args:
        folder: Tells where the agent works.
    """

    def __init__(self, folder: Callable[[], Path] = Path.cwd) -> None:
        self._folder = folder
        self._allowed: dict[tuple[Path, Subject], StandingRule] = {}

    @property
    def rules(self) -> tuple[StandingRule, ...]:
        """The same as rules that end with the session, in the order of the clicks."""
        return tuple(self._allowed.values())

    def remember(self, request: PendingRequest) -> None:
        """Allow the same again, if it is a permission."""
        if request.kind == "permission":
            folder, about = self._folder(), subject(request)
            rule = StandingRule(
                decision="allow",
                kind=about.rule_kind,
                text=about.text,
                place=str(folder),
                until="session",
            )
            self._allowed[folder, about] = rule

    def revoke(self, rule: StandingRule) -> None:
        """Ask again about what this one of `rules` allows."""
        self._allowed = {about: each for about, each in self._allowed.items() if each != rule}

    def clear(self) -> None:
        """Forget everything: a new session starts without permissions."""
        self._allowed.clear()

    def __call__(self, request: PendingRequest) -> Answer | None:
        """The earlier decision, or None."""
        wanted = (self._folder(), subject(request))
        if request.kind != "permission" or wanted not in self._allowed:
            return None
        return Answer(approve_once(), YOU, "Allowed earlier in this session")
