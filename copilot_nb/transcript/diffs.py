"""What a unified diff changes: its lines without the headers, and how many there are.

Only the place of a line tells whether it is a header: an added line `++ x` reads `+++ x`.
"""

from __future__ import annotations

_FILE = "diff --git "
_LAST_HEADER = "+++ "
_HUNK = "@@"


def diff_lines(text: str) -> list[str]:
    """The lines of a unified diff that a reader needs: every hunk, whole."""
    headers = ("index ", "--- ", _LAST_HEADER, "create file mode ", "new file mode ")
    shown, in_header = [], True
    for line in text.strip("\n").split("\n"):
        if line.startswith(_FILE):
            in_header = True
        elif not in_header or not line.startswith((*headers, "deleted file mode ")):
            shown.append(line)
            in_header = in_header and not line.startswith(_HUNK)
        elif line.startswith(_LAST_HEADER):
            in_header = False
    return shown


def diff_counts(text: str) -> tuple[int, int]:
    """How many lines a unified diff adds and takes away."""
    lines = diff_lines(text)
    return sum(line[:1] == "+" for line in lines), sum(line[:1] == "-" for line in lines)
