"""What is typed on a line: subcommands, help, completion, loading and unloading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from copilot_nb.notebook.models.providers import TOKEN_VARIABLES
from copilot_nb.testing.reply import Reply
from tests.kernel.environments import OWN
from tests.kernel.notebook.conftest import plain, shown

if TYPE_CHECKING:
    from tests.kernel.driver import Cell, Kernel
    from tests.kernel.notebook.conftest import Notebook


def test_status_says_what_runs_and_why(notebook: Notebook) -> None:
    """Before the first turn, and after it."""
    before = plain(notebook.kernel.check("%copilot"))
    notebook.turn("%%copilot\nHello.")
    after = plain(notebook.kernel.check("%copilot status"))

    assert f"openai at {notebook.model.url}, model scripted (COPILOT_NB_PROVIDER)" in before
    assert "none yet; it begins with the first turn" in before
    assert "Copilot CLI 1." in after
    assert "none yet" not in after


def test_tools_are_listed_with_where_they_come_from(notebook: Notebook) -> None:
    """The runtime's and the kernel's; the value is a sequence of dicts."""
    cell = notebook.kernel.check(
        "table = %copilot tools\nprint(next(row for row in table if row.name == 'run_code'))"
    )
    listed = plain(notebook.kernel.check("%copilot tools"))

    assert "source='kernel'" in cell.text
    assert [
        name for name in ("bash", "edit", "run_code", "list_variables") if name not in listed
    ] == []


def test_the_model_is_switched_from_the_next_turn_on(notebook: Notebook) -> None:
    """The provider is asked for it, and the conversation goes on."""
    notebook.turn("%%copilot\nRemember one.")
    switched = plain(notebook.kernel.check("%copilot model other"))
    notebook.turn("%%copilot\nRemember two.")
    notebook.turn("%%copilot --model third\nRemember three.")

    assert switched == "Model other, from the next turn on."
    assert [r["model"] for r in notebook.model.requests] == ["scripted", "other", "third"]
    assert "Remember one." in str(notebook.model.requests[-1]["messages"])
    assert plain(notebook.kernel.check("%copilot model")) == "Model: third."


def test_new_begins_another_conversation(notebook: Notebook) -> None:
    """Nothing that was said is sent again."""
    notebook.turn("%%copilot\nRemember one.")
    notebook.kernel.check("%copilot new")
    notebook.turn("%%copilot\nRemember two.")

    assert "Remember one." not in str(notebook.model.requests[-1]["messages"])


def test_reset_ends_the_runtime_and_the_next_turn_resumes(notebook: Notebook) -> None:
    """The conversation outlives its process."""
    notebook.turn("%%copilot\nRemember one.")

    first = plain(notebook.kernel.check("%copilot reset --off"))
    second = plain(notebook.kernel.check("%copilot reset --off"))
    notebook.turn("%%copilot\nGo on.")

    assert (first, second) == ("The runtime has ended.", "The runtime does not run.")
    assert "Remember one." in str(notebook.model.requests[-1]["messages"])


def test_another_provider_goes_on_with_the_conversation(notebook: Notebook) -> None:
    """Its key comes from the variable that was named, and stands nowhere in the output."""
    notebook.turn("%%copilot\nRemember one.")
    notebook.kernel.check("os.environ['MY_KEY'] = 'made-up-key'")

    cell = notebook.kernel.check(
        f"%copilot provider {notebook.model.url}/ --model other --key-env MY_KEY"
    )
    notebook.turn("%%copilot\nGo on.")
    told = plain(notebook.kernel.check("%copilot provider"))

    expected = f"openai at {notebook.model.url}, model other, key from MY_KEY"
    assert plain(cell).startswith(f"{expected} (set by %copilot provider)\n")
    assert expected in told
    assert notebook.model.headers[-1]["authorization"] == "Bearer made-up-key"
    assert "Remember one." in str(notebook.model.requests[-1]["messages"])
    assert "made-up-key" not in plain(cell) + told


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("%copilot provder x", ["There is no subcommand 'provder'.", "Did you mean provider?"]),
        ("%%copilot --timout 3\nhi", ["There is no option '--timout'.", "Did you mean --timeout?"]),
        ("%copilot provider olama", ["'olama' is no provider.", "Did you mean ollama?"]),
        (
            "%copilot provider openai --key-env sk-123",
            ["--key-env takes the name of an environment variable", "Never put the key itself"],
        ),
        ("%%copilot --out 1x\nhi", ["--out takes a name, not '1x'.", "Such as --out answer"]),
        ("%copilot ask", ["`%copilot ask` needs a prompt.", "Usage: "]),
    ],
)
def test_a_mistake_is_two_lines(notebook: Notebook, line: str, lines: list[str]) -> None:
    """What was typed, and the next step; nothing is sent."""
    cell = notebook.kernel.run(line)

    said = cell.traceback.splitlines()
    assert cell.status == "error"
    assert len(said) == 2
    assert [
        expected for expected, text in zip(lines, said, strict=True) if expected not in text
    ] == []
    assert notebook.model.requests == []


def test_a_question_mark_ends_a_prompt(notebook: Notebook) -> None:
    """It is not taken for a request for help, and braces and dollars are not replaced."""
    notebook.turn("%copilot ask why is {x} $y slow, and what's up?")

    sent = notebook.model.requests[-1]["messages"][-1]["content"]
    assert sent.endswith("why is {x} $y slow, and what's up?")


def test_the_first_line_of_a_cell_belongs_to_the_prompt(notebook: Notebook) -> None:
    """With options before it, and lines below it."""
    notebook.turn("%%copilot --model scripted What is {this}?\n  indented $here\n\nlast")

    sent = notebook.model.requests[-1]["messages"][-1]["content"]
    assert sent.endswith("What is {this}?\n  indented $here\n\nlast")


@pytest.mark.parametrize(
    "code",
    [
        *("%%copilot", "%%copilot --new\n\n", "%%copilot -h", "%%copilot ?\n"),
        *("%copilot help ask", "%copilot ask?", "%copilot ask ?"),
    ],
)
def test_an_empty_cell_shows_help(notebook: Notebook, code: str) -> None:
    """Instead of failing."""
    assert "%copilot ask [OPTIONS] [PROMPT...]" in plain(notebook.kernel.check(code))
    assert notebook.model.requests == []


@pytest.mark.parametrize("code", ["%copilot?", "%%copilot?"])
def test_a_question_mark_behind_the_magic_is_help(notebook: Notebook, code: str) -> None:
    """IPython's own pager shows the magic's docstring."""
    cell = notebook.kernel.check(code)

    (payload,) = (cell.reply or {})["payload"]
    assert "Who answers" in payload["data"]["text/plain"]
    assert "--effort" in payload["data"]["text/plain"]


def test_completion_goes_through_the_kernel(notebook: Notebook) -> None:
    """As a front end asks for it; old IPythons add words of their own."""
    assert "provider" in complete(notebook.kernel, "%copilot pro")
    assert "--out" in complete(notebook.kernel, "%%copilot --o")
    assert "ollama" in complete(notebook.kernel, "%copilot provider ")


@pytest.mark.parametrize(
    "code",
    [
        *("%copilot resume ", "%copilot mcp restart ", "%copilot budget day ", "%copilot rewind "),
        *("%%copilot --see ", "%copilot agents use c", "%copilot nothing ", "%%copilot why a"),
    ],
)
@pytest.mark.parametrize("kernel", [OWN], indirect=True)
def test_where_we_know_nothing_nothing_is_offered(notebook: Notebook, code: str) -> None:
    """No list of IPython's, which would have Python's words and magics."""
    assert complete(notebook.kernel, code) == []


@pytest.mark.parametrize("kernel", [OWN], indirect=True)
def test_what_is_not_ours_is_completed_by_ipython(notebook: Notebook) -> None:
    """Python around our lines, and the name of our magic."""
    assert "print" in complete(notebook.kernel, "pri")
    assert "%copilot" in complete(notebook.kernel, "%cop")
    assert complete(notebook.kernel, "table = %copilot usage d") == ["day"]
    notebook.kernel.check("stations = 1")
    assert complete(notebook.kernel, "x = 1\ny = %copilot ask why is @stat") == ["stations"]
    assert complete(notebook.kernel, "%%copilot\nwhy is @nothing") == []


def complete(kernel: Kernel, code: str) -> list[str]:
    """What Tab offers at the end of that code."""
    kernel.request("complete_request", {"code": code, "cursor_pos": len(code)})
    kernel.until(lambda: kernel.replies("complete_reply"), "the completions")
    matches: list[str] = kernel.replies("complete_reply").pop()["content"]["matches"]
    kernel.forget()
    return matches


def test_a_line_works_in_a_function(notebook: Notebook) -> None:
    """Where nothing can be awaited it waits."""
    notebook.script(Reply("One."), Reply("Two."))

    cell = notebook.kernel.run(
        "def both():\n    for n in range(2):\n        %copilot ask {n}?\nboth()"
    )

    assert cell.status == "ok", cell.traceback
    assert "One." in plain(cell)
    assert "Two." in plain(cell)


def test_a_turn_can_be_shown_again(notebook: Notebook) -> None:
    """As it is stored, with nothing live in it."""
    notebook.script(Reply("Hello **world**."))
    notebook.turn("%%copilot\nGreet me.")

    cell = notebook.kernel.check("import copilot_nb; copilot_nb.show()")

    (bundle,) = shown(cell)
    assert {"text/html", "text/plain"} < set(bundle)
    assert "Hello **world**." in bundle["text/plain"]


def test_the_session_can_be_awaited(notebook: Notebook) -> None:
    """Once it is open, asking for it patches nothing."""
    notebook.script(Reply("One."), Reply("Two."))
    notebook.turn("%%copilot\nFirst.")

    cell = notebook.kernel.check(
        "import copilot_nb\nprint((await copilot_nb.current().ask('Second.')).text)"
    )

    assert cell.text == "Two.\n"


def test_without_a_source_two_lines_list_the_choices(notebook: Notebook) -> None:
    """Nobody is signed in and nothing is set: nothing is chosen silently."""
    cell = without_provider(notebook, "%%copilot\nHello.")

    assert cell.status == "error"
    assert "No model to ask: no Copilot account is signed in and no provider is set." in plain(cell)
    assert "%copilot provider demo" in plain(cell)


def without_provider(notebook: Notebook, code: str) -> Cell:
    """Run a cell in an environment that names no model source."""
    names = ("COPILOT_NB_PROVIDER", "COPILOT_PROVIDER_BASE_URL", *TOKEN_VARIABLES)
    notebook.kernel.check(
        f"saved = {{name: os.environ.pop(name) for name in {names} if name in os.environ}}\n"
        "os.environ['GH_CONFIG_DIR'] = os.environ['COPILOT_HOME']"
    )
    try:
        return notebook.kernel.run(code)
    finally:
        notebook.after_error()
        notebook.kernel.check("os.environ.update(saved); del os.environ['GH_CONFIG_DIR']")


def test_unloading_ends_the_runtime(notebook: Notebook) -> None:
    """And loading again works."""
    notebook.turn("%%copilot\nHello.")
    pid = notebook.kernel.check(
        "from copilot_nb.notebook.current import conversation\n"
        "print(conversation().link.client.pid)"
    ).text

    gone = notebook.kernel.check(
        "%unload_ext copilot_nb\n"
        "def gone(pid):\n"
        "    try: os.kill(pid, 0)\n"
        "    except ProcessLookupError: return True\n"
        "    return False\n"
        f"print(gone({pid}))"
    )
    missing = notebook.kernel.run("%copilot")
    notebook.after_error()
    notebook.kernel.check("%load_ext copilot_nb")

    assert gone.text == "True\n"
    assert missing.status == "error"
    assert notebook.turn("%%copilot\nHello.").status == "ok"
