"""Stored conversations: listed, looked into, resumed, copied and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.errors import UsageError
from copilot_nb.magics.commands import COMMANDS
from copilot_nb.notebook.stored.sessions import find
from tests.unit.magics.test_commands import say

if TYPE_CHECKING:
    from tests.unit.notebook.conftest import Talk

HERE = {"cwd": "/data"}
SESSIONS = [
    {"sessionId": "aaaa1111", "name": "First", "modifiedTime": "2026-01-01T10:00:00Z"},
    {"sessionId": "aaaa2222", "name": "Second", "modifiedTime": "2026-01-02T10:00:00Z"},
    {"sessionId": "bbbb3333", "summary": "Second", "modifiedTime": "?", "context": HERE},
]


@pytest.fixture
def stored(talk: Talk) -> Talk:
    """A runtime that keeps three sessions."""
    talk.fake.methods["session.list"] = lambda _: {"sessions": SESSIONS}
    talk.fake.methods["sessions.checkInUse"] = lambda p: {"inUse": p["sessionIds"]}
    talk.fake.methods["sessions.fork"] = lambda _: {"sessionId": "copy"}
    return talk


async def test_sessions_are_a_table_and_known_to_tab(stored: Talk) -> None:
    """The newest first; what is not a time is none."""
    table = await say(stored, "sessions")

    assert [row["id"] for row in table] == ["aaaa2222", "aaaa1111", "bbbb3333"]
    assert table[2]["changed"] is None
    assert table[2]["directory"] == "/data"
    assert stored.conversation.known.sessions == (
        *("Second", "First", "aaaa2222", "aaaa1111", "bbbb3333"),
    )
    assert len(await say(stored, "sessions --here")) == 0


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("Second", "'Second' may mean 2 sessions.", "Give an id: aaaa2222, bbbb3333."),
        ("aaaa", "'aaaa' may mean 2 sessions.", "Give an id: aaaa2222, aaaa1111."),
        ("Frist", "There is no stored session 'Frist'.", "Did you mean 'First'?"),
        ("bbb", "There is no stored session 'bbb'.", "`%copilot sessions` lists them."),
    ],
)
async def test_a_session_that_is_not_clear_is_an_error(
    stored: Talk, name: str, message: str, hint: str
) -> None:
    """With what could be meant."""
    with pytest.raises(UsageError) as caught:
        await say(stored, f"delete {name} --yes")

    assert (caught.value.message, caught.value.hint) == (message, hint)


async def test_of_several_names_the_one_of_this_kernel_is_meant(stored: Talk) -> None:
    """A notebook that runs again names its conversations as it did before."""
    stored.conversation.link.visited.add("bbbb3333")

    table = await say(stored, "sessions")
    found = await find(stored.conversation, "Second")

    assert [row["summary"] for row in table].count("Second") == 2
    assert found.id == "bbbb3333"


async def test_the_kernel_knows_where_it_has_been(talk: Talk) -> None:
    """Also what it has left."""
    await talk.conversation.run("One")
    first = talk.conversation.link.conversation
    await say(talk, "new")
    await talk.conversation.run("Two")

    assert talk.conversation.link.visited == {first, talk.conversation.link.conversation}
    assert len(talk.conversation.link.visited) == 2


async def test_a_session_that_somebody_else_is_in_is_left_alone(stored: Talk) -> None:
    """Two processes would write into one history; a copy can be had."""
    with pytest.raises(UsageError, match="Another process talks in that session") as caught:
        await say(stored, "resume bbbb")

    assert caught.value.hint.endswith("%copilot fork bbbb3333")


async def test_a_session_that_somebody_is_in_is_not_deleted(stored: Talk) -> None:
    """It would be gone from under them."""
    with pytest.raises(UsageError, match="Another process talks in 'First'"):
        await say(stored, "delete First --yes")


async def test_a_stored_record_is_read_to_its_end(stored: Talk) -> None:
    """However many pieces it comes in; the older turns only when asked for."""

    def read(params: dict[str, Any]) -> dict[str, Any]:
        at = int(params.get("cursor") or 0)
        event = {"type": "user.message", "id": str(at), "data": {"content": f"Prompt {at}"}}
        return {"events": [event], "cursor": str(at + 1), "hasMore": at < 6}

    stored.fake.methods["sessions.readPersistedEvents"] = read

    few, all_ = await say(stored, "sessions First"), await say(stored, "sessions First --all")

    assert [turn.prompt for turn in few.turns] == [f"Prompt {n}" for n in range(2, 7)]
    assert few.caption == "First: 7 turns; the newest 5 of them, --all shows the others"
    assert len(all_.turns) == 7


async def test_without_a_conversation_there_is_nothing_to_copy_or_resume(stored: Talk) -> None:
    """It says when it begins."""
    with pytest.raises(UsageError, match="This notebook has no conversation yet"):
        await say(stored, "fork")
    with pytest.raises(UsageError, match="This notebook has had no session yet"):
        await say(stored, "resume")


async def test_the_open_session_is_not_resumed_again(talk: Talk) -> None:
    """Nothing happens; and its id is what is copied."""
    await say(talk, "ask Hello.")
    session = await talk.conversation.session()

    await say(talk, "resume")

    assert await talk.conversation.session() is session


async def test_deleting_the_open_session_begins_another(talk: Talk) -> None:
    """The bookmark goes with it."""
    await say(talk, "ask Hello.")
    name = (await talk.conversation.session()).session_id

    assert str(await say(talk, f"delete {name} --yes")).startswith("Deleted 'Hello.'")

    assert talk.conversation.link.session is None
    assert talk.conversation.bookmark.get() is None


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("resume first question", {"session": "first question"}),
        ("resume 'first question'", {"session": "first question"}),
        ("resume 'first' question", {"session": "'first' question"}),
        ("resume it's late", {"session": "it's late"}),
        ("sessions first question --all", {"session": "first question", "all_": True}),
        ("sessions --here", {"session": "", "here": True}),
        ('fork first question --name "a copy"', {"session": "first question", "name": "a copy"}),
        ("fork --name=idea first", {"session": "first", "name": "idea"}),
        ("fork --name idea", {"session": "", "name": "idea"}),
        ("delete first question --yes", {"session": "first question", "yes": True}),
        ("delete -- first --yes", {"session": "first --yes", "yes": False}),
    ],
)
def test_names_may_have_blanks(line: str, given: dict[str, Any]) -> None:
    """With or without quotation marks; options may stand before and behind."""
    name, _, rest = line.partition(" ")

    found = COMMANDS[name].parse(rest)

    assert {key: found[key] for key in given} == given


async def test_a_name_with_blanks_is_found(stored: Talk) -> None:
    """A slip in an option is none of its words."""
    stored.fake.methods["session.list"] = lambda _: {
        "sessions": [{"sessionId": "cccc", "name": "first question"}]
    }

    with pytest.raises(UsageError, match="would delete 'first question'"):
        await say(stored, "delete first question")
    with pytest.raises(UsageError, match="no option '--yess' there"):
        await say(stored, "delete first question --yess")
