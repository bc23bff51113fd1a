"""The kernel tools as the model calls them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from copilot_nb.kernel.shell import Shell
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.kernel.tools.code import last_error, run_code
from copilot_nb.kernel.tools.variables import describe_variable, list_variables
from copilot_nb.protocol.local import LocalKernelOutput, LocalToolDetails
from copilot_nb.protocol.permission import approve_once, reject, user_not_available
from copilot_nb.session.pending import Answer

if TYPE_CHECKING:
    from tests.unit.kernel.recording import RecordingSession


def data_of(text: str) -> list[str]:
    """What is inside of the envelope."""
    opening, *body, closing = text.splitlines()
    assert opening.startswith("<notebook-data ")
    assert closing.startswith("</notebook-data ")
    return body


@pytest.mark.parametrize("tool", KERNEL_TOOLS, ids=lambda tool: tool.name)
def test_the_model_is_told_what_it_needs(tool: object) -> None:
    """Every tool and every parameter is described; what we hand in is not shown."""
    definition = tool.definition((Shell,))  # type: ignore[attr-defined]  # a union of FunctionTools

    assert definition.description
    assert definition.skip_permission is True
    properties = definition.parameters_schema.get("properties", {})
    assert not {"shell", "invocation"} & set(properties)
    assert all(p.get("description") for p in properties.values())


async def test_variables_are_listed(session: RecordingSession, shell: Shell) -> None:
    """Names, types and sizes, as data."""
    shell.user_ns.update(df=pd.DataFrame({"a": [1]}), n=3)

    result = await session.call(list_variables, shell)

    assert data_of(result.text_result_for_llm) == ["df: DataFrame, 1 row × 1 column", "n: int 3"]
    assert session.events == [
        LocalToolDetails(tool_call_id="t1", title="2 variables", source="kernel")
    ]


async def test_listing_is_limited(session: RecordingSession, shell: Shell) -> None:
    """More than the limit is told, not listed."""
    shell.user_ns.update({f"v{n}": n for n in range(5)})

    result = await session.call(list_variables, shell, pattern="v*", limit=2)

    assert data_of(result.text_result_for_llm)[2].startswith("… 3 more")


async def test_nothing_to_list(session: RecordingSession, shell: Shell) -> None:
    """An empty notebook, and a pattern without a match, are said in words."""
    empty = await session.call(list_variables, shell)
    unmatched = await session.call(list_variables, shell, pattern="zz")

    assert empty.text_result_for_llm == "There are no variables yet."
    assert unmatched.text_result_for_llm == "No variable matches 'zz'."


async def test_variable_is_described(session: RecordingSession, shell: Shell) -> None:
    """One variable with as many rows as asked for."""
    shell.user_ns["df"] = pd.DataFrame({"a": range(9)})

    result = await session.call(describe_variable, shell, name="df", rows=1)

    assert data_of(result.text_result_for_llm)[0] == "df: DataFrame, 9 rows × 1 column"
    assert data_of(result.text_result_for_llm)[-1] == "0 | 0"


async def test_unknown_variable_names_the_nearest(session: RecordingSession, shell: Shell) -> None:
    """A misspelt name is an error that helps."""
    shell.user_ns["stations"] = 1

    result = await session.call(describe_variable, shell, name="station")

    assert result.result_type == "failure"
    assert result.text_result_for_llm == "There is no variable 'station'. Did you mean 'stations'?"


async def test_allowed_code_runs_and_is_shown(session: RecordingSession, shell: Shell) -> None:
    """The code is asked for, runs in the user's namespace, and its output goes both ways."""
    session.answer = Answer(approve_once())

    result = await session.call(run_code, shell, code="x = 40\nprint('hi')\nx + 2", purpose="Try")

    assert session.requests[0].prompt["kind"] == "kernel-code"
    assert session.requests[0].prompt["body"] == "x = 40\nprint('hi')\nx + 2"
    assert session.requests[0].prompt["intention"] == "Try"
    assert shell.user_ns["x"] == 40
    assert data_of(result.text_result_for_llm) == ["hi", "42"]
    assert result.session_log == "hi\n42"
    assert [e.output["text"] for e in session.events if isinstance(e, LocalKernelOutput)] == [
        "hi\n",
        "42\n",
    ]


async def test_code_that_fails_is_a_failure(session: RecordingSession, shell: Shell) -> None:
    """The model gets the traceback."""
    session.answer = Answer(approve_once())

    result = await session.call(run_code, shell, code="1 / 0")

    assert (result.result_type, result.error) == ("failure", "ZeroDivisionError: division by zero")
    assert "1 / 0" in result.text_result_for_llm


async def test_silent_code(session: RecordingSession, shell: Shell) -> None:
    """Code without output says that it ran."""
    session.answer = Answer(approve_once())

    result = await session.call(run_code, shell, code="y = 1")

    assert data_of(result.text_result_for_llm) == ["The code ran and showed nothing."]


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (reject("Use polars."), "denied", "The user declined to run this code. Use polars."),
        (user_not_available(), "denied", "The user declined to run this code."),
        (reject(), "rejected", "The user declined to run this code."),
    ],
    ids=["with a reason", "plain", "and stop"],
)
async def test_declined_code_does_not_run(
    session: RecordingSession, shell: Shell, answer: object, kind: str, text: str
) -> None:
    """A no is a result that the model reads; only "deny and stop" ends the turn."""
    session.answer = Answer(answer)  # type: ignore[arg-type]  # parametrize knows no types

    result = await session.call(run_code, shell, code="ran = True")

    assert "ran" not in shell.user_ns
    assert (result.result_type, result.text_result_for_llm) == (kind, text)


async def test_figures_go_back_as_pictures(session: RecordingSession, shell: Shell) -> None:
    """The model sees the figure, at most `MODEL_SIDE` pixels wide."""
    session.answer = Answer(approve_once())

    result = await session.call(
        run_code,
        shell,
        code=(
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\n"
            "plt.figure(figsize=(30, 3)); plt.plot([1, 2]);"
        ),
    )

    assert result.binary_results_for_llm is not None
    picture = result.binary_results_for_llm[0]
    assert picture.mime_type == "image/png"
    assert int.from_bytes(base64.b64decode(picture.data)[16:20], "big") == 1024
    assert "[picture, " in result.text_result_for_llm


async def test_last_error_is_told(session: RecordingSession, shell: Shell) -> None:
    """Traceback, and the locals' names and types; without an error that is said."""
    nothing = await session.call(last_error, shell)
    shell.ipython.run_cell("def f(a):\n    secret = 'value'\n    return a / 0\nf(1)")

    result = await session.call(last_error, shell)

    assert nothing.text_result_for_llm == "The user's code has not raised an error."
    body = "\n".join(data_of(result.text_result_for_llm))
    assert "ZeroDivisionError: division by zero" in body
    assert "Locals of f(), line 3:\n  a: int\n  secret: str 5 characters" in body
    assert "'value'" not in body.partition("Locals")[2]
