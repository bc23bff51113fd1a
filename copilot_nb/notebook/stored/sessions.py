"""Stored conversations: which there are, what was said in them, and whether somebody is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import UsageError
from copilot_nb.notebook.stored.history import transcripts
from copilot_nb.protocol.events import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.protocol.session import SessionMetadata
    from copilot_nb.transcript.blocks import Transcript

SHORTEST_ID = 4
"""Characters of an id that are enough to mean it."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One conversation that the runtime keeps."""

    id: str
    summary: str
    """Its name, which begins as its first prompt."""
    folder: str
    began: datetime | None
    changed: datetime | None


async def stored(conversation: Conversation) -> tuple[StoredSession, ...]:
    """All that had a turn or have a name, the newest first; Tab knows them from here on."""
    client = await conversation.link.any_runtime()
    found = tuple(map(_stored, await client.list_sessions()))
    oldest = datetime.min.replace(tzinfo=datetime.now().astimezone().tzinfo)
    found = tuple(sorted(found, key=lambda each: each.changed or oldest, reverse=True))
    names = [each.summary for each in found if each.summary] + [each.id for each in found]
    conversation.known.sessions = tuple(dict.fromkeys(names))
    return found


async def find(conversation: Conversation, text: str) -> StoredSession:
    """The conversation that is meant: by its id, the start of it, or its name.

    Of several with that name the one is meant that this kernel has been in: a notebook that is run
    again names its conversations as it did before.

    Raises:
        UsageError: There is none, or there are several.
    """
    sessions = await stored(conversation)
    exact = [each for each in sessions if text in {each.id, each.summary}]
    found = exact or _beginning(sessions, text)
    if len(found) > 1:
        found = [each for each in found if each.id in conversation.link.visited] or found
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.id for each in found[:3])
        raise UsageError(f"{text!r} may mean {len(found)} sessions.", hint=f"Give an id: {ids}.")
    near = get_close_matches(text, [each.summary for each in sessions], n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "`%copilot sessions` lists them."
    raise UsageError(f"There is no stored session {text!r}.", hint=hint)


async def in_use(conversation: Conversation, session_id: str) -> bool:
    """Whether another process talks in it: both would write into one history."""
    client = await conversation.link.any_runtime()
    reply = await client.rpc.sessions.check_in_use(session_ids=[session_id])
    return session_id in (reply.get("inUse") or ())


async def preview(conversation: Conversation, session_id: str) -> tuple[Transcript, ...]:
    """What was said in it, read from its record: it is not opened for this."""
    client = await conversation.link.any_runtime()
    events: list[Any] = []
    cursor: str | None = None
    while True:
        reply = await client.rpc.sessions.read_persisted_events(
            session_id=session_id, cursor=cursor
        )
        events += reply.get("events") or ()
        if not reply.get("hasMore") or reply.get("cursor") in {None, cursor}:
            return transcripts(map(parse, events))
        cursor = reply["cursor"]


async def fork(conversation: Conversation, session_id: str, name: str = "") -> str:
    """Another conversation with the same past; its id. It is not opened."""
    client = await conversation.link.any_runtime()
    reply = await client.rpc.sessions.fork(session_id=session_id, name=name or None)
    return str(reply["sessionId"])


def _beginning(sessions: Sequence[StoredSession], text: str) -> list[StoredSession]:
    if len(text) < SHORTEST_ID:
        return []
    return [each for each in sessions if each.id.startswith(text)]


def _stored(one: SessionMetadata) -> StoredSession:
    folder = str((one.context or {}).get("cwd") or "")
    summary = " ".join((one.name or one.summary or "").split())
    return StoredSession(
        one.session_id, summary, folder, _time(one.start_time), _time(one.modified_time)
    )


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
