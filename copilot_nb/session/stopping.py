"""Stops what an `ask` began when it is cancelled, and nothing else.

The runtime's abort ends whatever runs and drops what waits, so who else would miss that is looked
at first.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from copilot_nb.protocol import methods
from copilot_nb.protocol.base import Empty

if TYPE_CHECKING:
    from copilot_nb.session.prompting import Prompting
    from copilot_nb.session.turn import Turn

STOP_SECONDS = 2.0
"""How long a cancelled `ask` waits for the end of its turn; some 40 ms are usual."""
END_SECONDS = 10.0
"""How long other prompts wait for a runtime that does not answer the stop."""


async def stop(session: Prompting, turn: Turn, prompt: str, sending: asyncio.Lock) -> bool:
    """Take a prompt out of the queue, or end its turn.

    A turn in which others have a part goes on. The runtime stops what runs, whatever its id: a turn
    that ends by itself while the stop is on its way leaves the stop to the next prompt.

    Args:
        session: Whose turn it is.
        turn: Sent, and given up.
        prompt: What the runtime was sent; it knows prompts by id and text.
        sending: Held while a turn is ended: what is sent beside it must not be dropped with it.

    Returns:
        Whether its end is near; False when it goes on for others.
    """
    if not turn.started and await session.queue.withdraw(turn.message_id or "", prompt):
        turn.drop()
        return True
    await _begun(turn)
    async with sending:
        if turn.ended or is_shared(turn, session.turns):
            return turn.ended
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await _end(session, turn)
    return True


def is_shared(turn: Turn, turns: tuple[Turn, ...]) -> bool:
    """Whether others wait for what runs: they steer the turn, or are steered by it.

    Args:
        turn: Runs, and is given up.
        turns: All of the session that have not ended.
    """
    others = [other for other in turns if other is not turn and other.started]
    if any(not other.given_up for other in others):
        return True
    of_other_clients = turn.joined_by - {other.message_id for other in others}
    return bool(of_other_clients) or (turn.joins and not others)


async def _begun(turn: Turn) -> None:
    """Wait for the first event: the runtime prepares the turn, and gives it back no more."""
    async for _ in turn.stream():
        if turn.started:
            return


async def _end(session: Prompting, turn: Turn) -> None:
    queue = await session.calls(methods.QUEUE, Empty())
    if turn.ended:
        return
    if queue.items or queue.steering_messages:
        await session.interrupt()
        await _end_agents(session, turn)
    else:
        await session.abort()


async def _end_agents(session: Prompting, turn: Turn) -> None:
    """What an abort does by itself and an interrupt does not."""
    calls = {call.id for call in turn.tool_calls}
    for task in (await session.rpc.tasks.list()).get("tasks", ()):
        if task.get("toolCallId") in calls and task.get("status") == "running":
            await session.rpc.tasks.cancel(id=task["id"])
