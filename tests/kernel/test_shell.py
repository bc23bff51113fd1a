"""Agent code runs where the user's does, and its output is taken in order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.kernel.driver import Cell, Kernel

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(60)]

START = """
import json
from copilot_nb.kernel.shell import Shell
shell = Shell()
async def run(code):
    seen = []
    result = await shell.run(code, seen.append)
    return seen, result
async def outputs(code):
    seen, result = await run(code)
    shell.close()
    for output in seen:
        output.pop('data', None)
    print('OUTPUTS', json.dumps(seen))
    return result
"""


def _run(kernel: Kernel, code: str) -> tuple[list[dict[str, Any]], Cell]:
    """Run code as the agent's; what it showed, and the cell around it."""
    kernel.check(START)
    cell = kernel.check(f"await wait_in_cell(outputs({code!r}));")
    return json.loads(cell.text.rpartition("OUTPUTS ")[2]), cell


def test_everything_is_shown_in_order(kernel: Kernel) -> None:
    """Text, a table, a figure, stderr and the error come as they happened, and only once."""
    shown, cell = _run(
        kernel,
        "import sys, pandas as pd, matplotlib.pyplot as plt\n"
        "print('start')\n"
        "display(pd.DataFrame({'a': [1, 2], 'b': ['x', None]}))\n"
        "plt.plot([1, 2]); plt.show()\n"
        "print('careful', file=sys.stderr)\n"
        "1 / 0",
    )

    assert [(o["kind"], o.get("stream")) for o in shown] == [
        ("text", "stdout"),
        ("table", None),
        ("image", None),
        ("text", "stderr"),
        ("text", "error"),
    ]
    assert shown[1]["columns"] == ["a", "b"]
    assert shown[1]["rows"][0] == ["0", "1", "x"]
    assert "1 / 0" in shown[4]["text"]
    assert "ZeroDivisionError" in shown[4]["text"]
    assert not cell.contents("display_data")
    assert not cell.contents("error")


def test_figure_left_open_is_shown_and_not_again_at_the_end_of_the_cell(kernel: Kernel) -> None:
    """Without `plt.show()` the figure belongs to the piece of code, not to the cell."""
    shown, cell = _run(kernel, "import matplotlib.pyplot as plt\n_ = plt.plot([3, 1, 2])")

    assert [o["kind"] for o in shown] == ["image"]
    assert shown[0]["width"] > 100
    assert not cell.contents("display_data")


def test_html_goes_out_as_an_ordinary_output_beneath(kernel: Kernel) -> None:
    """Objects that bring their own HTML never enter the transcript."""
    shown, cell = _run(kernel, "from IPython.display import HTML\nHTML('<b>bold</b>')")

    assert [o["text"] for o in shown] == ["<IPython.core.display.HTML object>\n"]
    assert [c["data"]["text/html"] for c in cell.contents("display_data")] == ["<b>bold</b>"]


def test_markdown_is_told_as_its_source(kernel: Kernel) -> None:
    """The person sees it rendered beneath, the model reads what it says."""
    shown, cell = _run(kernel, "from IPython.display import Markdown\nMarkdown('**bold**')")

    assert [o["text"] for o in shown] == ["**bold**\n"]
    assert "text/markdown" in cell.contents("display_data")[0]["data"]


def test_clear_output_does_not_wipe_the_answer(kernel: Kernel) -> None:
    """`clear_output` in agent code leaves the cell alone."""
    _, cell = _run(kernel, "from IPython.display import clear_output\nclear_output()")

    assert not cell.contents("clear_output")


def test_other_tasks_of_the_kernel_are_not_taken(kernel: Kernel) -> None:
    """While agent code awaits, what the user's own tasks print stays in the cell."""
    kernel.check(
        "async def chatter():\n    for _ in range(5):\n        print('mine')\n"
        "        await asyncio.sleep(0.01)"
    )
    kernel.check(START)

    cell = kernel.check(
        "task = asyncio.get_running_loop().create_task(chatter())\n"
        "result = await outputs(\"import asyncio\\nprint('agent')\\nawait asyncio.sleep(0.05)\")\n"
        "await task"
    )

    assert "mine" not in cell.text.rpartition("OUTPUTS ")[2].splitlines()[0]
    assert cell.text.count("mine") == 5
    assert '"agent\\n"' in cell.text


def test_threads_and_tasks_of_the_code_are_taken(kernel: Kernel) -> None:
    """What the code starts belongs to it."""
    shown, _ = _run(
        kernel,
        "import asyncio, threading\n"
        "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
        "async def f(): print('task')\n"
        "await asyncio.gather(f())\n"
        "await asyncio.to_thread(print, 'pool')",
    )

    assert "".join(o["text"] for o in shown) == "thread\ntask\npool\n[None]\n" or (
        "".join(o["text"] for o in shown) == "thread\ntask\npool\n"
    )


def test_nothing_is_left_in_history_or_namespace(kernel: Kernel) -> None:
    """Only what the code assigns stays; `_`, In, Out and the counter are the user's."""
    kernel.check(START)
    kernel.check(
        "def state():\n"
        "    ip = get_ipython()\n"
        "    lasts = repr([_, __, ip.displayhook._, sorted(Out), ip.execution_count, len(In)])\n"
        "    return lasts, set(globals())"
    )

    told = kernel.check(
        "before = after = None\n"
        "before = state()\n"
        "await outputs('found = 7\\nfound * 2')\n"
        "after = state()\n"
        "print(before[0] == after[0], after[1] - before[1]);"
    )

    assert told.text.splitlines()[-1] == "True {'found'}"


def test_interrupted_code_says_so(kernel: Kernel) -> None:
    """■ stops computing code; what it had shown is kept."""
    kernel.check(START)
    kernel.check(
        "results = []\n"
        "async def tool():\n"
        "    results.append(await run(\"print('busy', flush=True)\\nwhile True: pass\"))"
    )
    cell = kernel.send(
        "import sys; sys.stdout.write('go'); sys.stdout.flush()\n"
        "await wait_in_cell(turn_with_tool(tool))"
    )
    kernel.until_written(cell, "go")
    kernel.pause(0.2)

    kernel.interrupt()
    kernel.wait(cell)

    assert cell.ename == "KeyboardInterrupt"
    told = kernel.check("print(results[0][1].error.evalue, '|', results[0][1].text)")
    assert told.text.startswith("interrupted | busy")
    assert kernel.check("print('stdout is back')").text == "stdout is back\n"


def test_code_that_only_prints_is_interrupted_too(kernel: Kernel) -> None:
    """A press that comes while we pass output on is not lost."""
    kernel.check(START)
    kernel.check(
        "results = []\nasync def tool():\n    results.append(await run(\"while True: print('x')\"))"
    )
    cell = kernel.send("print('go', flush=True)\nawait wait_in_cell(turn_with_tool(tool))")
    kernel.until_written(cell, "go")
    kernel.pause(0.2)

    pressed = kernel.interrupt()
    kernel.wait(cell)

    assert cell.ename == "KeyboardInterrupt"
    assert cell.replied_at - pressed < 1.0
    assert kernel.check("print(results[0][1].error.evalue)").text == "interrupted\n"


def test_last_error_is_the_users(kernel: Kernel) -> None:
    """A failed cell is remembered past stopped turns and later good cells."""
    kernel.check(START)
    kernel.run("def divide(a):\n    return a / 0\ndivide(5)")
    cell = kernel.send("await wait_in_cell(turn())")
    kernel.until_written(cell, "waiting")
    kernel.interrupt()
    kernel.wait(cell)

    told = kernel.check(
        "from copilot_nb.kernel.trace import describe_error\n"
        "print(describe_error(shell.last_error))"
    )

    assert "ZeroDivisionError: division by zero" in told.text
    assert "Locals of divide(), line 2:\n  a: int" in told.text
