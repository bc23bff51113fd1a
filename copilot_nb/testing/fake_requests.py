"""What the runtime in memory asks a person besides permissions: forms, plans, switches, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.testing.fake_session import FakeSession

Json = dict[str, Any]

AWAY = (
    "The user is not available to respond and will review your work later. Work autonomously and "
    "make good decisions."
)
REJECTED = "The user rejected this tool call."
PLAN_ACTIONS = ("autopilot", "interactive", "exit_only")


class Rejected(Exception):  # noqa: N818 - not an error of ours: part of the play
    """A plain no: the whole turn stops."""


class Refused(Exception):  # noqa: N818 - not an error of ours: part of the play
    """The call does not happen; the model reads why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


async def ask_form(
    session: FakeSession,
    message: str,
    schema: Mapping[str, Any],
    *,
    source: str = "",
    tool_call_id: str = "",
) -> Json:
    """Let somebody fill in a form; the answer as the client gave it.

    Args:
        session: Who asks.
        message: What it says.
        schema: JSON Schema of its fields.
        source: The MCP server that wants it; empty for the agent.
        tool_call_id: The call that it belongs to.
    """
    data: Json = {"message": message, "requestedSchema": dict(schema)}
    if source:
        data["elicitationSource"] = source
    if tool_call_id:
        data["toolCallId"] = tool_call_id
    return await session.ask_and_tell("form", "elicitation", data)


async def ask_question(session: FakeSession, call: Json) -> Json:
    """The tool `ask_user` where forms are wanted."""
    arguments = call["arguments"]
    schema = arguments.get("requestedSchema") or {"type": "object", "properties": {}}
    result = await ask_form(session, arguments["message"], schema, tool_call_id=call["toolCallId"])
    match result.get("action"):
        case "accept":
            values = result.get("content") or {}
            text = "User responded: " + ", ".join(map(str, values.values()))
        case "cancel":
            text = "User cancelled the request."
        case _:
            text = AWAY
    return {"success": True, "result": {"content": text, "detailedContent": text}}


async def exit_plan(session: FakeSession, call: Json) -> Json:
    """The tool `exit_plan_mode`: the plan is judged, and approving it leaves the mode."""
    plan = {
        "summary": call["arguments"].get("summary", ""),
        "planContent": session.plan,
        "actions": list(PLAN_ACTIONS),
        "recommendedAction": PLAN_ACTIONS[0],
    }
    request_id = f"plan-{call['toolCallId']}"
    announced = {**plan, "requestId": request_id, "toolCallId": call["toolCallId"]}
    session.emit("exit_plan_mode.requested", announced, ephemeral=True)
    answer = await session.call("exitPlanMode.request", plan) or {"approved": False}
    session.emit("exit_plan_mode.completed", {"requestId": request_id, **answer}, ephemeral=True)
    if answer.get("approved"):
        action = answer.get("selectedAction", "interactive")
        session.set_mode("autopilot" if action.startswith("autopilot") else "interactive")
        text = f"Plan approved! Exited plan mode.\n\nWhat follows: {action}."
    elif feedback := answer.get("feedback"):
        text = f"Plan not approved. User feedback:\n\n{feedback}\n\nPlease update the plan."
    else:
        raise Refused(REJECTED, "rejected")
    return {"success": True, "result": {"content": text, "detailedContent": text}}


async def ask_switch(
    session: FakeSession, error_code: str = "rate_limited", retry_after_seconds: int | None = None
) -> str:
    """Ask whether another model may answer; "no" when nobody says."""
    request_id = "switch"
    why = {"errorCode": error_code, "retryAfterSeconds": retry_after_seconds}
    data = {"requestId": request_id, **why}
    session.emit("auto_mode_switch.requested", data, ephemeral=True)
    answer = await session.call("autoModeSwitch.request", why) or {}
    response = str(answer.get("response", "no"))
    done = {"requestId": request_id, "response": response}
    session.emit("auto_mode_switch.completed", done, ephemeral=True)
    return response


async def ask_limits(session: FakeSession, used: float, limit: float) -> Json:
    """Ask for more AI credits; the answer as the client gave it."""
    data = {"usedAiCredits": used, "maxAiCredits": limit}
    return await session.ask_and_tell("limits", "session_limits_exhausted", data)
