"""Code runs as if typed, and everything it shows is taken."""

from __future__ import annotations

import asyncio
import linecache
import sys
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.errors import UsageError
from copilot_nb.kernel.capture import MAX_TEXT, settled
from copilot_nb.kernel.shell import RunResult, Shell
from copilot_nb.transcript.blocks import TextOutput

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

Shown = list[dict[str, Any]]


async def _run(shell: Shell, code: str) -> tuple[Shown, RunResult]:
    shown: Shown = []
    return shown, await shell.run(code, shown.append)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1 + 1", "2"),
        ("1 + 1;", ""),
        ("1 + 1  # no semicolon;", "2"),
        ("x = 3", ""),
        ("'é'; 'ü';", ""),
        ("print('a'); 5", "a\n5"),
        ("None", ""),
        ("import asyncio\nawait asyncio.sleep(0, 7)", "7"),
        ("%timeit -n1 -r1 -q pass", ""),
        ("for i in range(2):\n    print(i)", "0\n1"),
        ("from __future__ import annotations\ndef f(a: nope): return 1\nf(0)", "1"),
        ("", ""),
        ("# only a comment", ""),
    ],
)
async def test_text_of_code(shell: Shell, code: str, text: str) -> None:
    """The last expression is shown unless a `;` ends it; magics and await work."""
    _, result = await _run(shell, code)

    assert result.error is None
    assert result.text == text


async def test_future_imports_do_not_reach_the_users_cells(
    shell: Shell, ipython: InteractiveShell
) -> None:
    """The compiler's flags are the user's own."""
    before = ipython.compile.flags

    await _run(shell, "from __future__ import annotations")

    assert ipython.compile.flags == before


async def test_error_shows_the_codes_own_lines(shell: Shell) -> None:
    """The traceback begins at the agent's code and names its lines."""
    shown, result = await _run(shell, "def f(a):\n    return 1 / a\nf(0)")

    assert result.error is not None
    assert (result.error.ename, result.error.evalue) == ("ZeroDivisionError", "division by zero")
    lines = result.error.traceback.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == '  File "<copilot-1>", line 3, in <module>'
    assert "    return 1 / a" in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert shown == [
        {"kind": "text", "text": result.error.traceback + "\n", "stream": "error"},
    ]
    assert linecache.getline("<copilot-1>", 2) == "    return 1 / a\n"


async def test_syntax_error_is_a_result(shell: Shell) -> None:
    """Code that cannot be parsed says where."""
    _, result = await _run(shell, "x = = 2")

    assert result.error is not None
    assert result.error.ename == "SyntaxError"
    assert '  File "<copilot-1>", line 1' in result.error.traceback


@pytest.mark.parametrize("code", ["import sys; sys.exit(3)", "raise KeyboardInterrupt"])
async def test_code_cannot_end_the_kernel(shell: Shell, code: str) -> None:
    """SystemExit and KeyboardInterrupt end the code, nothing else."""
    _, result = await _run(shell, code)

    assert result.error is not None
    assert result.error.interrupted == ("Keyboard" in code)


async def test_error_with_a_broken_message(shell: Shell) -> None:
    """An exception that cannot tell its message is still told."""
    _, result = await _run(
        shell, "class E(Exception):\n    def __str__(self): raise ValueError\nraise E"
    )

    assert result.error is not None
    assert result.error.evalue == "<the message cannot be read>"


async def test_deep_recursion_is_short(shell: Shell) -> None:
    """A thousand frames become a few lines."""
    _, result = await _run(shell, "def f(n):\n    return f(n + 1)\nf(0)")

    assert result.error is not None
    assert len(result.error.traceback.splitlines()) < 40


async def test_errors_that_led_to_an_error_are_shown(shell: Shell) -> None:
    """`raise … from …` and groups are told whole, without our frames."""
    _, chained = await _run(
        shell, "try:\n    1 / 0\nexcept ArithmeticError as e:\n    raise KeyError('k') from e"
    )
    _, group = await _run(shell, "raise ExceptionGroup('two', [ValueError('a'), TypeError('b')])")

    assert chained.error is not None
    assert "ZeroDivisionError: division by zero" in chained.error.traceback
    assert chained.error.traceback.endswith("KeyError: 'k'")
    assert "copilot_nb" not in chained.error.traceback
    assert group.error is not None
    assert "ValueError: a" in group.error.traceback


async def test_streams_and_hooks_are_given_back(shell: Shell, ipython: InteractiveShell) -> None:
    """After the run, also a failed one, nothing of ours is left in place."""
    before = sys.stdout, sys.stderr, sys.displayhook
    own = set(vars(ipython.display_pub)), set(vars(ipython.display_formatter))

    await _run(shell, "1 / 0")

    assert (sys.stdout, sys.stderr, sys.displayhook) == before
    assert (set(vars(ipython.display_pub)), set(vars(ipython.display_formatter))) == own


async def test_stream_kept_by_the_code_writes_through_later(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    """A handler that kept our stdout goes on working."""
    _, result = await _run(
        shell, "import sys; kept = sys.stdout\n(kept.encoding.lower(), kept.isatty())"
    )

    shell.user_ns["kept"].write("later")
    shell.user_ns.pop("kept").close()

    assert result.text == "('utf-8', False)"

    assert capsys.readouterr().out == "later"


async def test_cancelled_code_gives_everything_back(shell: Shell) -> None:
    """A turn that is stopped while the code awaits is cancelled, not answered."""
    before = sys.stdout
    task = asyncio.get_running_loop().create_task(
        shell.run("import asyncio\nawait asyncio.Event().wait()", lambda _: None)
    )
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert sys.stdout is before


async def test_pieces_run_one_after_the_other(shell: Shell) -> None:
    """Two calls at once do not mix."""
    code = "import asyncio\nprint('{0} begins')\nawait asyncio.sleep(0)\nprint('{0} ends')"

    results = await asyncio.gather(_run(shell, code.format("one")), _run(shell, code.format("two")))

    assert [result.text for _, result in results] == [
        "one begins\none ends",
        "two begins\ntwo ends",
    ]


async def test_code_that_runs_code_does_not_wait_for_itself(shell: Shell) -> None:
    """A piece inside a piece belongs to the inner one."""
    shell.user_ns["inner"] = lambda: shell.run("print('inner')", lambda _: None)

    _, result = await _run(shell, "print('outer')\n(await inner()).text")

    assert result.text == "outer\n'inner'"


async def test_too_much_text_keeps_its_end(shell: Shell) -> None:
    """A flood is cut, and the cut is told."""
    shown, result = await _run(shell, f"print('x' * {MAX_TEXT}, 'middle', 'y' * 9000, 'end')")

    assert sum(len(o["text"]) for o in shown) < MAX_TEXT + 5_000
    assert "characters cut" in result.text
    assert result.text.endswith("end")


async def test_what_is_drawn_of_the_output_is_none_of_it(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    """A view that prints, or displays, while the code runs: it goes out, and not in again."""
    code = "import sys\nprint('a')\n_ = sys.stderr.write('b\\n')\n5"

    def draw(output: dict[str, Any]) -> None:
        sys.stdout.write(f"<{output['text'].strip()}>\n")

    result = await shell.run(code, draw)

    assert result.text == "a\nb\n5"
    assert capsys.readouterr().out == "<a>\n<b>\n<5>\n"


async def test_lines_are_passed_on_as_they_come(shell: Shell) -> None:
    """Neighbouring texts are one output in the result, several on the way."""
    shown, result = await _run(shell, "for i in range(500):\n    print(i)")

    assert 20 < len(shown) < 100
    assert shown[0]["text"] == "0\n"
    assert result.outputs == (TextOutput(text="".join(f"{i}\n" for i in range(500))),)


async def test_progress_bar_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is rewritten ends as its last state; on the way it overwrites itself."""
    monkeypatch.setattr("copilot_nb.kernel.capture.UNFINISHED_SECONDS", 0.0)

    shown, result = await _run(
        shell,
        "import sys\nfor n in range(3):\n    _ = sys.stderr.write(f'\\r{n}0%')\nprint('done')",
    )

    assert [o["text"] for o in shown] == ["\r00%", "\r10%", "\r20%", "done", "\n"]
    assert result.text == "20%\ndone"


async def test_variables_are_the_users(shell: Shell) -> None:
    """Modules, IPython's names and our own objects are not variables."""
    await _run(shell, "import math\nfrom copilot_nb import errors\nx = 1\n_y = 2\ndef f(): pass")
    shell.user_ns["error"] = UsageError("ours")
    shell.ipython.push({"injected": 3}, interactive=False)

    assert set(shell.variables) == {"x", "f"}


async def test_last_error_of_the_user(shell: Shell) -> None:
    """A cell's error is remembered; agent code and our own errors are not."""
    shell.ipython.run_cell("1 / 0")
    shell.user_ns["UsageError"] = UsageError
    shell.ipython.run_cell("raise UsageError('ours')")
    shell.ipython.run_cell("'fine'")
    await _run(shell, "int('x')")

    assert isinstance(shell.last_error, ZeroDivisionError)


def test_shell_needs_ipython(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without IPython there is nothing to wrap."""
    monkeypatch.setattr("copilot_nb.kernel.shell.get_ipython", lambda: None)

    with pytest.raises(UsageError):
        Shell()


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("10%\r50%\r100%\n", "100%\n"),
        ("a\r\nb", "a\nb"),
        ("bar\r", "bar"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
    ],
)
def test_text_settles_as_in_a_terminal(written: str, seen: str) -> None:
    """Colours go, and of a rewritten line the last state stays."""
    assert settled(written) == seen


async def test_rules_know_other_names_of_what_they_are_about(shell: Shell) -> None:
    """Of the same table, as a cell's result, and of the memory of a column."""
    await _run(
        shell,
        "import pandas as pd\ntable = pd.DataFrame({'id': [987650, 987651]})\n"
        "alias, ids, other = table, table['id'].to_numpy(), table.copy()",
    )
    shell.user_ns["Out"] = {7: shell.user_ns["table"]}

    shell.privacy = Privacy((PrivacyRule("deny", "table.id"),))

    rules = shell.privacy
    names = ("table", "alias", "Out[7]", "other")
    assert [rules.column("id", name) for name in names] == ["deny", "deny", "deny", "allow"]
    assert rules.value("ids") == "deny"
