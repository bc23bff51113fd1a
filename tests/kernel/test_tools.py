"""The kernel tools where they live: in a kernel, called while a cell waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kernel.driver import Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

START = """
from copilot_nb.kernel.shell import Shell
from copilot_nb.kernel.tools import KERNEL_TOOLS
from copilot_nb.protocol.permission import approve_once
from copilot_nb.session.pending import Answer
from tests.unit.kernel.recording import RecordingSession
shell = Shell()
session = RecordingSession()
session.answer = Answer(approve_once())
tools = {tool.name: tool for tool in KERNEL_TOOLS}
async def call(name, **arguments):
    result = await session.call(tools[name], shell, **arguments)
    pictures = result.binary_results_for_llm or []
    print(result.result_type, len(pictures))
    print(result.text_result_for_llm)
"""


def _call(kernel: Kernel, line: str) -> list[str]:
    """What a tool gives: how it ended and how many pictures, then the text."""
    return kernel.check(f"await wait_in_cell(call({line}))").text.splitlines()


@pytest.fixture
def notebook(kernel: Kernel) -> Kernel:
    """A kernel with a shell and a table."""
    kernel.check(START)
    kernel.check("import pandas as pd\ndf = pd.DataFrame({'n': [1, 2, 3], 'c': ['x', None, 'z']})")
    return kernel


def test_variables_of_the_notebook(notebook: Kernel) -> None:
    """The user's names only: not IPython's, not ours, not what was set up before."""
    lines = _call(notebook, "'list_variables', pattern='*f'")

    assert lines[0] == "success 0"
    assert lines[2:-1] == ["df: DataFrame, 3 rows × 2 columns"]


def test_code_of_the_agent(notebook: Kernel) -> None:
    """Runs in the user's namespace; the figure comes back as a picture."""
    lines = _call(
        notebook,
        "'run_code', code='df[\"twice\"] = df.n * 2\\nimport matplotlib.pyplot as plt\\n"
        "plt.plot(df.n, df.twice)\\nint(df.twice.sum())'",
    )

    assert lines[0] == "success 1"
    assert lines[2] == "12"
    assert lines[3].startswith("[picture, ")
    assert notebook.check("print(list(df.columns))").text.strip() == "['n', 'c', 'twice']"


def test_last_error_of_a_cell(notebook: Kernel) -> None:
    """The traceback begins in the user's cell."""
    notebook.run("def half(a):\n    return a / 0\nhalf(3)")

    lines = _call(notebook, "'last_error'")

    text = "\n".join(lines)
    assert "in half" in text
    assert "Locals of half(), line 2:" in text
    assert "ipykernel/ipkernel" not in text


def test_figure_that_a_cell_showed(notebook: Kernel) -> None:
    """The agent can look at the user's own plot afterwards."""
    notebook.check("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")

    lines = _call(notebook, "'get_figure'")

    assert lines[0] == "success 1"
    assert lines[1].startswith("[figure, ")


def test_tool_of_the_user_shows_its_output_in_the_cell(notebook: Kernel) -> None:
    """What is printed in a tool belongs to the waiting cell."""
    cell = notebook.check(
        "def tool():\n    print('from the tool')\nawait wait_in_cell(turn_with_tool(tool))"
    )

    assert cell.text == "from the tool\n"


def test_cells_before_this_one(notebook: Kernel) -> None:
    """Code and kind of result of what was run before; the asking cell is not among them."""
    notebook.check("df.n + 1")

    lines = _call(notebook, "'recent_cells', count=1")

    assert lines[0] == "success 0"
    assert lines[2].startswith("In [")
    assert lines[3] == "df.n + 1"
    assert lines[4].endswith(": Series, 3 rows")


def test_proposed_cell_is_sent_to_the_front_end(notebook: Kernel) -> None:
    """The reply carries it as the next input, which front ends insert below."""
    cell = notebook.check("await wait_in_cell(call('propose_cell', code='df.plot()'))")

    assert cell.reply is not None
    assert [(p["source"], p["text"], p["replace"]) for p in cell.reply["payload"]] == [
        ("set_next_input", "df.plot()", False)
    ]


def test_changes_of_agent_code_are_taken_back(notebook: Kernel) -> None:
    """The names of the notebook are compared around the run, and come back."""
    _call(notebook, "'run_code', code='df[\"z\"] = 1\\nworst = df.head(1)'")

    lines = notebook.check(
        "print(*session.events[-1].lines, sep='\\n')\n"
        "print(*shell.journal.undo(), sep='\\n')\nprint(list(df.columns), 'worst' in globals())"
    ).text.splitlines()

    assert lines == [
        "`df` 3 × 2 → 3 × 3, + `z`",
        "new `worst` (1 × 3)",
        "`df` is back: 3 × 2.",
        "`worst` is gone again.",
        "['n', 'c'] False",
    ]


def test_interrupted_agent_code_can_be_taken_back(notebook: Kernel, tmp_path: Path) -> None:
    """■ ends the code; what it had changed is known all the same."""
    begun = tmp_path / "begun"
    notebook.check(
        f'xs = [1]\ncode = \'xs.append(2)\\nopen(r"{begun}", "w").close()\\nwhile True: pass\''
    )
    cell = notebook.send("await wait_in_cell(call('run_code', code=code))")
    notebook.until(begun.exists, "the code to begin")

    notebook.interrupt()
    notebook.wait(cell)

    shown = notebook.check("print(*session.events[-1].lines, xs, *shell.journal.undo(), xs)").text
    assert shown.strip() == "`xs` 1 item → 2 items [1] `xs` is back: 1 item. [1]"
