"""Calls that are allowed or denied without asking, as a policy of ours.

The runtime's own rules are not used: an approved prefix such as `echo:*` would let `echo x; rm y`
run. Here an allowed command is exactly the text of its rule, or begins with it and holds no
operator of the shell. Denied is whatever begins with it in any segment; denials win.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_nb.errors import ConfigError
from copilot_nb.protocol.permission import approve_once, reject
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copilot_nb.protocol.permission import PermissionRequest
    from copilot_nb.session.pending import PendingRequest, Policy

_RULE = re.compile(r"([\w-]+)(?:\((.*)\))?", re.DOTALL)
_OPERATORS = re.compile(r"[;&|<>`$(){}\n\\]")
_KINDS = frozenset({"shell", "write", "read", "url", "memory"})


@dataclass(frozen=True, slots=True)
class Rule:
    """`shell`, `shell(git status)`, `shell(git:*)`, `write`, `my_tool`, `server(tool)`."""

    text: str
    name: str
    argument: str | None

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule.

        Raises:
            ConfigError: It is not one.
        """
        found = _RULE.fullmatch(text.strip())
        if found is None:
            raise ConfigError(f"{text!r} is not a tool rule.", hint="Such as `shell(git status)`.")
        return cls(text, found[1], found[2])

    def allows(self, request: PermissionRequest) -> bool:
        """Whether it lets that through."""
        subject = self._subject(request)
        if subject is None or self.argument is None:
            return subject is not None
        if not self.argument.endswith(":*"):
            return subject == self.argument
        prefix = self.argument.removesuffix(":*")
        return _begins(subject, prefix) and not _OPERATORS.search(subject)

    def denies(self, request: PermissionRequest) -> bool:
        """Whether it stops that."""
        subject = self._subject(request)
        if subject is None or self.argument is None:
            return subject is not None
        prefix = self.argument.removesuffix(":*")
        return any(_begins(part.strip(), prefix) for part in _OPERATORS.split(subject))

    def _subject(self, request: PermissionRequest) -> str | None:
        """What the rule's argument is compared with; None when it is about something else."""
        if self.name in _KINDS:
            if request.kind != self.name:
                return None
            return next(
                filter(
                    None, (request.full_command_text, request.file_name, request.path, request.url)
                ),
                "",
            )
        if request.kind == "mcp" and request.server_name == self.name:
            return request.tool_name or ""
        return "" if request.tool_name == self.name and self.argument is None else None


def policy(*, allow: Iterable[str], deny: Iterable[str], allow_all: bool) -> Policy | None:
    """The policy of these rules; None when there are none.

    Raises:
        ConfigError: A text is not a rule.
    """
    allowed, denied = [*map(Rule.parse, allow)], [*map(Rule.parse, deny)]
    if not (allowed or denied or allow_all):
        return None

    def decide(pending: PendingRequest) -> Answer | None:
        request = pending.permission
        if request is None:
            return None
        for rule in denied:
            if rule.denies(request):
                decision = reject(f"A rule of the user denies this ({rule.text}).")
                return Answer.decision(decision, f"rule {rule.text}")
        for rule in allowed:
            if rule.allows(request) and pending.prompt.get("kind") != "path":
                return Answer.decision(approve_once(), f"rule {rule.text}")
        return Answer.decision(approve_once(), "allow_all_tools") if allow_all else None

    return decide


def _begins(text: str, prefix: str) -> bool:
    return text == prefix or text.startswith(prefix + " ")
