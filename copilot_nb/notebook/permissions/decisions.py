"""Who answers the requests of one notebook, and what a click means for the next ones.

In this order: a standing rule that denies, the policy that is set, a standing rule that allows,
what was allowed for this session, and where nobody is, a no. What none of them answers waits for a
person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import ConfigError, CopilotError
from copilot_nb.notebook.permissions import policy
from copilot_nb.notebook.permissions.answers import answer_of
from copilot_nb.notebook.permissions.places import link_target
from copilot_nb.notebook.permissions.remembered import Remembered
from copilot_nb.notebook.permissions.rules import StandingRules
from copilot_nb.notebook.permissions.subject import model_name, paths
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.local import LocalNotice, LocalRequestWarned
from copilot_nb.protocol.session import MessageOptions
from copilot_nb.transcript.blocks import ToolBlock
from copilot_nb.transcript.requests import NOT_SENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from copilot_nb.notebook.permissions.rule_file import StandingRule, ToolName
    from copilot_nb.notebook.settings import Settings
    from copilot_nb.session.pending import Answer, PendingRequest
    from copilot_nb.session.session import Session

_UNREADABLE = "a file of rules that cannot be read"
_EDITED = "The user edited the plan before approving it. Follow it as it reads now:\n\n{}"
_EDITED_SHOWN = "Follow the plan as I edited it."


class Decisions:
    """Answers for one notebook's person as far as they have said already what they want.

    Args:
        settings: Name the policy.
        folder: Tells where the agent works.
        is_headless: Tells whether a turn runs in front of which nobody can answer.
    """

    def __init__(
        self, settings: Settings, folder: Callable[[], Path], is_headless: Callable[[], bool]
    ) -> None:
        self._folder = folder
        self.rules = StandingRules(folder=folder)
        """What outlives a session."""
        self._settings = settings
        self._is_headless = is_headless
        self._remembered = Remembered(folder)

    def check(self) -> None:
        """See before a turn that policy and rules can be meant.

        Raises:
            ConfigError: They cannot.
        """
        self._policy()
        self.rules.check()

    def list(self, *, everywhere: bool = False) -> tuple[StandingRule, ...]:
        """The standing rules that hold here, or all, and what was allowed for this session.

        Raises:
            ConfigError: The file of rules cannot be read or understood.
        """
        first = len(self.rules.list(everywhere=True)) + 1
        here = str(self._folder())
        numbered = enumerate(self._remembered.rules, first)
        now = (replace(rule, number=at) for at, rule in numbered)
        holds = (rule for rule in now if everywhere or rule.place == here)
        return (*self.rules.list(everywhere=everywhere), *holds)

    def revoke(self, number: int) -> StandingRule:
        """Take back the rule of that number in `list`; what was revoked.

        Raises:
            UsageError: There is none.
            ConfigError: The file cannot be read or written.
        """
        rules = self.list(everywhere=True)
        rule = next((rule for rule in rules if rule.number == number), None)
        if rule is None or rule.until != "session":
            return self.rules.revoke(number)
        self._remembered.revoke(replace(rule, number=0))
        return rule

    def forget(self) -> None:
        """What was allowed in this session is over."""
        self._remembered.clear()

    def attach(self, session: Session) -> None:
        """Decide what this session asks, before any person does."""

        def decide(request: PendingRequest) -> Answer | None:
            _warn_of_links(session, request)
            return self.decide(request, _tool_of(session, request))

        session.pending.policies.insert(0, decide)

    def decide(self, request: PendingRequest, tool: str = "") -> Answer | None:
        """The answer that needs no person.

        Args:
            request: What is asked.
            tool: The model's name of the tool that asks, where it is known.
        """
        try:
            denial = self.rules.denial(request, tool)
        except ConfigError:
            return policy.denied(request, _UNREADABLE)
        if denial is not None:
            return denial
        decide = self._policy()
        answer = (
            (decide(request) if decide else None)
            or self.rules.allowance(request, tool)
            or self._remembered(request)
        )
        if answer is None and self._is_headless():
            return policy.nobody_here(request)
        return answer

    def before_tool(self, tool: ToolName) -> HookOutput | None:
        """Deny a tool that a rule denies whole, also where it would not ask."""
        try:
            rule = self.rules.denial_of(tool)
        except ConfigError:  # the next turn says why
            reason = f"Denied by {_UNREADABLE}."
            return HookOutput(permission_decision="deny", permission_decision_reason=reason)
        if rule is None:
            return None
        reason = f"The user has a rule. {rule.words}."
        return HookOutput(permission_decision="deny", permission_decision_reason=reason)

    def answered(self, session: Session, request_id: str, value: Mapping[str, Any]) -> None:
        """A person has answered in a view; what cannot be understood leaves the request open."""
        request = next((r for r in session.pending.open if r.id == request_id), None)
        try:
            answer = answer_of(request, value) if request else None
        except ValueError as error:
            warnings = (f"{NOT_SENT}{error}.",)
            session.emit_local(LocalRequestWarned(request_id=request_id, warnings=warnings))
            return
        if request is None or answer is None:
            return
        if request.kind == "exit_plan_mode" and answer.body is not None:
            session.tasks.spawn(_approve_edited(session, request_id, answer, answer.body))
        elif session.pending.answer(request_id, answer):
            self._keep(session, request, answer.choice)

    def _keep(self, session: Session, request: PendingRequest, choice: str) -> None:
        if choice == "allow_session":
            self._remembered.remember(request)
        elif choice == "allow_always":
            try:
                self.rules.remember(request)
            except CopilotError as error:
                text = f"Allowed this once only. {error.message}"
                session.emit_local(LocalNotice(text=text, level="warning", details=error.hint))

    def _policy(self) -> policy.Policy | None:
        """The policy as it is set now: a change counts for the next request.

        Raises:
            ConfigError: It cannot be meant; in a request that counts as a no.
        """
        setting = self._settings.find("policy")
        return policy.from_setting(setting.value or "ask", setting.source)


async def _approve_edited(session: Session, request_id: str, answer: Answer, plan: str) -> None:
    """Write the plan down, then approve it and tell the model, which has read another one."""
    try:
        await session.rpc.plan.update(content=plan)
    except CopilotError as error:
        text = f"The edited plan could not be written: {error.message}"
        session.emit_local(LocalNotice(text=text, level="warning"))
        return
    if session.pending.answer(request_id, answer):
        told = MessageOptions(
            prompt=_EDITED.format(plan), display_prompt=_EDITED_SHOWN, mode="immediate"
        )
        await session.send(told)


def _warn_of_links(session: Session, request: PendingRequest) -> None:
    """Say where paths lead that are links: the request names only the links."""
    targets = ((path, link_target(path)) for path in paths(request))
    warnings = tuple(f"{path} leads to {target}" for path, target in targets if target)
    if warnings:
        session.emit_local(LocalRequestWarned(request_id=request.id, warnings=warnings))


def _tool_of(session: Session, request: PendingRequest) -> str:
    """The model's name of the tool that asks; empty where that is not known."""
    asked = request.permission
    if asked is not None and asked.tool_name:
        is_server = asked.kind == "mcp"
        return model_name(str(asked.server_name), asked.tool_name) if is_server else asked.tool_name
    for turn in session.turns:
        block = turn.transcript.get(request.tool_call_id or "")
        if isinstance(block, ToolBlock):
            return block.name
    return ""
