"""Turns for the browser tests to show: transcripts made by hand, without a runtime.

The kernel plays them on a `Stage`; the tests write its cells with `cell` and look with `asking`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.blocks import (
    PermissionBlock,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
    UserInputBlock,
)
from copilot_nb.transcript.forms import Choice
from copilot_nb.transcript.safety import sound
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget.widget import WidgetView
from tests.unit.views.hostile_turns import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Locator

    from copilot_nb.transcript.blocks import Block

SETUP = """\
import asyncio
from copilot_nb.kernel.loop import wait_in_cell
from tests.browser.scenes import *
"""
"""The first cell of a notebook that plays scenes."""
CHOICES = (
    Choice(id="allow_once", label="Allow once", key="y", style="primary"),
    Choice(id="allow_session", label="Allow for this session", key="s"),
    Choice(id="deny", label="Deny", key="n", style="danger"),
    Choice(id="deny_feedback", label="Deny and say why", key="w", asks_feedback=True),
)
ANSWER = """\
The loader drops **every** row that has a missing value, so the hourly index of `stations` is no \
longer regular. Three things follow:

1. gaps of several days look like one step,
2. `rolling("24h")` mixes days,
3. the worst station is *Zugspitze*, see [the manual](https://example.org/stations).

## What I would change

```python
import pandas as pd

@cache
def load(path: str) -> pd.DataFrame:
    df = pd.read_csv(path)  # 8,760 rows
    return df.asfreq("h").interpolate(limit=3)
```

| month | missing | longest gap |
|:--|--:|--:|
| Jan | 12 | 3 h |
| Feb | 88 | 41 h |
| Mar | 4 | 1 h |

> The rolling mean $\\bar x_t = \\frac{1}{k}\\sum_{i=0}^{k-1} x_{t-i}$ needs a regular index.

- [x] read the loader
- [ ] write a test for the gap
"""
SHELL = PermissionBlock(
    id="p-shell",
    subject="shell",
    heading="Run a command?",
    body="pytest -q tests/test_load.py && git diff --stat",
    language="bash",
    intention="Run the tests of the loader before changing it",
    place="/home/ada/weather",
    choices=CHOICES,
)
QUESTION = UserInputBlock(
    id="q",
    question="How should gaps longer than three hours be filled?",
    choices=("Leave them empty", "Seasonal mean of the same hour", "Last value"),
)


def hostile(corpus: list[dict[str, str]]) -> Transcript:
    """Each entry of the corpus in every field of the block that it was made for."""
    return Transcript(
        state="running",
        blocks=tuple(_hostile(f"h{at}", one) for at, one in enumerate(corpus)),
    )


def _hostile(block_id: str, entry: Mapping[str, str]) -> Block:
    text = sound(entry["text"])
    if entry["kind"] == "command":
        return PermissionBlock(
            id=block_id,
            subject="shell",
            heading=text,
            body=text,
            language="bash",
            intention=text,
            place=text,
            warnings=(text,),
            state="answered",
            answer=text,
        )
    if entry["kind"] == "output":
        table = TableOutput(columns=(text,), rows=((text, text),), caption=text)
        return ToolBlock(
            id=block_id,
            name=text,
            title=text,
            arguments=text,
            state="ok",
            output=text,
            error=text,
            diff=text,
            outputs=(TextOutput(text=text), table),
        )
    if entry["kind"] == "url":
        text = f"[a](<{text}>) ![b](<{text}>) <{text}>"
    return TextBlock(id=block_id, text=text, closed=True)


def cell(*lines: str) -> str:
    """A cell that awaits these lines as one turn on a new stage."""
    body = "\n".join(f"    {line}" for line in lines)
    head = "async def turn():\n    global stage\n    stage = Stage()"
    return f"{head}\n{body}\nawait wait_in_cell(turn())"


def asking(output: Locator, timeout: float = 15) -> Locator:
    """The panel that asks, once a person has had the time to see it."""
    panel = output.locator(".copilot-request[data-state=asking]")
    panel.wait_for(timeout=timeout * 1000)
    output.page.wait_for_timeout(400)
    return panel


class Stage:
    """A live view whose turn the test writes by hand, in the kernel."""

    def __init__(self, transcript: Transcript | None = None, **options: Any) -> None:
        self.answers: list[tuple[str, dict[str, Any]]] = []
        self.stops = 0
        self.unready = False
        self.transcript = transcript or Transcript(state="running", status="Working")
        self._answered = asyncio.Event()
        self.view = WidgetView(
            Callbacks(self._answer, self._stop),
            loop=asyncio.get_running_loop(),
            on_unready=self._give_up,
            **options,
        )
        self.view.update(self.transcript)

    def _answer(self, request_id: str, value: Mapping[str, Any]) -> None:
        self.answers.append((request_id, dict(value)))
        self._answered.set()

    def _stop(self) -> None:
        self.stops += 1

    def _give_up(self) -> None:
        self.unready = True

    def put(self, block: Any) -> None:
        """Adds or replaces a block."""
        self.transcript = self.transcript.put(block)
        self.view.update(self.transcript)

    async def stream(self, text: str, block_id: str = "x", pause: float = 0.005) -> None:
        """Text that comes in pieces of four characters."""
        for end in range(4, len(text) + 4, 4):
            self.put(TextBlock(id=block_id, text=text[:end]))
            await asyncio.sleep(pause)
        self.put(TextBlock(id=block_id, text=text, closed=True))

    async def question(self, corpus: list[dict[str, str]], pause: float = 0.06) -> None:
        """Asks with each text of a corpus, one panel after another, of every kind in turn."""
        for at, entry in enumerate(corpus):
            asks = questions(sound(entry["text"]))
            asked = replace(asks[at % len(asks)], id=f"asked{at}")
            self.transcript = replace(self.transcript, blocks=(asked,))
            self.view.update(self.transcript)
            await asyncio.sleep(pause)
        self.transcript = replace(self.transcript, blocks=())
        self.put(TextBlock(id="all", text="All asked.", closed=True))

    async def ask(self, block: PermissionBlock | UserInputBlock) -> dict[str, Any]:
        """Shows a request and waits for the answer; the block becomes answered by it."""
        self._answered.clear()
        self.put(block)
        await self._answered.wait()
        value = self.answers[-1][1]
        words = value.get("choice") or value.get("answer") or ""
        self.put(replace(block, state="answered", answer=words, by="you"))
        return value

    def end(self) -> None:
        """The turn ends and leaves its stored form."""
        self.transcript = replace(self.transcript, state="done", status="")
        self.view.close(self.transcript)
