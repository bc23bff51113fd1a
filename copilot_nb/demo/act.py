"""One step of the demo model, and the scenes that steps are made by.

A scene is a generator: it yields an `Act` and is sent the result of the tool call in it. The
server keeps nothing between requests: it plays the scene again with the results so far.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot_nb.demo.request import Request, Result


@dataclass(frozen=True)
class Act:
    """Text, and at most one tool call after it; without a call the turn ends."""

    text: str
    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    reasoning: str = ""


Scene = Generator[Act, Result, None]
"""The steps of one turn."""

Part = Generator[Act, Result, "str | None"]
"""Some steps of a turn that end in a text."""

SceneFunction = Callable[[Request], Scene]
