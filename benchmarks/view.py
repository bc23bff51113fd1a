"""What the live view costs the kernel, and how large stored turns are.

An answer of ten thousand tokens arrives at 200 a second on a clock that is wound by hand, so that
messages to the page are as many as in life and only work is measured. Comms are fakes that encode
each message as a kernel would.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import hmac
import itertools
import json
import random
import time
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

import comm
import ipywidgets
from comm.base_comm import BaseComm

from benchmarks import standin
from benchmarks.report import Budget, Report
from copilot_nb.protocol.events import parse
from copilot_nb.transcript.blocks import ToolBlock, Transcript, Usage
from copilot_nb.transcript.reduce import reduce
from copilot_nb.views.static import mimebundle
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget.widget import WidgetView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PER_SECOND = 200
PROMPT = "00000000-0000-0000-0000-000000000010"
WORDS = """
the a station series gap month value mean trend and with of from model plot frame column
index where missing hourly rolling window fits residual seasonal carbon measured `df` **not**
""".split()  # noqa: SIM905 - reads better than thirty quoted words
CODE = """```python
import pandas as pd

frame = pd.read_csv("stations.csv", parse_dates=["time"])
gaps = frame.groupby("station")["value"].apply(lambda column: column.isna().sum())
print(gaps.sort_values(ascending=False).head(10))
```"""
TABLE = "| station | gaps | share |\n|---|--:|--:|\n" + "| Halden | 88 | 1.2 % |\n" * 6


class Comm(BaseComm):
    """Encodes and signs what a kernel would send, and counts the bytes."""

    sent: list[int]

    def publish_msg(self, msg_type: str, data: Any = None, *_: object, **__: object) -> None:
        """One message to the page."""
        body = json.dumps({"comm_id": self.comm_id, "data": data or {}}, ensure_ascii=False)
        packed = body.encode("utf-8", "replace")
        hmac.new(b"key", packed, hashlib.sha256).hexdigest()
        self.sent.append(len(packed))


class Clock:
    """The part of a loop that a view uses, on a time that `advance` sets."""

    def __init__(self) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self._loop = asyncio.new_event_loop()

    def time(self) -> float:
        """Now."""
        return self._now

    def call_later(
        self, delay: float, callback: Callable[..., object], *arguments: Any
    ) -> asyncio.TimerHandle:
        """Call back when the time has come."""
        when = self._now + delay
        handle = asyncio.TimerHandle(when, callback, arguments, self._loop)
        heapq.heappush(self._due, (when, next(self._numbers), handle))
        return handle

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            self._now, _, handle = heapq.heappop(self._due)
            if not handle.cancelled():
                handle._run()  # noqa: SLF001 - we are its loop
        self._now = end

    def close(self) -> None:
        """Release the loop that the handles name."""
        self._loop.close()


def measure(tokens: int = 10_000, repeats: int = 5, turns: int = 50) -> Report:
    """Show one long answer several times, and store many turns."""
    runs = [shown(answer(tokens)) for _ in range(repeats)]
    seconds = median(run[0] for run in runs)
    _, wire, messages, updates = runs[0]
    stored = sum(len(json.dumps(stored_turn(number))) for number in range(turns))
    rows: list[list[object]] = [
        [f"kernel CPU for {tokens:,} tokens, s", seconds],
        ["bytes to the page", wire],
        ["messages to the page", messages],
        ["bytes of outputs (first and stored form)", updates],
        [f"{turns} stored turns, bytes", stored],
    ]
    return Report(
        "The live view and the stored form",
        f"From the event to the encoded message, at {PER_SECOND} tokens per second; "
        f"CPU is the median of {repeats}.",
        ("what", "measured"),
        rows,
        (
            Budget("kernel CPU per answer", seconds, 1.5, "s"),
            Budget("bytes to the page", wire / 1e6, 1, "MB"),
            Budget(f"{turns} stored turns", stored / 1e6, 1.2, "MB"),
        ),
    )


def shown(pieces: list[str]) -> tuple[float, int, int, int]:
    """CPU seconds, bytes and number of messages, and bytes of outputs for one answer."""
    events = [
        *standin.before("s", PROMPT, "Which stations have gaps?"),
        *(standin.delta("s", PROMPT, piece) for piece in pieces),
        *standin.after("s", PROMPT, "".join(pieces)),
    ]
    outputs: list[int] = []
    clock, transcript = Clock(), Transcript(prompt="Which stations have gaps?")

    def publish(data: Mapping[str, Any], **_: object) -> None:
        outputs.append(len(json.dumps(dict(data))))

    with fake_comms() as sent:
        view = WidgetView(
            Callbacks(lambda *_: None, lambda: None),
            loop=cast("asyncio.AbstractEventLoop", clock),
            publish=publish,
        )
        begin = time.process_time()
        for raw in events:
            transcript = reduce(transcript, parse(raw["params"]["event"]))
            view.update(transcript)
            clock.advance(1 / PER_SECOND)
        view.close(transcript)
        spent = time.process_time() - begin
    clock.close()
    return spent, sum(sent), len(sent), sum(outputs)


@contextmanager
def fake_comms() -> Iterator[list[int]]:
    """Comms that only count; the list gets the size of each message."""
    sent: list[int] = []

    def create(*arguments: Any, **options: Any) -> Comm:
        Comm.sent = sent
        made = Comm(*arguments, **options)
        comm.get_comm_manager().register_comm(made)
        return made

    with patch.object(comm, "create_comm", create):
        ipywidgets.Widget.close_all()
        yield sent
        ipywidgets.Widget.close_all()


def answer(tokens: int, seed: int = 7) -> list[str]:
    """Markdown of all usual kinds in pieces of about a token, the same every time."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    text = ""
    for number in itertools.count():
        if len(text) >= tokens * 4:
            break
        if number % 5 == 0:
            text += f"## Step {number}\n\n"
        text += " ".join(chance.choices(WORDS, k=60)) + ".\n\n"
        if number % 4 == 1:
            text += "".join(f"- {' '.join(chance.choices(WORDS, k=9))}\n" for _ in range(5)) + "\n"
        if number % 4 == 2:
            text += f"{CODE}\n\n"
        if number % 8 == 3:
            text += f"{TABLE}\n"
    return [text[at : at + 4] for at in range(0, tokens * 4, 4)]


def stored_turn(number: int) -> dict[str, str]:
    """The outputs that a turn of 800 tokens with two tool calls leaves in the notebook."""
    text = "".join(answer(800, seed=number))
    turn = Transcript(prompt="go")
    for raw in (*standin.before("s", PROMPT, "go"), *standin.after("s", PROMPT, text)):
        turn = reduce(turn, parse(raw["params"]["event"]))
    command = ToolBlock(
        id=f"shell-{number}",
        name="bash",
        title="pytest -q",
        arguments="pytest -q tests",
        language="bash",
        state="ok",
        output="." * 70 + "\n70 passed in 1.23s\n",
    )
    code = replace(
        command,
        id=f"code-{number}",
        name="run_code",
        arguments="gaps = frame.isna().sum()\ngaps.sort_values()",
        language="python",
        output="station  gaps\n" * 20,
    )
    usage = Usage(input_tokens=1000, output_tokens=800, requests=3)
    return mimebundle(replace(turn, blocks=(command, code, *turn.blocks), usage=usage))


if __name__ == "__main__":
    print(measure().markdown())
