"""The demo model: a scripted analyst that answers the real runtime.

`answer` is a function of the request alone: it plays the scene that the prompt chose with the tool
results that are there so far, and returns its next step at a readable pace.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from copilot_nb.demo.act import Act
from copilot_nb.demo.request import Request, read
from copilot_nb.demo.scenes import choose
from copilot_nb.testing.model import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL_ID = "copilot-nb-demo-model"
"""The id that the model is listed with."""

LABEL = "*This is the demo model: prepared words, real tools and real results.*"
"""The first line of a session's first answer."""

Pace = Literal["real", "fast"]

_TOKENS_PER_SECOND = 70.0
_JITTER = (0.6, 1.3, 0.9, 1.6, 0.7, 1.0, 0.8, 1.1)
_TOKEN_LENGTH = 5
_FIRST_TOKEN_SECONDS = 0.35
_PIECE = re.compile(r"\s*\S{1,5}|\s+")


def pace_from_environment() -> Pace:
    """Return `fast` when COPILOT_NB_DEMO_PACE says so, else `real`."""
    return "fast" if os.environ.get("COPILOT_NB_DEMO_PACE") == "fast" else "real"


def brain(pace: Pace) -> Callable[[dict[str, Any]], Reply]:
    """Return the function that answers requests at a pace."""
    return lambda body: _reply(answer(read(body)), pace)


def answer(request: Request) -> Act:
    """Return the next step for a request."""
    scene = choose(request)(request)
    act = next(scene)
    for result in request.results:
        try:
            act = scene.send(result)
        except StopIteration:
            return Act("That was all that I had prepared.")
    if request.first and not request.results:
        return replace(act, text=f"{LABEL}\n\n{act.text}".rstrip())
    return act


def _reply(act: Act, pace: Pace) -> Reply:
    """Return the act as the scripted server streams it."""
    tools = [(act.tool, act.arguments)] if act.tool else []
    pieces = _PIECE.findall(act.text)
    size = len(str(act.arguments))
    usage = {"prompt_tokens": 900, "completion_tokens": len(pieces) + size // _TOKEN_LENGTH}
    reply = Reply(
        chunks=pieces,
        tools=tools,
        reasoning=_PIECE.findall(act.reasoning),
        usage={**usage, "total_tokens": sum(usage.values())},
    )
    if pace == "fast":
        return reply
    return replace(
        reply,
        hang=_FIRST_TOKEN_SECONDS,
        delay=lambda number: _JITTER[number % len(_JITTER)] / _TOKENS_PER_SECOND,
        fragments=max(1, size // _TOKEN_LENGTH),
    )
