# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""Tools that run code in the kernel, and that tell what went wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.images import for_model
from copilot_nb.errors import ToolError
from copilot_nb.kernel.figures import figures_aside
from copilot_nb.kernel.scratch import ScratchRefusedError, results, scratch
from copilot_nb.kernel.trace import describe_error
from copilot_nb.protocol.local import LocalKernelChanges
from copilot_nb.protocol.permission import PermissionDecision
from copilot_nb.protocol.tool import BinaryResult, ToolResultObject
from copilot_nb.session.tools import Invocation, tool
from copilot_nb.transcript.blocks import TextOutput

if TYPE_CHECKING:
    from copilot_nb.data.effects.analysis import Consequences
    from copilot_nb.data.exposed import Exposed
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
    beyond = shell.journal.beyond(shell.consequences(code))
    heading = "Run this code in your kernel?"
    asked = await _ask(code, purpose, heading, shell, invocation, beyond)
    if isinstance(asked, ToolResultObject):
        return asked
    withheld = shell.withheld(asked)
    result = await shell.run(
        asked,
        invocation.show,
        timeout=_limit(timeout, shell.code_seconds),
        noted=lambda run: _noted(run, invocation),
    )
    _told(invocation, result, withheld, asked)
    return _returned(result, asked if asked != code else "", sees=shell.sees)


@tool(permission="none")
async def run_scratch(
    code: str, purpose: str = "", *, shell: Shell, invocation: Invocation
) -> ToolResultObject:
    """Try Python on a scratch copy of the notebook's names, after the user has allowed it.

    The user's variables can be read, but stay as they are: what is assigned is gone afterwards,
    and what would change in place is copied first. Refused where that cannot be promised: unknown
    effects, magics, other programs, settings of the process, copies that are too large. Files that
    are written are written. To keep results, use run_code, or let the user take them over.

    Args:
        code: The Python code; top-level await works.
        purpose: What it is for, in a few words for the user.
    """
    _scratch(code, shell)  # nobody is asked about what would be refused
    heading = "Try this code on a copy of your variables?"
    asked = await _ask(code, purpose, heading, shell, invocation)
    if isinstance(asked, ToolResultObject):
        return asked
    expected, before = _on_a_copy(asked, shell), set(shell.user_ns)
    withheld = shell.withheld(asked)
    made = _scratch(asked, shell)
    result = await shell.run(
        asked,
        invocation.show,
        timeout=shell.code_seconds,
        noted=lambda run: _noted(run, invocation),
        namespace=made,
    )
    _told(invocation, result, withheld, asked)
    shell.trial = results(made, before, expected)
    back = _returned(result, asked if asked != code else "", sees=shell.sees)
    if not shell.trial:
        return back
    names = ", ".join(sorted(shell.trial))
    told = f"\nThe trial's own values are not in the notebook: {names}. "
    told += "The user can take one over with `%copilot promote NAME`."
    return back.model_copy(update={"text_result_for_llm": back.text_result_for_llm + told})


def _scratch(code: str, shell: Shell) -> dict[str, Any]:
    try:
        room = shell.journal.megabytes * 1e6
        return scratch(shell.user_ns, _on_a_copy(code, shell), room=room)
    except ScratchRefusedError as error:
        raise ToolError(f"This cannot be tried on a copy: {error}. Use run_code.") from None


def _on_a_copy(code: str, shell: Shell) -> Consequences:
    """What code would do in a trial, which finds no open figure to draw on."""
    with figures_aside():
        return shell.consequences(code)


async def _ask(
    code: str,
    purpose: str,
    heading: str,
    shell: Shell,
    invocation: Invocation,
    warnings: tuple[str, ...] = (),
) -> str | ToolResultObject:
    """The code that may run, as the person left it; or what the model is told instead."""
    title = purpose or code.strip().partition("\n")[0]
    invocation.describe(title=title, arguments=code, language="python")
    expected = shell.consequences(code)
    read = (each for each in shell.withheld(code) if each.name in expected.reads)
    answer = await invocation.ask_permission(
        kind="kernel-code",
        body=code,
        heading=heading,
        intention=purpose,
        language="python",
        details={
            "effects": [{"kind": e.kind, "text": e.text} for e in expected.effects],
            "editable": True,
        },
        warnings=(*warnings, *(each.warning for each in read)),
    )
    if answer.choice == "new_cell":
        return _proposed(answer.body or code, shell)
    if not answer.approved:
        return _declined(answer)
    if answer.body is None or answer.body.strip() == code.strip():
        return code
    invocation.describe(arguments=answer.body, language="python")
    return answer.body


def _told(
    invocation: Invocation, result: RunResult, withheld: tuple[Exposed, ...], code: str
) -> None:
    """Say what of the user's data the result holds, and what the gate looks for in it.

    Short values are looked for where the code, or what it printed, names their column: in a table
    they may stand under any name.
    """
    rows, columns = result.shape
    if rows:
        invocation.account("", rows=rows, columns=columns)
    invocation.exact.update(result.exact)
    printed = [output.text for output in result.told if isinstance(output, TextOutput)]
    named = (column for each in withheld for column in each.named([code, *printed]))
    invocation.exposed.extend(named)


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
