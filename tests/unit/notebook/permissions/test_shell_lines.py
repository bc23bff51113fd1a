"""What a rule about a command covers: exactly that, and where it denies, a little more."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_nb.notebook.permissions.shell_lines import allowed_by, denied_by, segments

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "text", "allowed"),
    [
        ("git status", "git status", True),
        ("git status ", "git status", False),
        ("git status -s", "git status", False),
        ("git log -3", "git log:*", True),
        ("git log", "git log:*", True),
        ("git logs", "git log:*", False),
        ("git log; rm -r .", "git log:*", False),
        ("git log > notes", "git log:*", False),
        ("git log $(rm -r .)", "git log:*", False),
        ("git log\nrm -r .", "git log:*", False),
        ("git log `rm x`", "git log:*", False),
        ("git log & rm x", "git log:*", False),
        ("git log *", "git log:*", False),
        ("a | b", "a | b", True),
        ("anything", ":*", False),
    ],
)
def test_allowing_is_exact(line: str, text: str, *, allowed: bool) -> None:
    """A beginning covers a line only where the shell does nothing but run it."""
    assert allowed_by(line, text) is allowed


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("git status && git diff", ("git status", "git diff")),
        ("a; b || c\nd", ("a", "b", "c", "d")),
        ("a", ("a",)),
        ("cd /x && make", ("cd /x && make",)),
        ("PATH=. && make", ("PATH=. && make",)),
        ("a | b && c", ("a | b && c",)),
        ("a & b", ("a & b",)),
        ("echo 'a && b'", ("echo 'a && b'",)),
        ("a && $(b)", ("a && $(b)",)),
        ("a &&", ("a &&",)),
        ("if a; then b; fi", ("if a; then b; fi",)),
    ],
)
def test_a_line_is_taken_apart_only_where_it_is_plain(line: str, parts: tuple[str, ...]) -> None:
    """What changes the meaning of what follows keeps the line whole."""
    assert segments(line) == parts


@pytest.mark.parametrize(
    ("line", "text", "denied"),
    [
        ("rm -r .", "rm", True),
        ("rm -r .", "rm:*", True),
        ("/usr/bin/rm -r .", "rm", True),
        ("ls && rm x", "rm", True),
        ("echo $(rm x)", "rm", True),
        ("sudo -n rm x", "rm", True),
        ("env A=1 rm x", "rm", True),
        ('bash -c "rm x"', "rm", True),
        ("\\rm x", "rm", True),
        ("git  push", "git push", True),
        ("git push --force", "git push", True),
        ("git pushy", "git push", False),
        ("echo rm", "rm", False),
        ("ls | wc -l", "ls | wc", True),
        ("ls", "ls | wc", False),
    ],
)
def test_denying_finds_a_command_wherever_it_begins(line: str, text: str, *, denied: bool) -> None:
    """By its name or its path, in any part of the line, behind what only carries it."""
    assert denied_by(line, text) is denied


LINES = st.text("ab ;&|`$()<>\n'\"\\{}*?[]#!~=-", max_size=12)


@given(LINES)
def test_no_beginning_covers_what_the_shell_would_act_on(line: str) -> None:
    """Whatever the line is made of."""
    if allowed_by("a " + line, "a:*"):
        assert not set(line) & set(";&|`$()<>\n'\"\\{}*?[]#!")


@given(LINES)
def test_the_parts_of_a_line_are_all_of_it(line: str) -> None:
    """Nothing between them is lost, and none of them holds an operator."""
    parts = segments(line)

    if parts != (line,):
        assert not any(set(part) & set(";&|`$()<>\n'\"\\{}*?[]#!") for part in parts)
        assert re.sub(r"[\s;&|]", "", "".join(parts)) == re.sub(r"[\s;&|]", "", line)


@pytest.mark.skipif(shutil.which("bash") is None, reason="No bash here.")
@pytest.mark.parametrize("joint", ["&&", "||", ";", "\n"])
def test_bash_takes_a_plain_line_apart_in_the_same_way(joint: str, tmp_path: Path) -> None:
    """Each part is one command with these words."""
    line = f"./say a=b ~ {joint} ./say c:d -e,f"
    script = tmp_path / "say"
    script.write_text('#!/bin/sh\necho "say $@" >> said\nexit ${CODE:-0}\n')
    script.chmod(0o700)
    code = {"||": "1"}.get(joint, "0")
    environ = {"CODE": code, "HOME": "/home/somebody", "PATH": os.environ["PATH"]}

    subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environ, check=False)

    assert segments(line) == ("./say a=b ~", "./say c:d -e,f")
    said = (tmp_path / "said").read_text().splitlines()
    assert said == ["say a=b /home/somebody", "say c:d -e,f"]
