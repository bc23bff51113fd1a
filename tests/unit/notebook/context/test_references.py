"""What in a prompt is a reference, and what only looks like one."""

from __future__ import annotations

import pytest

from copilot_nb.notebook.context.references import mentions, open_reference, unescaped


def found(prompt: str) -> list[tuple[str, str]]:
    """Kind and target of each reference."""
    return [(mention.kind, mention.target) for mention in mentions(prompt)]


@pytest.mark.parametrize(
    ("prompt", "kind", "target"),
    [
        ("What is in @df?", "name", "df"),
        ("@df", "name", "df"),
        ("look at @df. Then", "name", "df"),
        ("@df's columns", "name", "df"),
        ("(@df)", "name", "df"),
        ("*@df*", "name", "df"),
        ('say "@df"', "name", "df"),
        ("x=@df", "name", "df"),
        ("@df[0]", "name", "df"),
        ("@df-based", "name", "df"),
        ("@Größe", "name", "Größe"),
        ("@_private", "name", "_private"),
        ("@errors", "name", "errors"),
        ("@plots", "name", "plots"),
        ("@`df`", "name", "df"),
        ("use @` df `, please", "name", "df"),
        ("@df.temp", "name", "df.temp"),
        ("@`error`", "name", "error"),
        ("@clean()", "call", "clean"),
        ("@clean(df, 3)", "call", "clean"),
        ("@`clean(df)`", "call", "clean"),
        ("@np.mean()", "call", "np.mean"),
        ("@cell:3", "cell", "3"),
        ("see @cell:12.", "cell", "12"),
        ("@cell", "cell", ""),
        ("@_", "last", "_"),
        ("plot @_, please", "last", "_"),
        ("fix @error!", "error", "error"),
        ("@plot", "plot", ""),
        ("what is in @plot:2?", "plot", "2"),
        ("@data/file.csv", "path", "data/file.csv"),
        ("in @data/file.csv, please.", "path", "data/file.csv"),
        ("(@data/x.csv)", "path", "data/x.csv"),
        ("@./x", "path", "./x"),
        ("@../up/x.csv", "path", "../up/x.csv"),
        ("@~/x.csv", "path", "~/x.csv"),
        ("@/data/x.csv", "path", "/data/x.csv"),
        (r"@C:\data\x.csv", "path", r"C:\data\x.csv"),
        ("@my-file.csv", "path", "my-file.csv"),
        ("@2024.csv", "path", "2024.csv"),
        ("@.env", "path", ".env"),
        ('@"path with space.csv"', "path", "path with space.csv"),
        ("@'path with space.csv'", "path", "path with space.csv"),
        ("@`path with space.csv`", "path", "path with space.csv"),
        ("@file.csv", "name", "file.csv"),
        ("@error.log", "name", "error.log"),
        ("an open ` and @df", "name", "df"),
        ("a ` in one paragraph\n\nand @df ` in another", "name", "df"),
        ("@property\nis a nice thing", "name", "property"),
        ("```\ncode\n```\n@df", "name", "df"),
        ("~~~\n```\n~~~\n@df", "name", "df"),
    ],
)
def test_it_is_a_reference(prompt: str, kind: str, target: str) -> None:
    """Each form, with the punctuation of a sentence around it."""
    assert found(prompt) == [(kind, target)]


@pytest.mark.parametrize(
    "prompt",
    [
        "me@example.com",
        "write to first.last@example.com.",
        "git@github.com:owner/name",
        "https://example.com/@user",
        "a @ b",
        "A@B",
        "A.T@B",
        "3@4",
        "foo_@bar",
        "@5pm",
        "@3.5",
        "@",
        "@@x",
        "@ df",
        "@!",
        "\\@df",
        "`@df`",
        "``a ` and @df``",
        "`x` and `@df`",
        "```\n@df\n```",
        "```python\n@cache\ndef f(): ...\n```",
        "~~~\n@df\n~~~",
        "   ```\n@df",
        "````\n```\n@df\n````",
        "@property\ndef f(): ...",
        "@app.get('/x')\n@cache\nasync def f(): ...",
        "@dataclass(frozen=True)\nclass A:\n    @property\n    def b(self): ...",
    ],
)
def test_it_is_none(prompt: str) -> None:
    """Addresses, operators, times, code and decorators."""
    assert found(prompt) == []


def test_several_in_one_prompt() -> None:
    """In their order, with where they stand."""
    prompt = "Compare @df and @`other`, as in @cell:3; see `@this` and @plot:2."

    assert [mention.text for mention in mentions(prompt)] == [
        "@df",
        "@`other`",
        "@cell:3",
        "@plot:2",
    ]
    assert all(prompt[m.start : m.end] == m.text for m in mentions(prompt))


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("\\@df", "@df"),
        ("say \\@a and `\\@b`", "say @a and `\\@b`"),
        ("```\n\\@b\n```\n\\@a", "```\n\\@b\n```\n@a"),
        ("nothing", "nothing"),
        ("`@`x`", "`@`x`"),
    ],
)
def test_escape_is_taken_away_for_the_model(prompt: str, told: str) -> None:
    """Not in code, where it may mean something."""
    assert unescaped(prompt) == told


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("look at @", ""),
        ("look at @d", "d"),
        ("(@df.t", "df.t"),
        ('@"a fi', '"a fi'),
        ("@`d", "`d"),
        ("@data/", "data/"),
        ("me@d", None),
        ("@df is", None),
        ("@df\n", None),
        ("no sign", None),
        ("```\n@d", None),
    ],
)
def test_reference_that_is_being_typed(text: str, typed: str | None) -> None:
    """What stands behind its sign; None where Tab means something else."""
    assert open_reference(text) == typed
