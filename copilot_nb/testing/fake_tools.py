"""The tools of the runtime in memory: a shell that only echoes, files, questions, and ours."""

from __future__ import annotations

import asyncio
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.testing import fake_requests
from copilot_nb.testing.fake_requests import REJECTED, Refused, Rejected

if TYPE_CHECKING:
    from copilot_nb.testing.fake_session import FakeSession

BUILT_IN = ("bash", "view", "create", "edit", "grep", "glob", "ask_user", "task")
"""Names that the runtime uses itself; some of them can be run here."""
NOBODY = "Permission denied and could not request permission from user."

Json = dict[str, Any]


async def run_tool(session: FakeSession, call: Json) -> None:
    """Run one call of the model, with the events that the real runtime sends for it."""
    name, arguments = call["name"], call["arguments"]
    head = {"toolCallId": call["toolCallId"], "toolName": name, "arguments": arguments}
    session.emit("tool.execution_start", head)
    rejected = False
    try:
        await _check_hook(session, call)
        done = await _run(session, call)
    except Refused as refusal:
        rejected = refusal.code == "rejected"
        error = {"message": str(refusal), "code": refusal.code}
        done = {"success": False, "error": error}
        text = str(refusal)
    else:
        text = done.pop("model_text", None) or done.get("result", {}).get("content", "")
    session.messages.append({"role": "tool", "content": text})
    session.emit("tool.execution_complete", {"toolCallId": call["toolCallId"], **done})
    if rejected:
        raise Rejected


async def _check_hook(session: FakeSession, call: Json) -> None:
    said = await session.hook("preToolUse", toolName=call["name"], toolArgs=call["arguments"])
    if said.get("permissionDecision") == "deny":
        reason = said.get("permissionDecisionReason", "")
        raise Refused(f"Denied by preToolUse hook: {reason}", "denied")


async def _run(session: FakeSession, call: Json) -> Json:
    match call["name"]:
        case "bash":
            return await _bash(session, call)
        case "create":
            return await _create(session, call)
        case "ask_user" if session.config.get("askUserVariant") == "elicitation":
            return await fake_requests.ask_question(session, call)
        case "ask_user":
            return await _ask_user(session, call)
        case "exit_plan_mode" if session.mode == "plan":
            return await fake_requests.exit_plan(session, call)
        case name if name in session.tools:
            return await _external(session, call, session.tools[name])
    raise Refused(f"Tool '{call['name']}' does not exist.", "failure")


async def _bash(session: FakeSession, call: Json) -> Json:
    command = str(call["arguments"].get("command", ""))
    if command not in session.approved:
        request = {"kind": "shell", "fullCommandText": command, "toolCallId": call["toolCallId"]}
        prompt = {"kind": "commands", "fullCommandText": command, "commandIdentifiers": [command]}
        decision = await _permission(session, request, prompt)
        approval = decision.get("approval") or {}
        session.approved.update(approval.get("commandIdentifiers", ()))
    if command.startswith("sleep "):
        await asyncio.Event().wait()
    text = command.removeprefix("echo ") + "\n" if command.startswith("echo ") else ""
    output = {"toolCallId": call["toolCallId"], "stream": "stdout", "text": text, "sequence": 0}
    session.emit("tool.shell_output", output, ephemeral=True)
    content = f"{text}<shellId: 0 completed with exit code 0>"
    return {
        "success": True,
        "result": {"content": content, "detailedContent": content},
        "shellExecution": {"exitCode": 0},
    }


async def _create(session: FakeSession, call: Json) -> Json:
    path, text = Path(call["arguments"]["path"]), str(call["arguments"]["file_text"])
    lines = difflib.unified_diff([], text.splitlines(), "/dev/null", str(path), lineterm="")
    request = {
        "kind": "write",
        "toolCallId": call["toolCallId"],
        "fileName": str(path),
        "diff": "\n".join(lines),
        "newFileContents": text,
        "canOfferSessionApproval": True,
    }
    await _permission(session, request, request)
    path.write_text(text)  # noqa: ASYNC240 - a few bytes, in a test
    return {
        "success": True,
        "result": {"content": f"Created file {path}", "detailedContent": request["diff"]},
        "fileEdits": [{"path": str(path), "kind": "create"}],
    }


async def _ask_user(session: FakeSession, call: Json) -> Json:
    question = {
        "question": call["arguments"]["question"],
        "choices": call["arguments"].get("choices"),
        "allowFreeform": True,
    }
    request_id = f"input-{call['toolCallId']}"
    announced = {**question, "requestId": request_id, "toolCallId": call["toolCallId"]}
    session.emit("user_input.requested", announced, ephemeral=True)
    answer = await session.call("userInput.request", question)
    if not answer or "wasFreeform" not in answer:
        raise Refused("The user was unable to respond due to an error", "failure")
    session.emit("user_input.completed", {"requestId": request_id, **answer}, ephemeral=True)
    content = f"User selected: {answer['answer']}"
    return {"success": True, "result": {"content": content, "detailedContent": content}}


async def _external(session: FakeSession, call: Json, tool: Json) -> Json:
    if not tool.get("skipPermission"):
        request = {
            "kind": "custom-tool",
            "toolCallId": call["toolCallId"],
            "toolName": call["name"],
            "args": call["arguments"],
        }
        await _permission(session, request, request)
    data = {
        "sessionId": session.id,
        "toolCallId": call["toolCallId"],
        "toolName": call["name"],
        "arguments": call["arguments"],
    }
    result = await session.ask("tool", "external_tool.requested", data) or {}
    text = result.get("textResultForLlm", "")
    kind = result.get("resultType", "success")
    if kind == "rejected":
        raise Refused(REJECTED, "rejected")
    if kind != "success":
        error = {"message": result.get("error") or text, "code": kind}
        return {"success": False, "error": error, "model_text": text}
    shown = result.get("sessionLog") or text
    return {"success": True, "result": {"content": text, "detailedContent": shown}}


async def _permission(session: FakeSession, request: Json, prompt: Json) -> Json:
    data = {"permissionRequest": request, "promptRequest": prompt, "permissionMode": "manual"}
    decision: Json = await session.ask("permission", "permission.requested", data)
    match decision:
        case {"kind": "reject", "feedback": feedback}:
            raise Refused(f"{REJECTED} User feedback: {feedback}", "denied")
        case {"kind": "reject"}:
            raise Refused(REJECTED, "rejected")
        case {"kind": "user-not-available"}:
            raise Refused(NOBODY, "denied")
    return decision
