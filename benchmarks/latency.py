"""How soon an event reaches its reader, and how long twenty streams at once hold up the loop.

Wall time says more about who else uses the machine, so each figure has a companion: a bare asyncio
reader of the same stream beside ours, and the share of a delay that was this process's own work.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.readers import ARGUMENTS, bare_stream
from benchmarks.report import Budget, Report, percentile
from copilot_nb.protocol.session import SessionConfig
from copilot_nb.session.client import Client

if TYPE_CHECKING:
    from copilot_nb.session.session import Session

TICK = 0.005
"""Seconds between two looks at the loop."""
IDLE = 2.0
"""Milliseconds that an event may take on an idle machine."""


@dataclass
class Lag:
    """Milliseconds that the loop woke up late: in all, and by work of this process."""

    wall: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)


def measure(pieces: int = 400, sessions: int = 20, deltas: int = 2_000) -> Report:
    """Measure one quiet session, then many at once."""
    quiet, bare, paced, loud = asyncio.run(all_of(pieces, sessions, deltas))
    rows = [
        ["a piece every 10 ms, from its write to a bare asyncio reader", *_summary(bare)],
        ["the same, to a subscriber of a session", *_summary(quiet)],
        [f"{sessions} sessions, each at 100 pieces/s: lag of the loop", *_summary(paced.wall)],
        ["of that, work of this process", *_summary(paced.own)],
        [
            f"{sessions} sessions, {deltas:,} pieces each at once: lag of the loop",
            *_summary(loud.wall),
        ],
        ["of that, work of this process", *_summary(loud.own)],
    ]
    budgets = [
        Budget("own loop lag, 100 pieces/s each, p99", percentile(paced.own, 0.99), 50, "ms"),
        Budget("own loop lag, all at once, p99", percentile(loud.own, 0.99), 50, "ms"),
    ]
    notes = [f"beyond the bare reader, median: {median(quiet) - median(bare):.2f} ms"]
    if percentile(bare, 0.99) < IDLE:
        budgets.insert(0, Budget("event to subscriber, p99", percentile(quiet, 0.99), IDLE, "ms"))
    else:
        notes.append(
            f"event to subscriber, p99, budget {IDLE:g} ms: not judged, because the machine was "
            "so busy that the bare reader exceeds it"
        )
    return Report(
        "Latency",
        "Milliseconds of wall time; every stream is read to its end.",
        ("what", "median", "p99", "max"),
        rows,
        budgets,
        notes,
    )


async def all_of(
    pieces: int, sessions: int, deltas: int
) -> tuple[list[float], list[float], Lag, Lag]:
    """The delays of ours and of the bare reader; the lag of paced streams and of loud ones."""
    async with Client(cli_path=Path(sys.executable), cli_args=ARGUMENTS) as client:
        several = [
            await client.create_session(SessionConfig(model="stand-in")) for _ in range(sessions)
        ]
        quiet, bare = await asyncio.gather(delays(several[0], pieces), bare_delays(pieces))
        paced = await lag(several, {"deltas": max(2, pieces // 2), "every": 0.01})
        loud = await lag(several, {"deltas": deltas})
    return quiet, bare, paced, loud


async def delays(session: Session, pieces: int) -> list[float]:
    """Milliseconds from the write of each piece to its reader."""
    prompt = json.dumps({"deltas": pieces, "every": 0.01})
    found = [
        _since(event.content() or "")
        async for event in session.ask_stream(prompt)
        if event.type == "assistant.message_delta"
    ]
    assert len(found) == pieces
    return found


async def bare_delays(pieces: int) -> list[float]:
    """The same for the least that any client does."""
    found = [
        _since(event["data"]["deltaContent"])
        async for events in bare_stream({"deltas": pieces, "every": 0.01})
        for event in events
        if event["type"] == "assistant.message_delta"
    ]
    assert len(found) == pieces
    return found


async def lag(sessions: list[Session], order: dict[str, float]) -> Lag:
    """How late the loop is while all sessions stream."""
    found = Lag()
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(found))
        await asyncio.gather(*(_streamed(session, order) for session in sessions))
        watch.cancel()
    return found


async def _streamed(session: Session, order: dict[str, float]) -> None:
    seen = 0

    def count(event: object) -> None:
        nonlocal seen
        seen += getattr(event, "type", "") == "assistant.message_delta"

    registration = session.on(count)
    await session.ask(json.dumps(order), timeout=120)
    registration()
    assert seen == order["deltas"]


async def _watch(found: Lag) -> None:
    with suppress(asyncio.CancelledError):
        while True:
            due, spent = time.monotonic() + TICK, time.process_time()
            await asyncio.sleep(TICK)
            late = max(0.0, time.monotonic() - due)
            found.wall.append(late * 1000)
            found.own.append(min(late, time.process_time() - spent) * 1000)


def _since(stamp: str) -> float:
    return (time.monotonic_ns() - int(stamp)) / 1e6


def _summary(values: list[float]) -> tuple[float, float, float]:
    return median(values), percentile(values, 0.99), max(values)


if __name__ == "__main__":
    print(measure().markdown())
