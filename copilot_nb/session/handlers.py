"""What an application registers to answer the agent, and the one way it is called."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from copilot_nb.protocol.form import (
    AutoModeSwitchResult,
    ElicitationResult,
    ExitPlanModeResult,
    SessionLimitsResult,
)
from copilot_nb.protocol.hook import HookOutput
from copilot_nb.protocol.permission import PermissionDecision
from copilot_nb.protocol.user_input import UserInputResponse

PermissionHandler = Callable[..., PermissionDecision | Awaitable[PermissionDecision]]
"""(request) or (request, pending): see `PermissionRequest` and `PendingRequest`."""
UserInputHandler = Callable[..., UserInputResponse | str | Awaitable[UserInputResponse | str]]
"""(request) or (request, pending); a plain text is the answer."""
FormHandler = Callable[..., ElicitationResult | Awaitable[ElicitationResult]]
PlanHandler = Callable[..., ExitPlanModeResult | Awaitable[ExitPlanModeResult]]
SwitchHandler = Callable[..., AutoModeSwitchResult | Awaitable[AutoModeSwitchResult]]
LimitsHandler = Callable[..., SessionLimitsResult | Awaitable[SessionLimitsResult]]
CommandHandler = Callable[..., Any]
"""(arguments) or (arguments, event)."""
HookAnswer = HookOutput | Mapping[str, Any] | None
HookHandler = Callable[..., HookAnswer | Awaitable[HookAnswer]]
"""(input); answers a `HookOutput`, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHooks:
    """Functions that the runtime calls at fixed points of a turn. There is no time limit."""

    on_pre_tool_use: HookHandler | None = None
    on_post_tool_use: HookHandler | None = None
    on_post_tool_use_failure: HookHandler | None = None
    on_user_prompt_submitted: HookHandler | None = None
    on_user_prompt_transformed: HookHandler | None = None
    on_session_start: HookHandler | None = None
    on_session_end: HookHandler | None = None
    on_error_occurred: HookHandler | None = None
    on_agent_stop: HookHandler | None = None
    on_pre_mcp_tool_call: HookHandler | None = None
    on_subagent_start: HookHandler | None = None
    on_subagent_stop: HookHandler | None = None

    def get(self, hook_type: str) -> HookHandler | None:
        """The function for a hook by its wire name, such as "preToolUse"."""
        for option in fields(self):
            if _wire_name(option.name) == hook_type:
                handler: HookHandler | None = getattr(self, option.name)
                return handler
        return None

    def __bool__(self) -> bool:
        return any(getattr(self, option.name) is not None for option in fields(self))


@dataclass(slots=True, kw_only=True)
class Handlers:
    """All that a session may call; None leaves requests to `session.pending`."""

    permission: PermissionHandler | None = None
    user_input: UserInputHandler | None = None
    elicitation: FormHandler | None = None
    exit_plan_mode: PlanHandler | None = None
    auto_mode_switch: SwitchHandler | None = None
    session_limits: LimitsHandler | None = None
    commands: dict[str, CommandHandler] = field(default_factory=dict)
    hooks: SessionHooks = field(default_factory=SessionHooks)
    deny_when_hook_fails: bool = True
    """A `pre_tool_use` hook that raises denies the call; otherwise it counts as no opinion."""


async def call_handler(handler: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function of the application with as many of the arguments as it takes."""
    result = handler(*arguments[: arity(handler, len(arguments))])
    return await result if inspect.isawaitable(result) else result


def arity(handler: Callable[..., Any], most: int) -> int:
    """How many of that many positional arguments a function takes."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return 1
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return most
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return min(most, sum(parameter.kind in positional for parameter in parameters))


def _wire_name(option: str) -> str:
    first, *rest = option.removeprefix("on_").split("_")
    return first + "".join(word.capitalize() for word in rest)
