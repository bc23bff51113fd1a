"""Each scene of the demo model, played against the kernel tools' real texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from copilot_nb.data.envelope import untrusted
from copilot_nb.demo.model import LABEL
from tests.unit.demo.player import DENIED, Player, kernel_tools

if TYPE_CHECKING:
    from copilot_nb.demo.act import Act

PEOPLE = pd.DataFrame({"name": ["Ann", "Bo", "Ann"], "age": [31.5, None, 40.0]})
SERIES = pd.DataFrame(
    {"day": pd.date_range("2020-01-01", periods=4, freq="365D"), "level": [1.0, None, None, 4.0]}
)
ENDS = " | day | level\n0 | 2020-01-01 00:00:00 | 1\n3 | 2022-12-31 00:00:00 | 4\n[2 rows]"
STATISTICS = " | age\ncount | 2\nmean | 35.75\nstd | 6.01\nmin | 31.5\nmax | 40\n[8 rows]"


def output(text: str) -> str:
    """Return what run_code says about code that showed this."""
    return untrusted(text, "output of the code")


def player(variables: dict[str, object], *runs: str, **others: str) -> Player:
    """Return a player whose tools answer with these texts; run_code's are used up one by one."""
    answers = list(runs)
    tools = kernel_tools(variables, lambda **_: answers.pop(0))
    for name, text in others.items():
        tools[name] = lambda text=text, **_: text
    return Player(tools)


def calls(acts: list[Act]) -> list[str]:
    """Return the tools that were called."""
    return [act.tool for act in acts if act.tool]


def test_tour_looks_draws_and_explains() -> None:
    """The numbers in the explanation are those of the tool's result."""
    acts = player({"people": PEOPLE, "sea": SERIES}, output(ENDS)).ask("Explore and plot.")

    assert calls(acts) == ["list_variables", "describe_variable", "run_code"]
    assert acts[1].arguments == {"name": "sea"}
    assert acts[2].arguments["code"].startswith('sea.plot(x="day", y="level"')
    assert "**`level` rises**, from 1 to 4." in acts[-1].text
    assert "| per year | +1 |" in acts[-1].text
    assert "2 of 4 rows (50.0%) have no value." in acts[-1].text


def test_only_the_first_answer_of_a_session_carries_the_label() -> None:
    """The label is the first line, once."""
    talk = player({"people": PEOPLE}, output(STATISTICS), output(STATISTICS))

    texts = [act.text for prompt in ("Explore.", "Again.") for act in talk.ask(prompt)]

    assert texts[0].splitlines()[0] == LABEL
    assert sum(LABEL in text for text in texts) == 1


def test_frame_and_column_of_the_prompt_win() -> None:
    """A named frame is taken before a larger one, a named column before a more telling one."""
    acts = player({"people": PEOPLE, "sea": SERIES}, output("Ann | 2\nBo | 1")).ask(
        "Plot name of people."
    )

    assert 'people["name"].value_counts()' in acts[2].arguments["code"]
    assert "**Ann** is the most frequent with 2 of 3 rows." in acts[-1].text


def test_plain_refusal_ends_without_another_request() -> None:
    """After a no there is no second try, and the description answers instead."""
    acts = player({"people": PEOPLE}, DENIED).ask("Explore.")

    assert calls(acts).count("run_code") == 1
    assert "**nothing was run**" in acts[-1].text
    assert "| `age` | float64 | 1 |" in acts[-1].text


def test_refusal_with_a_reason_changes_the_proposal() -> None:
    """The reason is quoted and chooses the next chart."""
    no = "The user declined to run this code. a histogram of level please"
    acts = player({"sea": SERIES}, no, output(STATISTICS)).ask("Explore.")

    second = acts[3]
    assert "*a histogram of level please*" in second.text
    assert 'sea["level"].plot.hist(' in second.arguments["code"]
    assert "goes from 31.5 to 40" in acts[-1].text


def test_code_that_fails_is_named() -> None:
    """The last line of the traceback is quoted, and no number is invented."""
    trace = output("Traceback (most recent call last):\n  …\nValueError: no numbers")
    acts = player({"people": PEOPLE}, trace).ask("Explore.")

    assert "`ValueError: no numbers`" in acts[-1].text


def test_notebook_without_frames_gets_an_example() -> None:
    """The offer goes through run_code; after a no the answer says how to load data."""
    made = player({}, output(STATISTICS)).ask("Explore.")
    refused = player({}, DENIED).ask("Explore.")

    assert "example = pd.DataFrame(" in made[1].arguments["code"]
    assert "`example` now holds" in made[-1].text
    assert 'pd.read_csv("data.csv")' in refused[-1].text


def test_frame_without_columns_is_said() -> None:
    """An empty frame ends the tour with words."""
    acts = player({"nothing": pd.DataFrame()}).ask("Explore.")

    assert "no column that I can draw" in acts[-1].text


def test_gaps_in_time_are_listed_and_drawn() -> None:
    """The longest gap is the first row of the code's result."""
    rows = "1 | 2020-01-01 00:00:00 | 2022-12-31 00:00:00 | 1095 days 00:00:00"
    acts = player({"sea": SERIES}, output(rows)).ask("Where are the gaps?")

    assert "axvspan" in acts[2].arguments["code"]
    assert "**1095 days**, from 2020-01-01 to 2022-12-31" in acts[-1].text


def test_gaps_without_time_are_counted() -> None:
    """Without a time column the missing values are counted per column."""
    acts = player({"people": PEOPLE}, output("age | 1\nname | 0")).ask("What is missing?")

    assert "people.isna().sum()" in acts[2].arguments["code"]
    assert "**`age`**: 1 rows (33.3%)" in acts[-1].text


def test_gaps_of_a_full_frame_need_no_code() -> None:
    """Nothing is run when the description says that nothing is missing."""
    acts = player({"full": PEOPLE.dropna()}).ask("Any gaps?")

    assert calls(acts) == ["list_variables", "describe_variable"]
    assert "**no missing values**" in acts[-1].text


def test_refused_gaps_answer_from_the_description() -> None:
    """After a no the columns are shown."""
    assert "| `level` | float64 | 2 |" in player({"sea": SERIES}, DENIED).ask("gaps?")[-1].text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("User selected: age", "**age** it is."),
        ("User responded: the age", "You said *the age*; `age` comes closest."),
    ],
)
def test_answer_chooses_the_column(said: str, expected: str) -> None:
    """A choice and free text both lead on; the chart is the one that the prompt wants."""
    acts = player({"people": PEOPLE}, output(STATISTICS), ask_user=said).ask(
        "Ask me which column, then show its distribution."
    )

    assert acts[2].arguments["choices"] == ["age", "name"]
    assert acts[3].text == expected
    assert 'people["age"].plot.hist(' in acts[3].arguments["code"]


def test_question_without_an_answer_ends_the_turn() -> None:
    """Where nobody can answer, nothing is guessed."""
    nobody = "User responded: Nobody is here to answer. Go on with your best judgement."
    acts = player({"people": PEOPLE}, ask_user=nobody).ask("Ask me what to plot.")

    assert "Nobody chose" in acts[-1].text


def test_summary_is_written_into_the_folder() -> None:
    """The file has the frame's own numbers."""
    acts = player({"people": PEOPLE}, create="Created file").ask("Write a summary file.")

    assert acts[2].arguments["path"] == "/data/people-summary.md"
    assert "3 rows, 2 columns; 1 of 6 values are missing." in acts[2].arguments["file_text"]
    assert "**`people-summary.md`**" in acts[-1].text


def test_existing_summary_is_not_written_over() -> None:
    """A taken name leads to the next."""
    answers = ["Path already exists. Cannot overwrite with `create`", "Created file"]
    talk = player({"people": PEOPLE})
    talk.tools["create"] = lambda **_: answers.pop(0)

    acts = talk.ask("Write a summary file.")

    assert acts[3].arguments["path"] == "/data/people-summary-2.md"
    assert "Done" in acts[-1].text


def test_refused_summary_is_shown_instead() -> None:
    """The reason is quoted, and the text stands in the answer."""
    no = "The user rejected this tool call. User feedback: not now"
    acts = player({"people": PEOPLE}, create=no).ask("Write a summary file.")

    assert "**no file was written**" in acts[-1].text
    assert "*not now*" in acts[-1].text
    assert "# Summary of people" in acts[-1].text


def test_failed_write_is_told() -> None:
    """The tool's own words are passed on."""
    acts = player({"people": PEOPLE}, create="Disk full").ask("Write a summary file.")

    assert acts[-1].text == "The file could not be written: Disk full"


def test_shell_runs_the_command_of_the_prompt() -> None:
    """What stands in backticks is run as it is; the exit code is reported."""
    done = "one\ntwo\n<shellId: 0 completed with exit code 0>"
    acts = player({}, bash=done).ask("Run `git status` in the shell.")

    assert acts[0].arguments["command"] == "git status"
    assert acts[-1].text == "`git status` printed 2 lines and ended with exit code **0**."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The user rejected this tool call. User feedback: The user declined.", "no command was"),
        ("The user rejected this tool call. User feedback: too risky", "*too risky*"),
    ],
)
def test_refused_shell_is_left_alone(said: str, expected: str) -> None:
    """Nothing is tried a second time."""
    acts = player({}, bash=said).ask("List the files in the shell.")

    assert calls(acts) == ["bash"]
    assert expected in acts[-1].text


TRACE = """Traceback (most recent call last):
  File "/tmp/ipykernel_1/1.py", line 1, in <module>
    people["agee"].mean()
  File "/site-packages/pandas/core.py", line 9, in __getitem__
    raise KeyError(key)
KeyError: 'agee'"""


def test_misspelt_column_is_corrected_and_run() -> None:
    """The line of the user's own code is run again with the right name."""
    trace = untrusted(TRACE, "last error in the notebook")
    acts = player({"people": PEOPLE}, output("35.75"), last_error=trace).ask("Fix the error.")

    assert acts[3].arguments["code"] == 'people["age"].mean()'
    assert "That works." in acts[-1].text


def test_other_errors_get_advice() -> None:
    """What cannot be mended is explained with its line."""
    trace = untrusted(TRACE.replace("agee", "zzzz"), "last error in the notebook")
    acts = player({"people": PEOPLE}, last_error=trace).ask("Fix the error.")

    assert "run_code" not in calls(acts)
    assert "**KeyError**" in acts[-1].text
    assert 'people["zzzz"].mean()' in acts[-1].text


def test_no_error_is_said() -> None:
    """Without an error there is nothing to mend."""
    text = "The user's code has not raised an error."

    assert "**no error**" in player({}, last_error=text).ask("What went wrong?")[-1].text


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (DENIED, "nothing was run"),
        (output("Traceback (most recent call last):\nTypeError: no"), "`TypeError: no`"),
    ],
)
def test_correction_that_does_not_happen_is_told(result: str, expected: str) -> None:
    """A refusal and a second error both end the scene."""
    trace = untrusted(TRACE, "last error in the notebook")
    acts = player({"people": PEOPLE}, result, last_error=trace).ask("Fix the error.")

    assert expected in acts[-1].text


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("In one sentence: what is age?", "`age` (float64) has 2 values in 3 rows."),
        ("In one sentence: what is it?", "`people` holds 3 rows of `name`, `age`."),
    ],
)
def test_one_sentence_is_one_sentence(prompt: str, expected: str) -> None:
    """Nothing else is said, so that it can be used in loops."""
    talk = player({"people": PEOPLE})
    talk.ask("hello")

    acts = talk.ask(prompt)

    assert [act.text for act in acts] == ["", "", expected]


def test_greeting_lists_what_it_can_do() -> None:
    """No tool is called."""
    acts = player({"people": PEOPLE}).ask("Hello, who are you?")

    assert calls(acts) == []
    assert "| *where are the gaps?* |" in acts[0].text


PROMPTS = (
    "Explore.",
    "gaps?",
    "Ask me something.",
    "Write a summary.",
    "List the files.",
    "Fix the error.",
    "In one sentence?",
    "hello",
)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_scene_ends_without_any_tool(prompt: str) -> None:
    """A session without our tools gets words."""
    assert Player({}).ask(prompt)[-1].text


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_scene_ends_with_only_the_reading_tools(prompt: str) -> None:
    """Where nothing can be run or written, the code or the text is shown instead."""
    tools = kernel_tools({"people": PEOPLE}, str)
    del tools["run_code"]

    assert Player(tools).ask(prompt)[-1].text


def test_tools_are_found_behind_a_prefix() -> None:
    """A tool of an MCP server or with a prefix is the same tool."""
    tools = {f"nb-{name}": tool for name, tool in kernel_tools({"people": PEOPLE}, str).items()}

    assert calls(Player(tools).ask("In one sentence?")) == [
        "nb-list_variables",
        "nb-describe_variable",
    ]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("variables", [{}, {"people": PEOPLE}, {"sea": SERIES}])
@pytest.mark.parametrize("run", [DENIED, output(STATISTICS)])
def test_results_after_the_end_get_an_end_too(
    prompt: str, variables: dict[str, object], run: str
) -> None:
    """Whatever the runtime adds to a turn that is over, the model does not fail."""
    talk = player(variables, *[run] * 3, create="Created", ask_user="User selected: age", bash="")
    talk.ask(prompt)

    act = talk.go_on_with("something else")

    assert act.text == "That was all that I had prepared."


def test_wish_for_numbers_draws_nothing() -> None:
    """A refusal that wants no chart gets a description; refused again, it is the end."""
    no = "The user declined to run this code. numbers only"
    acts = player({"people": PEOPLE}, no, no).ask("Explore.")

    assert acts[3].arguments["code"] == 'people["age"].describe()'
    assert "the numbers of `age`" in acts[3].text
    assert calls(acts).count("run_code") == 2


def test_refused_numbers_have_no_way_out() -> None:
    """Where nothing smaller can be proposed, nothing is."""
    no = "The user declined to run this code. not now"
    acts = player({"people": PEOPLE}, no).ask("Only the numbers, no plot.")

    assert calls(acts).count("run_code") == 1


@pytest.mark.parametrize(
    ("variables", "prompt", "expected"),
    [
        ({"sea": SERIES}, "Explore.", "That is `level` over time."),
        ({"people": PEOPLE}, "Explore.", "That is `age`."),
        ({"people": PEOPLE}, "Plot name.", "These are the rows per `name`."),
        ({"sea": SERIES}, "gaps?", "Most is missing in **`level`**: 2 rows (50.0%)."),
    ],
)
def test_output_that_cannot_be_read_yields_no_number(
    variables: dict[str, object], prompt: str, expected: str
) -> None:
    """What the code did not say is not said either."""
    assert expected in player(variables, output("nothing")).ask(prompt)[-1].text
