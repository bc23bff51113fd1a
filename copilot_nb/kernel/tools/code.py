# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools that run code in the kernel, and that tell what went wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.images import for_model
from copilot_nb.errors import ToolError
from copilot_nb.kernel.trace import describe_error
from copilot_nb.protocol.local import LocalKernelChanges
from copilot_nb.protocol.permission import PermissionDecision
from copilot_nb.protocol.tool import BinaryResult, ToolResultObject
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.journal import Run
    from copilot_nb.kernel.shell import RunResult, Shell
    from copilot_nb.session.pending import Answer

_UNSEEN = "\n[the user sees the pictures, but you do not]"
PICTURES = 4
"""Pictures of one run that the model gets."""


@tool(permission="none")
async def run_code(
    code: str,
    purpose: str = "",
    timeout: Annotated[float | None, Field(gt=0)] = None,
    *,
    shell: Shell,
    invocation: Invocation,
) -> ToolResultObject:
    """Run Python in the user's live notebook kernel, after the user has allowed it.

    Runs in the user's own namespace: its variables are there and what is assigned stays. The
    value of the last expression, prints, tables and figures are shown to the user and returned.
    The user sees what the code would change, may edit it, and can undo it. Work in small steps.

    Args:
        code: The Python code; top-level await and IPython magics work.
        purpose: What it is for, in a few words for the user.
        timeout: Seconds after which it is stopped, where the notebook's own limit is too long.
    """
    title = purpose or code.strip().partition("\n")[0]
    invocation.describe(title=title, arguments=code, language="python")
    expected = shell.consequences(code)
    answer = await invocation.ask_permission(
        kind="kernel-code",
        body=code,
        heading="Run this code in your kernel?",
        intention=purpose,
        language="python",
        details={
            "effects": [{"kind": e.kind, "text": e.text} for e in expected.effects],
            "editable": True,
        },
    )
    if answer.choice == "new_cell":
        return _proposed(answer.body or code, shell)
    if not answer.approved:
        return _declined(answer)
    edited = answer.body is not None and answer.body.strip() != code.strip()
    if answer.body is not None and edited:
        code = answer.body
        invocation.describe(arguments=code, language="python")
    result = await shell.run(
        code,
        invocation.show,
        timeout=_limit(timeout, shell.code_seconds),
        noted=lambda run: _noted(run, invocation),
    )
    return _returned(result, code if edited else "", sees=shell.sees)


def _noted(run: Run, invocation: Invocation) -> None:
    """Tell the transcript what a run changed."""
    run.tool_call_id = invocation.tool_call_id
    if run.changes:
        invocation.session.emit_local(
            LocalKernelChanges(
                tool_call_id=run.tool_call_id, lines=run.lines, undoable=run.undoable
            )
        )


def _limit(asked: float | None, own: float | None) -> float | None:
    """The shorter of two limits."""
    return min((seconds for seconds in (asked, own) if seconds), default=None)


def _proposed(code: str, shell: Shell) -> ToolResultObject:
    """The user rather has the code in a cell."""
    shell.propose_cell(code)
    return ToolResultObject.failure(
        "The user did not run this code here, but took it into a new cell of the notebook. It has "
        "not run: do not rely on its results, and do not run it again.",
        result_type="denied",
    )


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


def _edited(code: str) -> str:
    return f"The user edited the code. This ran instead:\n```python\n{code}\n```\n" if code else ""


def _returned(result: RunResult, edited: str, *, sees: bool = True) -> ToolResultObject:
    """What the model gets; of edited code also what ran in the place of its own."""
    text = result.text or "The code ran and showed nothing."
    unseen = ""
    if len(result.images) > (PICTURES if sees else 0):
        unseen = f"\n[you get the first {PICTURES} pictures]" if sees else _UNSEEN
    shown = result.images[:PICTURES] if sees else ()
    small = [one for image in shown if (one := for_model(image))]
    return ToolResultObject(
        text_result_for_llm=_edited(edited) + untrusted(text, "output of the code") + unseen,
        result_type="failure" if result.error else "success",
        error=f"{result.error.ename}: {result.error.evalue}" if result.error else None,
        binary_results_for_llm=[
            BinaryResult(data=p.data, mime_type=p.mime, description=p.alt) for p in small
        ]
        or None,
        session_log=text,
    )
