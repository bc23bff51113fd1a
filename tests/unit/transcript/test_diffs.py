"""A diff shows all that it changes, whatever the changed lines look like."""

from __future__ import annotations

from copilot_nb.transcript.diffs import diff_counts, diff_lines
from copilot_nb.transcript.permissions import permission

HEAD = """
diff --git a/p/x.js b/p/x.js
index 0000000..0000000 100644
--- a/p/x.js
+++ b/p/x.js
"""
HUNK = """@@ -1,3 +1,3 @@
 let i = 0;
--- a comment of SQL
+++ i, evil();
+index of all"""


def test_the_headers_are_left_out() -> None:
    """Hunks stay, file names and modes go; what asks about a file names it."""
    assert diff_lines(HEAD + "@@ -1 +1 @@\n-a\n+b") == ["@@ -1 +1 @@", "-a", "+b"]


def test_each_of_several_files_is_named() -> None:
    """Nobody else says where the changes of one end and those of the next begin."""
    deleted = HEAD.replace("b/p/x.js", "b/dev/null", 1)

    lines = diff_lines(HEAD + "@@ -1 +1 @@\n-a\n+b" + deleted + "@@ -2 +2 @@\n-c\n+d\n")

    first, second = "diff --git a/p/x.js b/p/x.js", "diff --git a/p/x.js b/dev/null"
    assert lines == [first, "@@ -1 +1 @@", "-a", "+b", second, "@@ -2 +2 @@", "-c", "+d"]


def test_a_changed_line_is_never_taken_for_a_header() -> None:
    """`++ i` is code: added, it reads `+++ i`, and must be seen and counted."""
    assert diff_lines(HEAD + HUNK) == HUNK.split("\n")
    assert diff_counts(HEAD + HUNK) == (2, 1)
    assert diff_counts("--- a\n+++ b\n+++ i, evil();") == (1, 0)


def test_a_write_whose_diff_says_nothing_shows_the_new_text() -> None:
    """Headers alone are no description of what would be written."""
    prompt = {"kind": "write", "fileName": "x", "diff": HEAD, "newFileContents": "evil()"}

    assert permission("r", prompt).body == "evil()"
