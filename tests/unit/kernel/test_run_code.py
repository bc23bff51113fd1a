"""`run_code` from the question to the undo."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot_nb.kernel.tools.code import run_code
from copilot_nb.notebook.permissions.answers import permission_answer
from copilot_nb.protocol.local import LocalKernelChanges, LocalToolDetails

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from tests.unit.kernel.recording import RecordingSession

YES = permission_answer("allow_once")
assert YES is not None


def told(session: RecordingSession, kind: type[Any]) -> list[Any]:
    """The events of that type."""
    return [event for event in session.events if isinstance(event, kind)]


async def test_the_question_tells_the_consequences(session: RecordingSession, shell: Shell) -> None:
    """As kinds and texts, with the promise that the code may be edited."""
    session.answer = permission_answer("deny")
    shell.user_ns["xs"] = [1, 2]

    await session.call(run_code, shell, code="xs.append(3)\n!ls")

    assert session.requests[0].prompt["details"] == {
        "effects": [
            {"kind": "changes", "text": "xs (2 items)"},
            {"kind": "process", "text": "runs the command ls"},
        ],
        "editable": True,
    }


async def test_the_question_tells_what_could_not_be_taken_back(
    session: RecordingSession, shell: Shell
) -> None:
    """With the size and the limit, before anything is changed; one copy serves all names."""
    session.answer = permission_answer("deny")
    shell.journal.megabytes = 1.5
    for name, megabytes in {"big": 2, "one": 1, "two": 1}.items():
        shell.user_ns[name] = np.zeros(megabytes * 125_000)
    shell.user_ns["same"] = shell.user_ns["one"]

    await session.call(run_code, shell, code="big[0] = 1; one[0] = 1; same[1] = 1; two[0] = 1")
    await session.call(run_code, shell, code="one[0] = 1; big.sum()")

    assert [request.prompt.get("warnings") for request in session.requests] == [
        [
            "big (2 MB) cannot be taken back: more than the 1.5 MB that are kept for undo",
            "two (1 MB) cannot be taken back: with the others more than the 1.5 MB that are kept "
            "for undo",
        ],
        None,
    ]


async def test_a_run_tells_what_it_changed(session: RecordingSession, shell: Shell) -> None:
    """The lines belong to the call, and undo knows the run by it."""
    session.answer = YES
    shell.user_ns["xs"] = [1, 2]

    await session.call(run_code, shell, code="xs.append(3); made = 1")
    await session.call(run_code, shell, code="len(xs)")

    assert told(session, LocalKernelChanges) == [
        LocalKernelChanges(
            tool_call_id="t1", lines=("`xs` 2 items → 3 items", "new `made` (int)"), undoable=True
        )
    ]
    assert shell.journal.undo("t1") == ("`xs` is back: 2 items.", "`made` is gone again.")
    assert shell.user_ns["xs"] == [1, 2]


async def test_changes_of_code_that_fails_are_told(session: RecordingSession, shell: Shell) -> None:
    """What it did before the error has happened."""
    session.answer = YES

    result = await session.call(run_code, shell, code="made = 1; 1 / 0")

    assert result.result_type == "failure"
    assert [event.lines for event in told(session, LocalKernelChanges)] == [("new `made` (int)",)]


async def test_edited_code_runs_in_place_of_the_models(
    session: RecordingSession, shell: Shell
) -> None:
    """The model hears that it was edited, and sees what ran; so does the call's card."""
    session.answer = permission_answer("allow_once", body="x = 2\nx")

    result = await session.call(run_code, shell, code="x = 1\nx")

    assert shell.user_ns["x"] == 2
    assert result.text_result_for_llm.startswith(
        "The user edited the code. This ran instead:\n```python\nx = 2\nx\n```\n"
    )
    assert told(session, LocalToolDetails)[-1].arguments == "x = 2\nx"


async def test_untouched_code_is_not_called_edited(session: RecordingSession, shell: Shell) -> None:
    """A page may send the code back as it was."""
    assert YES is not None
    session.answer = replace(YES, body="x = 1\n")

    result = await session.call(run_code, shell, code="x = 1")

    assert "edited" not in result.text_result_for_llm


async def test_code_can_go_into_a_cell_instead(session: RecordingSession, shell: Shell) -> None:
    """As the person edited and saw it; it does not run, and the model is told."""
    session.answer = permission_answer("new_cell", body="ran = 'edited'  # \u200b")
    proposed: list[str] = []
    shell.ipython.set_next_input, before = proposed.append, shell.ipython.set_next_input

    result = await session.call(run_code, shell, code="ran = True")
    shell.ipython.set_next_input = before

    assert proposed == ["ran = 'edited'  # ⟨U+200B⟩"]
    assert "ran" not in shell.user_ns
    assert result.result_type == "denied"
    assert "into a new cell" in result.text_result_for_llm


async def test_the_shorter_time_limit_counts(session: RecordingSession, shell: Shell) -> None:
    """The model's own, or the notebook's; what had changed until then is told."""
    session.answer = YES
    shell.code_seconds = 600
    code = "import asyncio\nmade = 1\nawait asyncio.sleep(60)"

    result = await session.call(run_code, shell, code=code, timeout=0.05)

    assert result.result_type == "failure"
    assert "did not finish within 0.05 s" in str(result.error)
    assert told(session, LocalKernelChanges)[0].lines == ("new `made` (int)",)


async def test_what_is_refused_says_so(session: RecordingSession, shell: Shell) -> None:
    """Neither the journal nor the transcript has anything to tell."""
    session.answer = permission_answer("deny_feedback", "Not now.")

    result = await session.call(run_code, shell, code="made = 1")

    assert result.text_result_for_llm == "The user declined to run this code. Not now."
    assert told(session, LocalKernelChanges) == []
    assert shell.journal.runs == []


async def test_objects_are_told_in_their_own_words(session: RecordingSession, shell: Shell) -> None:
    """`_repr_llm_` of what code shows, and what a bundle has for models."""
    session.answer = YES
    code = """
    class Plain:
        def _repr_llm_(self): return "a plain thing"

    class Bundled:
        def _repr_mimebundle_(self, include=None, exclude=None):
            return {"text/plain": "<Bundled>", "text/llm+plain": "a bundled thing"}

    display(Bundled())
    print([Plain()] is None)
    Plain()
    """

    result = await session.call(run_code, shell, code=dedent(code))

    assert result.text_result_for_llm.splitlines()[1:-1] == [
        "a bundled thing",
        "False",
        "a plain thing",
    ]
