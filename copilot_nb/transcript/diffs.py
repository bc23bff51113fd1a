"""What a unified diff changes: its lines without the headers, and how many there are.

Only the place of a line tells whether it is a header: an added line `++ x` reads `+++ x`.
"""

from __future__ import annotations

_FILE = "diff --git "
_LAST_HEADER = "+++ "
_HUNK = "@@"


def diff_lines(text: str) -> list[str]:
    """The lines of a unified diff that a reader needs.

    Every hunk, whole; where it changes several files, the line with which each of them begins.
    """
    headers = ("index ", "--- ", _LAST_HEADER, "create file mode ", "new file mode ")
    lines = text.strip("\n").split("\n")
    several = sum(line.startswith(_FILE) for line in lines) > 1
    shown, in_header = [], True
    for line in lines:
        if line.startswith(_FILE):
            in_header = True
            if several:
                shown.append(line)
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
