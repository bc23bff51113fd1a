"""Code runs as if typed, and everything it shows is taken."""

from __future__ import annotations

import asyncio
import linecache
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copilot_nb.data.envelope import LIMIT, untrusted
from copilot_nb.data.privacy import Privacy, PrivacyRule
from copilot_nb.errors import UsageError
from copilot_nb.kernel.capture import MAX_TEXT, Capture, compact
from copilot_nb.kernel.shell import RunResult, Shell
from copilot_nb.transcript.blocks import Output, TextOutput
from copilot_nb.transcript.output import plain, printed

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

Shown = list[dict[str, Any]]
STREAM = st.lists(st.sampled_from(["\r", "\n", "a", "10%", "\x1b[1m"]), max_size=12).map("".join)
CUTS = st.lists(st.integers(0, 30), max_size=8).map(sorted)


class _Displays:
    """What of a shell a capture stands over."""

    display_formatter = display_pub = type("_", (), {"format": 0, "publish": 0, "clear_output": 0})


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
        ("print('\x1b[31mred\x1b[0m')", "red"),
        ("print('\x1b]8;;http://x\x07link\x1b]8;;\x07')", "link"),
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
    """A flood is cut once, and all that is missing is told: to the page, and to the model."""
    flood = "for at in range(3000):\n    print(at, 'x' * 90)\nprint('end')"
    whole = "".join(f"{at} {'x' * 90}\n" for at in range(3000)) + "end\n"

    shown, result = await _run(shell, flood)

    *_, last = shown
    assert sum(len(o["text"]) for o in shown) + last["left_out"] == len(whole)
    assert sum(o["text"].count("\n") for o in shown) + last["lines_left_out"] == 3001
    (output,) = result.outputs
    assert isinstance(output, TextOutput)
    (lines,) = re.findall(r"… ([\d,]+) lines, [\d,]+ characters left out …", output.text)
    assert output.text.count("\n") - 2 + int(lines.replace(",", "")) == 3001
    assert len(untrusted(result.text, "x")) < LIMIT
    assert result.text.endswith("end")


async def test_the_error_behind_a_flood_is_seen(shell: Shell) -> None:
    """It is no part of what is cut."""
    shown, result = await _run(shell, f"print('x' * {2 * MAX_TEXT})\n1 / 0")

    assert [o["stream"] for o in shown] == ["stdout", "stdout", "error"]
    assert shown[1]["left_out"] > 0
    assert "ZeroDivisionError" in shown[2]["text"]
    assert "ZeroDivisionError" in result.text


async def test_a_little_too_much_is_not_cut(shell: Shell) -> None:
    """The end is kept, too."""
    shown, result = await _run(shell, f"print('x' * {MAX_TEXT + 10}, end='')")

    assert "".join(o["text"] for o in shown) == result.text == "x" * (MAX_TEXT + 10)


async def test_states_of_a_line_take_no_room(shell: Shell) -> None:
    """A progress bar that runs for hours is no flood."""
    bar = "import sys\nfor at in range(3000):\n    _ = sys.stderr.write(f'\\r{at:90}')"

    shown, result = await _run(shell, bar)

    assert (result.text, shown[-1].get("left_out")) == (f"{2999:90}", None)


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


async def test_progress_bar_is_one_line(shell: Shell) -> None:
    """A line that is rewritten ends as its last state; on the way it overwrites itself."""
    shown, result = await _run(
        shell,
        "import sys\nfor n in range(3):\n    _ = sys.stderr.write(f'\\r{n}0%')\nprint('done')",
    )

    assert [o["text"] for o in shown] == ["\r00%", "\r10%", "\r20%", "done\n"]
    assert result.text == "20%\ndone"


async def test_what_is_flushed_is_seen_at_once(shell: Shell) -> None:
    """A line without an end waits, unless the code wants it to be seen."""
    shown, _ = await _run(shell, "for n in range(3):\n    print(n, end=' ', flush=n > 0)")

    assert [o["text"] for o in shown] == ["0 1 ", "2 "]


@example(stream="a\r\x1b[1ma", cuts=[3])
@given(stream=STREAM, cuts=CUTS)
def test_pieces_give_what_the_whole_gives(stream: str, cuts: list[int]) -> None:
    """However a stream is written and passed on, the page and the model see one text."""
    shown: Shown = []
    with Capture(_Displays(), shown.append) as capture:
        for at, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            capture.write(stream[at:end], "stdout")
            capture.flush()

    outputs: tuple[Output, ...] = ()
    held = ""
    for piece in shown:
        outputs, held = printed(outputs, piece, held)
    assert "".join(o.text for o in outputs if isinstance(o, TextOutput)) == plain(stream)
    assert "".join(o.text for o in capture.outputs if isinstance(o, TextOutput)) == plain(stream)


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
        ("10%\r50%\r100%\n", "\r100%\n"),
        ("a\r\nb\rc", "a\nc"),
        ("10%\r\r", "10%"),
        ("bar\r", "bar"),
    ],
)
def test_text_settles_as_in_a_terminal(written: str, seen: str) -> None:
    """Of a rewritten line the last state stays; the first one overwrites what was there."""
    assert compact(written) == seen


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
