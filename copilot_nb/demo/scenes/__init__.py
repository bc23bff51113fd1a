"""What the demo model can do, and the words in a prompt that choose it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.demo.scenes.ask import ask
from copilot_nb.demo.scenes.call import call, named_tool
from copilot_nb.demo.scenes.clean import clean
from copilot_nb.demo.scenes.fix import fix
from copilot_nb.demo.scenes.gaps import gaps
from copilot_nb.demo.scenes.shell import shell
from copilot_nb.demo.scenes.talk import brief, hello
from copilot_nb.demo.scenes.tour import tour
from copilot_nb.demo.scenes.write import write

if TYPE_CHECKING:
    from copilot_nb.demo.act import SceneFunction
    from copilot_nb.demo.request import Request

SCENES: tuple[tuple[str, SceneFunction], ...] = (
    (r"\b(?:one|a single) (?:sentence|line|word)\b|\bbriefly\b", brief),
    (r"\bask me\b|\bquestion\b|\blet me (?:choose|pick|decide)\b", ask),
    (r"\berror\b|\bfix\b|\btraceback\b|\bexception\b|\bwent wrong\b|\bfail", fix),
    (r"\bclean\b|\btidy\b", clean),
    (r"\bwrite\b|\bsummar|\bsave\b|\breport\b|\bfile\b(?!s)", write),
    (r"\bshell\b|\bterminal\b|\bfiles\b|\bfolder\b|\bdirectory\b|\bcommand\b", shell),
    (r"\bgaps?\b|\bmissing\b|\bnulls?\b", gaps),
    (r"^\W*(?:hello|hi|hey|thanks|thank you|help)\b|\bwho are you\b|\bwhat can you\b", hello),
)
"""Words and scenes, the first match wins; a prompt without any gets the tour."""


def choose(request: Request) -> SceneFunction:
    """Return the scene for a prompt."""
    if named_tool(request):
        return call
    for words, scene in SCENES:
        if re.search(words, request.prompt, re.IGNORECASE):
            return scene
    return tour
