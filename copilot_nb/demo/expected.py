"""What each cell of the shipped notebooks must show when it ran as it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.checks import draws, shows, writes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_nb.demo.checks import Expected

QUICKSTART: Expected = {
    "load": (),
    "data": (shows("2001-12-29"),),
    "explore": (shows("demo model"), shows("list_variables"), shows("Allowed by"), draws()),
    "gaps": (shows("Allowed by"), shows("longest gap"), draws()),
    "question": (shows("co2_ppm it is"), shows("Allowed by"), draws()),
    "write": (shows("Allowed by"), shows("Done"), writes("co2-summary*.md", "2,284 rows")),
    "loop": (shows("date"), shows("co2_ppm"), shows("days"), shows("2,284 rows")),
    "status": (shows("demo"),),
}

EXPLORE: Expected = {
    "load": (),
    "data": (shows("(344, 17)"),),
    "privacy": (shows("Individual ID"),),
    "gaps": (shows("Allowed by"), draws(), shows("Sent:")),
    "sent": (shows("penguins"), shows("result")),
    "clean": (shows("Allowed by"), shows("Overwrites"), shows("z_score")),
    "changed": (shows("(330, 18)"),),
    "undo": (shows("penguins"),),
    "restored": (shows("(344, 17)"),),
    "define": (),
    "tool": (shows("heaviest"), shows("6300")),
}

SESSIONS: Expected = {
    "load": (),
    "data": (shows("(344, 17)"),),
    "doctor": (shows("Everything is there."), shows("first token after")),
    "status": (shows("demo model"),),
    "model": (shows("Model:"),),
    "hello": (shows("demo model"),),
    "name": (shows("first steps"),),
    "fork": (shows("another direction"),),
    "aside": (shows("penguins"),),
    "sessions": (shows("first steps"), shows("another direction")),
    "back": (shows("Going on with"),),
    "again": (shows("penguins"),),
    "history": (shows("3 turns"),),
    "usage": (shows("8 model calls"),),
    "frame": (shows("input"),),
    "cap": (shows("2,000 tokens"),),
    "over": (shows("Allow 2,000 tokens more?"), shows("Allowed by")),
    "caps": (shows("more"),),
    "lift": (shows("There is no cap."),),
    "audit": (shows("list_variables"), shows("budget"), shows("rule allow budget")),
}

EXPECTED: Mapping[str, Expected] = {
    "01-quickstart.ipynb": QUICKSTART,
    "02-explore-a-dataset.ipynb": EXPLORE,
    "03-sessions-models-cost.ipynb": SESSIONS,
}
"""By notebook, in the order in which they are read."""
