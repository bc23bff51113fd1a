"""`%copilot new`, `sessions`, `resume`, `fork`, `rename` and `delete`: which conversation it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.errors import UsageError
from copilot_nb.magics.command import Rest, SessionWords, command
from copilot_nb.magics.result import Result, Table, Text, Turns
from copilot_nb.notebook.outgoing.ledger import counted

if TYPE_CHECKING:
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.stored.sessions import StoredSession

_LISTED = 20
_PREVIEWED = 5
_COLUMNS = ("summary", "directory", "changed", "began", "open", "id")


@command
async def new(conversation: Conversation) -> Text:
    """Start a new conversation: nothing said or allowed before counts in it."""
    await conversation.new()
    return Text("New conversation; it begins with the next turn.")


@command
async def sessions(
    conversation: Conversation,
    session: SessionWords = "",
    *,
    here: bool = False,
    all_: bool = False,
) -> Result:
    """List the stored conversations, or show what was said in one of them.

    Looking into one neither opens nor changes it.

    Args:
        conversation: The notebook's.
        session: Its name, its id, or how its id begins.
        here: Only those of this folder.
        all_: Also the older ones, and every turn of the one that is shown.
    """
    from copilot_nb.notebook.stored import sessions as room

    if session:
        found = await room.find(conversation, session)
        turns = await room.preview(conversation, found.id)
        left_out = 0 if all_ else max(0, len(turns) - _PREVIEWED)
        caption = f"{found.summary or found.id}: {counted(len(turns), 'turn')}"
        if left_out:
            caption += f"; the newest {_PREVIEWED} of them, --all shows the others"
        return Turns(turns[left_out:], caption)
    listed = await room.stored(conversation)
    if here:
        from pathlib import Path

        listed = tuple(each for each in listed if each.folder == str(Path.cwd()))
    return _table(conversation, listed, len(listed) if all_ else _LISTED)


@command
async def resume(conversation: Conversation, session: SessionWords = "") -> Text:
    """Go on with a stored conversation; without a name with this notebook's last one.

    Permissions given in it do not count any more.

    Args:
        conversation: The notebook's.
        session: Its name, its id, or how its id begins.
    """
    from copilot_nb.notebook.stored import sessions as room

    if session:
        found = await room.find(conversation, session)
        wanted, what = found.id, found.summary or found.id
    else:
        mark = conversation.bookmark.get()
        if mark is None:
            raise UsageError(
                "This notebook has had no session yet.", hint="`%copilot sessions` lists all."
            )
        wanted, what = mark.session_id, mark.prompt
    await go_on_with(conversation, wanted)
    conversation.bookmark.put(wanted, what)
    return Text(f"Going on with {what!r}; the next turn knows what was said in it.")


@command
async def fork(conversation: Conversation, session: SessionWords = "", *, name: str = "") -> Text:
    """Go on in a copy of a conversation, this one if none is named; the original stays as it is.

    Args:
        conversation: The notebook's.
        session: Its name, its id, or how its id begins.
        name: What to call the copy.
    """
    from copilot_nb.notebook.stored import sessions as room

    found = await room.find(conversation, session) if session else None
    original = found.id if found is not None else current_id(conversation)
    copy = await room.fork(conversation, original, name)
    await conversation.resume(copy)
    conversation.bookmark.put(copy, name or f"a copy of {original}")
    return Text(f"Going on in a copy, {name or copy!r}. `%copilot resume {original}` goes back.")


@command
async def rename(conversation: Conversation, name: Rest) -> Text:
    """Give this conversation a name, by which it can be found again.

    Args:
        conversation: The notebook's.
        name: The name, blanks and all.
    """
    session = await conversation.look()
    await session.rename(name.strip())
    kept = "" if conversation.link.spoken else " It is kept once it has had a turn."
    return Text(f"This conversation is called {await session.get_name()!r}.{kept}")


@command
async def delete(conversation: Conversation, session: SessionWords, *, yes: bool = False) -> Text:
    """Delete a stored conversation for good.

    Args:
        conversation: The notebook's.
        session: Its name, its id, or how its id begins.
        yes: It is meant so; without this nothing is deleted.
    """
    from copilot_nb.notebook.stored import sessions as room

    found = await room.find(conversation, session)
    what = f"{found.summary!r} ({found.id})" if found.summary else found.id
    if not yes:
        raise UsageError(
            f"This would delete {what} for good.",
            hint=f"If it is meant so: %copilot delete {found.id} --yes",
        )
    open_here = conversation.link.session
    if open_here is not None and open_here.session_id == found.id:
        await conversation.new()
    elif await room.in_use(conversation, found.id):
        raise UsageError(f"Another process talks in {what}.", hint="End it first.")
    await (await conversation.link.any_runtime()).delete_session(found.id)
    conversation.bookmark.drop(found.id)
    return Text(f"Deleted {what}.")


async def go_on_with(conversation: Conversation, session_id: str) -> None:
    """Resume a conversation that nobody else is in; nothing happens when it is the open one.

    Raises:
        UsageError: Another process talks in it.
    """
    from copilot_nb.notebook.stored import sessions as room

    open_here = conversation.link.session
    if open_here is not None and open_here.session_id == session_id:
        return
    if await room.in_use(conversation, session_id):
        raise UsageError(
            "Another process talks in that session; both would write into one history.",
            hint=f"End the other one, or go on in a copy: %copilot fork {session_id}",
        )
    await conversation.resume(session_id)


def current_id(conversation: Conversation) -> str:
    """The id of this notebook's conversation.

    Raises:
        UsageError: There is none yet.
    """
    found = conversation.link.conversation
    if not found:
        raise UsageError(
            "This notebook has no conversation yet.", hint="It begins with the first `%%copilot`."
        )
    return found


def _table(conversation: Conversation, listed: tuple[StoredSession, ...], limit: int) -> Table:
    from pathlib import Path

    from copilot_nb.session.locate import short_path

    session = conversation.link.session
    here = session.session_id if session is not None else ""
    rows = tuple(
        (
            each.summary,
            short_path(Path(each.folder)) if each.folder else "",
            each.changed,
            each.began,
            "this one" if each.id == here else "",
            each.id,
        )
        for each in listed[:limit]
    )
    if not rows:
        return Table(_COLUMNS, (), "0 sessions", "The first `%%copilot` begins one.")
    more = f"; the newest {limit} of them" if len(listed) > limit else ""
    return Table(
        _COLUMNS,
        rows,
        counted(len(listed), "session") + more,
        "%copilot sessions NAME shows what was said in one, %copilot resume NAME goes on with it.",
        brief=_COLUMNS[:1],
    )
