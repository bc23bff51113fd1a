"""How calls are shown."""

from __future__ import annotations

import itertools

import pytest

from copilot_nb.transcript.presentation import TITLE_LENGTH, Shown, show, show_partial

PATCH = (
    "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** Add File: b/c.py\n+z\n*** End Patch"
)


@pytest.mark.parametrize(
    ("tool", "arguments", "shown"),
    [
        ("bash", {"command": "ls -l", "description": "x"}, Shown("ls -l", "ls -l", "bash")),
        ("view", {"path": "/a/b.py"}, Shown("/a/b.py", "", "json")),
        (
            "view",
            {"path": "/a/b.py", "view_range": [1, 2]},
            Shown("/a/b.py", '{\n  "view_range": [\n    1,\n    2\n  ]\n}', "json"),
        ),
        (
            "create",
            {"path": "a.py", "file_text": "x = 1\n"},
            Shown("a.py", "x = 1\n", "python"),
        ),
        ("create", {"path": "a", "file_text": "x"}, Shown("a", "x", "text")),
        (
            "edit",
            {"path": "a.py", "old_str": "one\ntwo", "new_str": "three"},
            Shown("a.py", "-one\n-two\n+three", "diff"),
        ),
        ("edit", {"path": "a.py", "new_str": "x"}, Shown("a.py", "+x", "diff")),
        ("edit", {"path": "a.py", "old_str": "x"}, Shown("a.py", "-x", "diff")),
        ("run_code", {"code": "\ndf.head()\nx"}, Shown("df.head() …", "\ndf.head()\nx", "python")),
        ("sql", {"query": "SELECT 1"}, Shown("SELECT 1", "SELECT 1", "sql")),
        ("apply_patch", {"input": "+x"}, Shown("+x", "+x", "diff")),
        ("apply_patch", PATCH, Shown("edit a.py, create b/c.py", PATCH, "diff")),
        ("apply_patch", {"input": PATCH}, Shown("edit a.py, create b/c.py", PATCH, "diff")),
        ("unknown", {"q": "short"}, Shown("short", "", "json")),
        ("unknown", {"a": 1, "b": None}, Shown("", '{\n  "a": 1,\n  "b": null\n}', "json")),
        ("unknown", {}, Shown("", "", "json")),
        ("unknown", None, Shown("", "", "json")),
        ("unknown", "raw text", Shown("", "raw text", "text")),
        ("unknown", [1], Shown("", "[\n  1\n]", "json")),
        ("task", {"description": "look", "prompt": {"a": 1}}, None),
    ],
)
def test_calls_in_a_form_that_people_read(
    tool: str, arguments: object, shown: Shown | None
) -> None:
    """A title, a text and its language; what is in the title is not said again."""
    expected = shown or Shown("look", '{\n  "a": 1\n}', "text")

    assert show(tool, arguments) == expected


def test_a_title_is_one_short_line() -> None:
    """The whole text is still there, folded."""
    pattern = "x" * (TITLE_LENGTH + 1)

    shown = show("grep", {"pattern": pattern})

    assert shown.title == "x" * TITLE_LENGTH + " …"
    assert pattern in shown.arguments


def test_hidden_characters_show() -> None:
    """In title and text alike."""
    shown = show("bash", {"command": "ls\u202e"})

    assert (shown.title, shown.arguments) == ("ls⟨U+202E⟩", "ls⟨U+202E⟩")


def test_half_written_arguments_grow_at_their_end() -> None:
    """Every step shows the beginning of the next, so that only the new part is sent."""
    written = '{"city": "Oslo", "days": [1, 2]}'
    texts = [show_partial("weather", written[:end]).arguments for end in range(len(written))]

    steps = [text for text in texts if text]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(steps))
    assert steps[-1] == '{\n  "city": "Oslo",\n  "days": [\n    1,\n    2'


def test_arguments_that_are_no_json_wait() -> None:
    """Nothing is shown before there is something to show."""
    assert show_partial("bash", "") == Shown("", "", "bash")
    assert show_partial("bash", "xx") == Shown("", "", "bash")
