# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools that run code in the kernel, and that tell what went wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.images import for_model
from copilot_nb.errors import ToolError
from copilot_nb.kernel.trace import describe_error
from copilot_nb.protocol.permission import PermissionDecision
from copilot_nb.protocol.tool import BinaryResult, ToolResultObject
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import RunResult, Shell
    from copilot_nb.session.pending import Answer

PICTURES = 4
"""Pictures of one run that the model gets."""


@tool(permission="none")
async def run_code(
    code: str, purpose: str = "", *, shell: Shell, invocation: Invocation
) -> ToolResultObject:
    """Run Python in the user's live notebook kernel, after the user has allowed it.

    Runs in the user's own namespace: its variables are there and what is assigned stays. The
    value of the last expression, prints, tables and figures are shown to the user and returned.
    Work in small steps.

    Args:
        code: The Python code; top-level await and IPython magics work.
        purpose: What it is for, in a few words for the user.
    """
    title = purpose or code.strip().partition("\n")[0]
    invocation.describe(title=title, arguments=code, language="python")
    answer = await invocation.ask_permission(
        kind="kernel-code",
        body=code,
        heading="Run this code in your kernel?",
        intention=purpose,
        language="python",
    )
    if not answer.approved:
        return _declined(answer)
    return _returned(await shell.run(code, invocation.show))


@tool(permission="read")
def last_error(*, shell: Shell, invocation: Invocation) -> str:
    """Show the last error of the user's own code: traceback, and names and types of locals."""
    error = shell.last_error
    if error is None:
        raise ToolError("The user's code has not raised an error.")
    invocation.describe(title=type(error).__name__)
    return untrusted(describe_error(error), "last error in the notebook")


def _declined(answer: Answer) -> ToolResultObject:
    decision = answer.value
    reason = decision.feedback if isinstance(decision, PermissionDecision) else None
    # "rejected" would stop the whole turn, which is what a plain reject means.
    stops = isinstance(decision, PermissionDecision) and decision.kind == "reject" and not reason
    text = f"The user declined to run this code. {reason or ''}".strip()
    return ToolResultObject.failure(text, result_type="rejected" if stops else "denied")


def _returned(result: RunResult) -> ToolResultObject:
    text = result.text or "The code ran and showed nothing."
    pictures = [small for image in result.images[:PICTURES] if (small := for_model(image))]
    return ToolResultObject(
        text_result_for_llm=untrusted(text, "output of the code"),
        result_type="failure" if result.error else "success",
        error=f"{result.error.ename}: {result.error.evalue}" if result.error else None,
        binary_results_for_llm=[
            BinaryResult(data=p.data, mime_type=p.mime, description=p.alt) for p in pictures
        ]
        or None,
        session_log=text,
    )
