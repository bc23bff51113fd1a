"""One turn in a cell: streamed, asked for, stopped, failed; and what the notebook keeps of it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from copilot_nb.testing.reply import Reply
from copilot_nb.views.record import MIME
from tests.kernel.driver import Kernel
from tests.kernel.notebook.conftest import plain, shown
from tests.kernel.notebook.processes import ended_within

if TYPE_CHECKING:
    from copilot_nb.testing.model import ScriptedModel
    from tests.kernel.notebook.conftest import Notebook

COMMAND = Reply(tools=[("bash", {"command": "echo hi > x.txt", "description": "say hi"})])
CODE = Reply(tools=[("run_code", {"code": "answer = 6 * 7\nanswer", "purpose": "compute"})])
PROGRESS = """import sys, time
for at in range(6):
    _ = sys.stderr.write(f"\\r{at}/5 working")
    time.sleep(0.2)"""
SLOW = Reply(chunks=[f"w{n} " for n in range(400)], delay=0.05)
RUNTIME = """
from copilot_nb.notebook.current import conversation
print(conversation().link.client.pid)
"""
ENDS_WITHIN = 0.5
"""Seconds from ■ to the cell's reply; what is promised."""
SLACK = 0.5
"""What a busy test machine may add."""
STOPPED = "KeyboardInterrupt: the turn was stopped; the session goes on."


def test_an_answer_is_drawn_live_and_kept_as_text(notebook: Notebook) -> None:
    """The page gets it as it comes; the stored output needs neither widget nor kernel."""
    notebook.script(Reply("Hello **world**."))

    cell = notebook.turn("%%copilot\nGreet me.")

    assert cell.status == "ok"
    assert notebook.page.text == "Hello **world**."
    (bundle,) = shown(cell)
    assert set(bundle) == {"text/html", "text/plain", MIME}
    assert "Hello **world**." in bundle["text/plain"]
    assert "<strong>world</strong>" in bundle["text/html"]
    assert notebook.model.requests[-1]["messages"][-1]["content"].endswith("Greet me.")
    assert cell.contents("execute_result") == []


def test_a_click_answers_while_the_cell_runs(notebook: Notebook) -> None:
    """The command runs after the click, and the output says who allowed it."""
    notebook.script(COMMAND, Reply("Done."))
    cell = notebook.ask("%%copilot\nWrite it.")
    request = notebook.page.until_asked()

    notebook.page.answer(request, choice="allow_once")
    notebook.kernel.wait(cell)

    assert "Allowed once by you: echo hi > x.txt" in plain(cell)
    assert notebook.kernel.check("print(open('x.txt').read())").text == "hi\n\n"


def test_code_runs_in_the_users_kernel_after_a_click(notebook: Notebook) -> None:
    """Its variables stay, its output is drawn and told to the model."""
    notebook.script(CODE, Reply("It is 42."))
    cell = notebook.ask("%%copilot\nCompute.")

    notebook.page.answer(notebook.page.until_asked(), choice="allow_once")
    notebook.kernel.wait(cell)

    assert cell.status == "ok"
    assert "42" in plain(cell)
    assert "42" in str(notebook.model.requests[-1]["messages"][-1])
    assert notebook.kernel.check("print(answer)").text == "42\n"


def test_a_progress_bar_moves_on_the_page(notebook: Notebook) -> None:
    """Each state takes the place of the one before while the code runs, and the last one stays."""
    notebook.script(Reply(tools=[("run_code", {"code": PROGRESS})]), Reply("Done."))
    cell = notebook.ask("%%copilot\nWork.")

    notebook.page.answer(notebook.page.until_asked(), choice="allow_once")
    notebook.kernel.wait(cell)

    first, *states = notebook.page.printed  # the very first may be one with the next
    states = states if first[0] == "0" else [first, *states]
    assert states == [f"{at}/5 working" for at in range(1, 6)]
    assert "5/5 working" in plain(cell)
    assert "4/5 working" not in plain(cell)


def test_a_denial_lets_the_model_go_on(notebook: Notebook) -> None:
    """It hears that the person declined, and why if a reason was given."""
    notebook.script(COMMAND, Reply("Then not."))
    cell = notebook.ask("%%copilot\nWrite it.")

    notebook.page.answer(
        notebook.page.until_asked(), choice="deny_feedback", feedback="use the file y.txt"
    )
    notebook.kernel.wait(cell)

    assert cell.status == "ok"
    assert "Then not." in plain(cell)
    assert "use the file y.txt" in str(notebook.model.requests[-1]["messages"][-1])


def test_deny_and_stop_ends_the_cell(notebook: Notebook) -> None:
    """The cells behind it do not run."""
    notebook.script(COMMAND, Reply("Never said."))
    cell = notebook.ask("%%copilot\nWrite it.")
    queued = notebook.kernel.send("print('ran')")

    notebook.page.answer(notebook.page.until_asked(), choice="deny_stop")
    notebook.kernel.wait(cell, queued)

    assert (cell.status, queued.status) == ("error", "aborted")
    assert len(notebook.model.requests) == 1


def test_for_this_session_is_not_asked_again(notebook: Notebook) -> None:
    """The same command runs at once and says why; another one asks; `--new` forgets."""
    notebook.script(COMMAND, Reply("One."), COMMAND, Reply("Two."), COMMAND, Reply("Three."))
    first = notebook.ask("%%copilot\nWrite it.")
    notebook.page.answer(notebook.page.until_asked(), choice="allow_session")
    notebook.kernel.wait(first)

    again = notebook.turn("%%copilot\nAgain.")
    fresh = notebook.ask("%%copilot --new\nAgain.")
    notebook.page.answer(notebook.page.until_asked(), choice="deny")
    notebook.kernel.wait(fresh)

    assert "Allowed earlier in this session by you" in plain(again)
    assert "Denied by you" in plain(fresh)


def test_a_question_is_answered_on_the_page(notebook: Notebook) -> None:
    """The model gets the chosen words."""
    question = {"question": "Which colour?", "choices": ["red", "blue"]}
    notebook.script(Reply(tools=[("ask_user", question)]), Reply("Blue it is."))
    cell = notebook.ask("%%copilot\nPaint.")

    notebook.page.answer(notebook.page.until_asked("user_input"), answer="blue")
    notebook.kernel.wait(cell)

    assert "blue" in str(notebook.model.requests[-1]["messages"][-1])
    assert "Blue it is." in plain(cell)


def test_interrupt_during_an_approval(notebook: Notebook) -> None:
    """■ ends the cell at once, nothing runs, and the conversation goes on."""
    notebook.script(COMMAND, Reply("Still here."))
    cell = notebook.ask("%%copilot\nWrite it.")
    queued = notebook.kernel.send("print('ran')")
    notebook.page.until_asked()

    pressed = notebook.kernel.interrupt()
    notebook.kernel.wait(cell, queued)

    assert (cell.status, cell.ename, queued.status) == ("error", "KeyboardInterrupt", "aborted")
    assert cell.traceback == STOPPED
    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK
    assert "Stopped." in plain(cell)
    notebook.after_error()
    assert "Still here." in plain(notebook.turn("%%copilot\nGo on."))


def test_interrupt_while_it_streams(notebook: Notebook) -> None:
    """What had come stays in the output; the model is not listened to any more."""
    notebook.script(SLOW, Reply("Still here."))
    cell = notebook.ask("%%copilot\nTalk.")
    notebook.page.until_text("w3")

    pressed = notebook.kernel.interrupt()
    notebook.kernel.wait(cell)

    assert cell.traceback == STOPPED
    assert cell.replied_at - pressed < ENDS_WITHIN + SLACK
    assert "w3" in plain(cell)
    assert "Stopped." in plain(cell)
    notebook.after_error()
    assert "Still here." in plain(notebook.turn("%%copilot\nGo on."))


def test_the_views_stop_button_ends_the_cell(notebook: Notebook) -> None:
    """As ■ does, in one line."""
    notebook.script(SLOW)
    cell = notebook.ask("%%copilot\nTalk.")
    queued = notebook.kernel.send("print('ran')")
    notebook.page.until_text("w3")

    notebook.page.stop()
    notebook.kernel.wait(cell, queued)

    assert (cell.status, queued.status) == ("error", "aborted")
    assert cell.traceback == "Stopped: the session goes on."


def test_run_all_keeps_the_order(notebook: Notebook) -> None:
    """Cells queued at once run one after another, turns and code alike."""
    notebook.script(Reply("One."), Reply("Two."))
    first = notebook.kernel.send("%%copilot\nFirst.", allow_stdin=True)
    code = notebook.kernel.send("print('between')")
    second = notebook.kernel.send("%%copilot\nSecond.", allow_stdin=True)

    notebook.page.open()
    notebook.kernel.wait(first, code, second)

    assert "One." in plain(first)
    assert code.text == "between\n"
    assert "Two." in plain(second)
    assert first.replied_at < code.replied_at < second.replied_at


def test_an_error_is_two_lines_and_stops_the_queue(notebook: Notebook) -> None:
    """The view says what happened and what to do; the cell fails in one line without traceback."""
    notebook.script(Reply(status=400, body={"error": {"message": "context too long"}}))
    cell = notebook.ask("%%copilot\nFail.")
    queued = notebook.kernel.send("print('ran')")

    notebook.kernel.wait(cell, queued)

    assert (cell.status, queued.status) == ("error", "aborted")
    assert "context too long" in plain(cell)
    assert len(cell.traceback.splitlines()) == 1
    assert "Traceback" not in cell.traceback
    notebook.after_error()
    assert notebook.turn("%%copilot\nGo on.").status == "ok"


def test_a_lost_runtime_ends_the_cell_and_the_next_one_resumes(notebook: Notebook) -> None:
    """The error comes within a second; what was said before is still known."""
    notebook.script(Reply("I will remember."), SLOW, Reply("Welcome back."))
    notebook.turn("%%copilot\nRemember this.")
    runtime = int(notebook.kernel.check(RUNTIME).text)
    cell = notebook.ask("%%copilot\nTalk.")
    notebook.page.until_text("w3")

    killed = time.monotonic()
    os.kill(runtime, signal.SIGKILL)
    notebook.kernel.wait(cell)

    assert cell.status == "error"
    assert cell.replied_at - killed < 1 + SLACK
    notebook.after_error()
    assert "Welcome back." in plain(notebook.turn("%%copilot\nGo on."))
    assert "Remember this." in str(notebook.model.requests[-1]["messages"])


def test_ask_sync_in_a_loop(notebook: Notebook) -> None:
    """Plain sync code waits for each answer; the session is the notebook's own."""
    notebook.script(Reply("One."), Reply("Two."), Reply("Three."))

    cell = notebook.kernel.check(
        "import copilot_nb\n"
        "for n in range(3):\n"
        "    print(copilot_nb.current().ask_sync(f'Question {n}').text)"
    )

    assert cell.text == "One.\nTwo.\nThree.\n"
    assert len(notebook.model.requests[-1]["messages"]) > 5


def test_time_on_top(notebook: Notebook) -> None:
    """`%%time` over `%%copilot`: the cell cannot be awaited, and clicks work all the same."""
    notebook.script(COMMAND, Reply("Done."))
    cell = notebook.ask("%%time\n%%copilot\nWrite it.")

    notebook.page.answer(notebook.page.until_asked(), choice="allow_once")
    notebook.kernel.wait(cell)

    assert cell.status == "ok", cell.traceback
    assert "Done." in plain(cell)
    assert "Wall time" in cell.text


@pytest.mark.parametrize("reply", [True, False])
def test_out_binds_the_turn(notebook: Notebook, *, reply: bool) -> None:
    """And no other name appears; the cell itself returns nothing."""
    notebook.script(Reply("Hello.") if reply else Reply(status=400))
    notebook.kernel.check("before = set(globals())")

    notebook.turn("%%copilot --out answer\nGreet me.")
    notebook.after_error()
    cell = notebook.kernel.check("print(sorted(n for n in set(globals()) - before if n[0] != '_'))")

    assert cell.text == "['answer', 'before']\n"
    assert notebook.kernel.check("print(answer.text)").text == ("Hello.\n" if reply else "\n")


def test_timeout_stops_the_turn(notebook: Notebook) -> None:
    """The runtime hears of it, and the next turn works."""
    notebook.script(SLOW, Reply("Still here."))

    cell = notebook.turn("%%copilot --timeout 0.7\nTalk.")

    assert cell.ename == "TurnTimeoutError"
    assert "--timeout SECONDS, or" in cell.traceback
    assert "time limit" in plain(cell)
    notebook.after_error()
    assert "Still here." in plain(notebook.turn("%%copilot\nGo on."))


def test_plain_mode_when_the_page_shows_no_widgets(notebook: Notebook) -> None:
    """The output goes on in the same place, with keyboard prompts; the next turn knows it."""
    notebook.script(COMMAND, Reply("Done."), Reply("Plain from the start."))
    notebook.kernel.check("%config Copilot.ready_timeout = 0.2")
    notebook.kernel.type("y")
    try:
        cell = notebook.kernel.run("%%copilot\nWrite it.", allow_stdin=True)
        after = notebook.kernel.run("%%copilot\nAgain.", allow_stdin=True)
    finally:
        notebook.kernel.check(
            "from copilot_nb.notebook.screen.screen import forget_pages; forget_pages()\n"
            "%config Copilot.ready_timeout = None"
        )

    (bundle,) = shown(cell)
    assert "Allowed once by you: echo hi > x.txt" in bundle["text/plain"]
    assert "Done." in bundle["text/plain"]
    assert "Plain from the start." in plain(after)
    assert after.contents("comm_open") == []


def test_without_anybody_everything_is_denied_and_says_so(notebook: Notebook) -> None:
    """No widget is made, nothing waits, and one line tells what was denied and how to allow it."""
    notebook.script(COMMAND, Reply("Then not."))

    cell = notebook.kernel.check("%%copilot\nWrite it.")

    assert cell.contents("comm_open") == []
    assert (
        "Denied by the headless policy (COPILOT_NB_POLICY=allow or a rules file can allow it): "
        "echo hi > x.txt"
    ) in plain(cell)
    assert "Then not." in plain(cell)


def test_instructions_of_the_folder_are_told_once(notebook: Notebook) -> None:
    """Whose words go along with the prompt is no secret, and can be left out."""
    notebook.kernel.check(
        "os.makedirs('with', exist_ok=True); os.chdir('with')\n"
        "print('Be brief.', file=open('AGENTS.md', 'w'))"
    )
    try:
        first, second = (plain(notebook.turn("%%copilot\nHello.")) for _ in range(2))
        told = str(notebook.model.requests[-1]["messages"])
        notebook.kernel.check("%config Copilot.instructions = False\n%copilot new")
        notebook.turn("%%copilot\nHello.")
    finally:
        notebook.kernel.check("os.chdir('..')\n%config Copilot.instructions = None")

    assert "Instructions of this folder go along: AGENTS.md." in first
    assert "Instructions of this folder" not in second
    assert "Be brief." in told
    assert "Be brief." not in str(notebook.model.requests[-1]["messages"])


@pytest.mark.parametrize("end", ["shutdown", "kill"])
def test_the_runtime_ends_with_the_kernel(
    model: ScriptedModel, cli_path: Path, tmp_path: Path, end: str
) -> None:
    """However the kernel ends, nothing is left behind."""
    kernel = Kernel(Path(sys.executable), tmp_path)
    environ = {
        "COPILOT_HOME": str(tmp_path / "home"),
        "COPILOT_CLI_PATH": str(cli_path),
        "COPILOT_NB_PROVIDER": model.url,
        "COPILOT_NB_MODEL": "scripted",
    }
    with kernel:
        kernel.check(f"import os\nos.environ.update({environ!r})\n%load_ext copilot_nb")
        kernel.check("%%copilot\nHello.")
        runtime = int(kernel.check(RUNTIME).text)
        if end == "kill":
            os.kill(kernel.pid, signal.SIGKILL)
        else:
            kernel.request("shutdown_request", {"restart": False})

        assert ended_within(runtime, seconds=10)
