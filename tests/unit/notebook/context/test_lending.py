"""Functions that a prompt names as `@fn()`: asked for once, called with variables, taken back."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython.core.getipython import get_ipython

from copilot_nb.errors import ShownError
from copilot_nb.kernel.shell import Shell
from copilot_nb.notebook.context.lending import LentFunction
from copilot_nb.testing.reply import Reply
from copilot_nb.transcript.blocks import PermissionBlock, TextOutput
from tests.unit.kernel.recording import RecordingSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from copilot_nb.transcript.blocks import Transcript
    from copilot_nb.views.view import Callbacks
    from tests.unit.notebook.conftest import Talk


@pytest.fixture
def names(running_shell: Any) -> Iterator[dict[str, Any]]:
    """The notebook's namespace, as it was before."""
    namespace = running_shell.user_ns
    before = dict(namespace)
    yield namespace
    namespace.clear()
    namespace.update(before)


def choosing(choice: str) -> Callable[[Transcript, Callbacks], None]:
    """Somebody who presses that button on every panel."""
    done: set[str] = set()

    def watch(transcript: Transcript, callbacks: Callbacks) -> None:
        for block in transcript.open_requests:
            if block.id not in done:
                done.add(block.id)
                callbacks.answer(block.id, {"choice": choice})

    return watch


def count(frame: Any, times: int = 1) -> int:
    """Count the rows."""
    return len(frame) * times


async def test_function_is_lent_for_one_turn(talk: Talk, names: dict[str, Any]) -> None:
    """Asked before sending, called with a variable of the notebook, gone afterwards."""
    names.update(count=count, df=pd.DataFrame({"a": range(7)}))
    talk.watcher = choosing("allow_once")
    call = Reply(tools=[("call_count", {"frame": "@df", "times": 2})])
    talk.fake.script = [call, Reply("14."), Reply("Bye.")]

    turn = await talk.conversation.run("How many has @df? Use @count().")
    session = await talk.conversation.session()

    assert [c.state for c in turn.tool_calls] == ["ok"]
    assert turn.tool_calls[0].output == "14"
    assert session.get_tool("call_count") is None
    shown = talk.screens[-1].preface
    (asked,) = [block for block in shown if isinstance(block, PermissionBlock)]
    assert asked.heading == "Let the agent call count(frame, times=1)?"
    assert "return len(frame) * times" in asked.body
    assert asked.answer == "Allowed once"


async def test_declined_function_is_only_described(talk: Talk, names: dict[str, Any]) -> None:
    """The prompt goes on without it."""
    names.update(count=count)
    talk.watcher = choosing("deny")
    talk.fake.script = [Reply("Fine.")]

    turn = await talk.conversation.run("Use @count()")

    assert turn.text == "Fine."
    assert not talk.called("session.tools.set")
    assert "def count" in talk.told


async def test_deny_and_stop_sends_nothing(talk: Talk, names: dict[str, Any]) -> None:
    """The cell ends."""
    names.update(count=count)
    talk.watcher = choosing("deny_stop")

    with pytest.raises(ShownError, match="Nothing was sent"):
        await talk.conversation.run("Use @count()")

    assert talk.fake.requests == []


async def test_nobody_there_lends_nothing(talk: Talk, names: dict[str, Any]) -> None:
    """A policy decides, and without one the answer is no."""
    names.update(count=count)
    talk.fake.script = [Reply("Alone."), Reply("With it.")]

    await talk.conversation.run("Use @count()")
    assert not talk.called("session.tools.set")
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    await talk.conversation.run("Use @count()")

    told = talk.called("session.tools.set")
    assert [params["tools"][-1]["name"] for params in told[:1]] == ["call_count"]


async def test_error_of_a_tool_shows_its_traceback(talk: Talk, names: dict[str, Any]) -> None:
    """To the person; the model reads the message."""

    def broken(n: int) -> None:
        """Fail."""
        raise ValueError(f"no {n}")

    names.update(broken=broken)
    talk.environ["COPILOT_NB_POLICY"] = "allow"
    talk.fake.script = [Reply(tools=[("call_broken", {"n": 3})]), Reply("It failed.")]

    turn = await talk.conversation.run("Call @broken()")

    (call,) = turn.tool_calls
    (output,) = call.outputs
    assert isinstance(output, TextOutput)
    assert 'raise ValueError(f"no {n}")' in output.text
    assert "copilot_nb/session" not in output.text
    assert call.error == "ValueError: no 3"
    assert "Traceback" not in talk.told


def lent(function: Callable[..., Any]) -> LentFunction:
    """The function as the model may call it."""
    return LentFunction("fn", function, inspect.signature(function), Shell(get_ipython()))


def test_schema_lets_variables_in() -> None:
    """Each parameter takes JSON or a variable."""

    def fn(frame: pd.DataFrame, n: int, text: str = "", *rest: int, flag: bool = False) -> None:
        """Do it.

        At length.
        """

    made = lent(fn).definition

    assert made.name == "call_fn"
    assert made.description.endswith("of that name. Do it.")
    assert made.parameters_schema["required"] == ["frame", "n"]
    assert list(made.parameters_schema["properties"]) == ["frame", "n", "text", "flag"]
    assert made.parameters_schema["properties"]["n"]["anyOf"][0] == {"type": "integer"}


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ({"a": 1}, "(1, 2, 3)"),
        ({"a": "@x", "b": "@@x", "c": None}, "(5, '@x', None)"),
        ({}, "fn() needs a."),
        ({"a": 1, "z": 2}, "fn() has no parameter 'z'."),
        ({"a": "@y"}, "There is no variable 'y'. Did you mean @yy?"),
    ],
)
async def test_arguments(names: dict[str, Any], arguments: dict[str, Any], result: str) -> None:
    """Variables by name; what does not fit is said to the model."""
    names.update(x=5, yy=6)

    def fn(a: object, /, b: object = 2, *, c: object = 3) -> str:
        return repr((a, b, c))

    made = lent(fn)
    session = RecordingSession()

    given = await session.call_handler(made.definition.name, made.call, arguments)

    assert given.text_result_for_llm == result


async def test_tools_of_the_user_stay(talk: Talk) -> None:
    """A new conversation, another runtime and a reloaded extension offer them again."""
    session = await talk.conversation.session()
    await session.register_tool(count)

    await talk.conversation.new()
    renewed = await talk.conversation.session()
    await talk.conversation.stop()
    restarted = await talk.conversation.session()

    assert renewed is not session
    assert restarted.get_tool("count") is not None
    assert talk.called("session.tools.set")[-1]["tools"][-1]["name"] == "count"
    assert len(restarted.get_tools()) == len(session.get_tools())
