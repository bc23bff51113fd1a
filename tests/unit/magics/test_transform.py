"""Which code becomes an awaited call, and which stays as it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from copilot_nb.magics.transform import CellTransform, LineTransform, can_await

RUN = "__import__('copilot_nb.magics.run', fromlist=['run'])"


def asyncio_runner() -> None:
    """Stands for IPython's runner of asyncio cells."""


def shell(*, autoawait: bool = True, runner: object = asyncio_runner) -> SimpleNamespace:
    """As much of a shell as the transformers look at."""
    return SimpleNamespace(
        autoawait=autoawait,
        loop_runner=runner,
        loop_runner_map={"asyncio": (asyncio_runner, True)},
    )


def manager(of: SimpleNamespace) -> TransformerManager:
    """IPython's transformers with ours among them."""
    made = plain()
    transformers: list[object] = made.token_transformers  # type: ignore[assignment]  # duck-typed
    made.cleanup_transforms.append(CellTransform(of))
    transformers.append(LineTransform(of))
    return made


def plain() -> TransformerManager:
    """IPython's transformers without ours."""
    return TransformerManager()  # type: ignore[no-untyped-call]  # IPython's


@pytest.fixture
def transformers() -> TransformerManager:
    """Where cells can be awaited."""
    return manager(shell())


@pytest.mark.parametrize(
    ("cell", "line", "body"),
    [
        ("%%copilot\nwhy?\n", "", "why?\n"),
        ("%%copilot --model m  why\nis 'it' so?\n", "--model m  why", "is 'it' so?\n"),
        ("\n\n%%copilot\n%matplotlib?\n", "", "%matplotlib?\n"),
        ("%%copilot", "", ""),
        ("%%copilot tell me\n", "tell me", ""),
    ],
)
def test_a_cell_becomes_one_awaited_call(
    transformers: TransformerManager, cell: str, line: str, body: str
) -> None:
    """Line and body are passed on as they stand."""
    assert transformers.transform_cell(cell) == f"await {RUN}.cell({line!r}, {body!r})\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%copilot\n", f"await {RUN}.line('', show=True)\n"),
        (
            "%copilot ask why is it slow?\n",
            f"await {RUN}.line('ask why is it slow?', show=True)\n",
        ),
        (
            "%copilot ask what's (this?\nx = 1\n",
            f'await {RUN}.line("ask what\'s (this?", show=True)\nx = 1\n',
        ),
        ("t = %copilot tools\n", f"t = await {RUN}.line('tools', show=False)\n"),
        ("t = %copilot ask why?\n", f"t = await {RUN}.line('ask why?', show=False)\n"),
        (
            "for x in y:\n    %copilot ask {x} $x?\n",
            f"for x in y:\n    {RUN}.line_now('ask {{x}} $x?', show=True)\n",
        ),
        ("%copilot ask a \\\n  b?\n", f"await {RUN}.line('ask a    b?', show=True)\n"),
    ],
)
def test_a_line_becomes_a_call(transformers: TransformerManager, code: str, expected: str) -> None:
    """A question mark is the prompt's, braces stay, and only top-level lines are awaited."""
    assert transformers.transform_cell(code) == expected


@pytest.mark.parametrize(
    "code",
    ["%%copilot?", "%copilot?", "%copilot??", "%copilotx", "%%copilots\nx\n", "x = '%copilot ?'\n"],
)
def test_what_is_not_ours_is_left_to_ipython(transformers: TransformerManager, code: str) -> None:
    """Help, other magics and strings come out as without us."""
    assert transformers.transform_cell(code) == plain().transform_cell(code)


def test_text_in_a_string_is_not_touched(transformers: TransformerManager) -> None:
    """The magic in a multi-line string is data."""
    code = "s = '''\n%copilot ask x?\n%%copilot\n'''\n"

    assert transformers.transform_cell(code) == code


@pytest.mark.parametrize("of", [shell(autoawait=False), shell(runner=object())])
def test_without_autoawait_the_magics_wait(of: SimpleNamespace) -> None:
    """IPython's own call of the magic stays; a body is added where IPython insists on one."""
    transformers = manager(of)

    assert not can_await(of)
    assert transformers.transform_cell("%%copilot\nhi\n") == (
        "get_ipython().run_cell_magic('copilot', '', 'hi\\n')\n"
    )
    assert transformers.transform_cell("%%copilot hi\n") == (
        "get_ipython().run_cell_magic('copilot', 'hi', '\\n')\n"
    )
    assert transformers.transform_cell("%copilot new\n") == f"{RUN}.line_now('new', show=True)\n"


async def test_inside_a_running_cell_nothing_is_awaited() -> None:
    """`%%time` over a cell transforms again, where an `await` would be a syntax error."""
    of = shell()
    seen = {}

    class Running:
        """Stands for a shell that runs code which transforms code."""

        def __getattr__(self, name: str) -> object:
            seen["can_await"] = can_await(of)
            raise AttributeError(name)

    run_code: Any = InteractiveShell.run_code
    with pytest.raises(AttributeError):
        await run_code(Running(), compile("1", "x", "exec"))

    assert seen == {"can_await": False}
    assert can_await(of)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("%%copilot", "incomplete"),
        ("%%copilot\nwhy", "incomplete"),
        ("%%copilot\nwhy\n\n", "complete"),
        ("%copilot ask why?", "complete"),
    ],
)
def test_a_terminal_waits_for_the_body(
    transformers: TransformerManager, code: str, state: str
) -> None:
    """The first line of a cell alone is not taken for all of it."""
    assert transformers.check_complete(code)[0] == state
