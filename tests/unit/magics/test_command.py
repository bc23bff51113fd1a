"""A typed function is a subcommand: what its line may say and what its help tells."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import PathName, Rest, ToolName, command, unknown

if TYPE_CHECKING:
    from copilot_nb.magics.command import Command

    Conversation = Any


@command
def copy(
    conversation: Conversation,
    source: str,
    target: str = "here",
    *,
    limit: float | None = None,
    count: int = 1,
    keep_old: bool = False,
) -> None:
    """Copy things.

    It takes its time.

    Args:
        conversation: Handed in.
        source: From
            where.
        target: To where.
        limit: Seconds.
        count: How many.
        keep_old: Remove nothing.
    """


@command
def say(prompt: Rest = "", *, model: str = "", new: bool = False) -> None:
    """Say something."""


def parsed(of: Command, line: str) -> dict[str, Any]:
    """The arguments without those that have their default."""
    defaults = {p.name: p.default for p in of.parameters}
    return {name: value for name, value in of.parse(line).items() if value != defaults[name]}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a", {"source": "a"}),
        ("a b", {"source": "a", "target": "b"}),
        ("'a b' c", {"source": "a b", "target": "c"}),
        ("--limit 2.5 a", {"source": "a", "limit": 2.5}),
        ("a --limit=2 --count 3", {"source": "a", "limit": 2.0, "count": 3}),
        ("a --keep-old b", {"source": "a", "target": "b", "keep_old": True}),
        ("-- --a b", {"source": "--a", "target": "b"}),
        ("a -- --limit", {"source": "a", "target": "--limit"}),
    ],
)
def test_words_and_options_may_be_mixed(line: str, expected: dict[str, Any]) -> None:
    """Positional words come in order, options anywhere, `--` ends them."""
    assert parsed(copy, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("why is it slow?", {"prompt": "why is it slow?"}),
        ("what's {this} $x 'quoted'?", {"prompt": "what's {this} $x 'quoted'?"}),
        ("--new why", {"prompt": "why", "new": True}),
        ("--model 'a b'  two  blanks", {"prompt": "two  blanks", "model": "a b"}),
        ("--model=m what does --new do", {"prompt": "what does --new do", "model": "m"}),
        ("-- --new is text", {"prompt": "--new is text"}),
        ("--", {}),
        ("", {}),
        ("- a list", {"prompt": "- a list"}),
        ("-5 is cold", {"prompt": "-5 is cold"}),
        ("-x means what?", {"prompt": "-x means what?"}),
        ("-- -model is text", {"prompt": "-model is text"}),
        ("what does -model do", {"prompt": "what does -model do"}),
    ],
)
def test_rest_is_taken_as_it_stands(line: str, expected: dict[str, Any]) -> None:
    """Everything after the options is text, quotes and braces included."""
    assert parsed(say, line) == expected


@given(st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1))
def test_quoting_gives_any_word_back(word: str) -> None:
    """What the shell's quoting writes, a line reads."""
    quoted = shlex.quote(word)

    assert parsed(copy, f"--count 2 -- {quoted}") == {"source": word, "count": 2}


@given(st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" \n"), min_size=1))
def test_any_prompt_survives(prompt: str) -> None:
    """A prompt arrives as it was typed, but for blanks around it."""
    assert say.parse(f"--model m -- {prompt}")["prompt"] == prompt.strip()


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("", "`copy` needs SOURCE.", "Usage: "),
        ("a b c d", "`copy` has no use for 'c d'.", "Usage: "),
        ("a --limt 3", "There is no option '--limt'.", "Did you mean --limit?"),
        ("a --zzz", "There is no option '--zzz'.", "Usage: "),
        ("a --limit", "--limit needs a value.", "Usage: "),
        ("a --limit soon", "--limit of `copy` takes a number, not 'soon'.", "Such as --limit 5"),
        ("a --count 1.5", "--count of `copy` takes a whole number, not '1.5'.", "Such as --count"),
        ("a -limit 3", "There is no option '-limit'.", "Did you mean --limit? Behind `--`"),
        ("-keepold a", "There is no option '-keepold'.", "Did you mean --keep-old? Behind `--`"),
        ("-c 3", "There is no option '-c'.", "Did you mean --count? Behind `--`"),
        ("a --keep-old=yes", "--keep-old takes no value.", "Usage: "),
        ("'a", 'A quotation mark is not closed in "\'a".', ""),
        ("-- 'a", 'A quotation mark is not closed in "\'a".', ""),
    ],
)
def test_what_cannot_be_meant_is_an_error(line: str, message: str, hint: str) -> None:
    """The error quotes what was typed and says the next step."""
    with pytest.raises(UsageError) as caught:
        copy.parse(line)

    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


def test_help_comes_from_the_docstring() -> None:
    """Usage, what it does, and each argument's sentence; what is handed in is not shown."""
    assert copy.help.splitlines() == [
        "%copilot copy [--limit LIMIT] [--count COUNT] [--keep-old] SOURCE [TARGET]",
        "",
        "Copy things.",
        "",
        "It takes its time.",
        "",
        "  SOURCE      From where.",
        "  TARGET      To where.",
        "  --limit     Seconds.",
        "  --count     How many.",
        "  --keep-old  Remove nothing.",
    ]


def test_an_unknown_annotation_is_refused() -> None:
    """A parameter that no line can give is a mistake of ours, found at import."""

    def odd(things: list[str]) -> None:
        """Odd."""

    with pytest.raises(TypeError, match=r"parameter things is 'list\[str\]'"):
        command(odd)


def test_the_nearest_word_is_offered() -> None:
    """A typo costs one glance."""
    error = unknown("subcommand", "modle", ["model", "tools"], "See help.")

    assert str(error) == "There is no subcommand 'modle'.\nDid you mean model?"
    assert unknown("subcommand", "xyz", ["model"], "See help.").hint == "See help."


@command
def send(
    action: Literal["list", "add"] = "list",
    name: ToolName = "",
    target: Rest = "",
    *,
    level: Literal["", "low", "high"] = "",
    attach: tuple[PathName, ...] = (),
) -> None:
    """Send things."""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "add x npx -y 'a b' --level z",
            {"action": "add", "name": "x", "target": "npx -y 'a b' --level z"},
        ),
        (
            "--level low add x -- --level z",
            {"action": "add", "name": "x", "level": "low", "target": "--level z"},
        ),
        ("add -- x -- y", {"action": "add", "name": "x", "target": "-- y"}),
        ("--attach a --attach='b c'", {"attach": ("a", "b c")}),
    ],
)
def test_a_rest_may_follow_words(line: str, expected: dict[str, Any]) -> None:
    """Words come first, what is behind them stays as it is; options may be repeated."""
    assert parsed(send, line) == expected


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1)
    )
)
def test_quoting_gives_any_value_of_an_option_back(values: list[str]) -> None:
    """However often it is given, and whatever stands in it."""
    line = " ".join(f"--attach {shlex.quote(value)}" for value in values)

    assert send.parse(line)["attach"] == tuple(values)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("ad", "ACTION of `send` takes list or add, not 'ad'.", "Did you mean add?"),
        (
            "--level huge",
            "--level of `send` takes low or high, not 'huge'.",
            f"Usage: {send.usage}",
        ),
    ],
)
def test_a_choice_names_what_it_may_be(line: str, message: str, hint: str) -> None:
    """With the nearest one."""
    with pytest.raises(UsageError) as caught:
        send.parse(line)

    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_usage_shows_choices_and_repetition() -> None:
    """As it can be typed."""
    assert send.usage == (
        "%copilot send [--level low|high] [--attach ATTACH]... [list|add] [NAME] [TARGET...]"
    )
