"""Open requests are asked on the keyboard, one at a time, and the first answer wins."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.notebook.permissions.answers import answer_of
from copilot_nb.notebook.screen.dialogue import question, understood
from copilot_nb.notebook.screen.prompts import Prompts
from copilot_nb.session.pending import Answer, PendingRequest, PendingRequests
from copilot_nb.transcript.blocks import UserInputBlock
from copilot_nb.transcript.permissions import permission as permission_block
from tests.unit.notebook.requests import question as asked_question
from tests.unit.notebook.requests import shell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from copilot_nb.transcript.blocks import RequestBlock

PANEL = permission_block("1", shell("ls").prompt)
CHOICE = UserInputBlock(id="2", question="Which?", choices=("red", "blue"))
FREE = UserInputBlock(id="2", question="Why?")


class Keyboard:
    """A person who types what the test says, when it says so."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.withdrawn = 0
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self.asked = asyncio.Event()

    def type(self, line: str | None) -> None:
        """The next line; None when nobody can type, an empty file ends the input."""
        self._lines.put_nowait(line)

    async def ask_line(self, prompt: str) -> str | None:
        """What the prompts ask with."""
        self.prompts.append(prompt)
        self.asked.set()
        try:
            line = await self._lines.get()
        except asyncio.CancelledError:
            self.withdrawn += 1
            raise
        if line == "\x04":
            raise EOFError
        return line

    async def ask_text(self, _prompt: str, text: str) -> str:
        """What the prompts let edit with."""
        return text


class Desk:
    """Pending requests with prompts, and the answers that came out."""

    def __init__(self) -> None:
        self.keyboard = Keyboard()
        self.pending = PendingRequests()
        self.pending.attended = True
        self.blocks: dict[str, RequestBlock] = {"1": PANEL, "2": CHOICE}
        self.prompts = Prompts(
            self.pending,
            self.keyboard.ask_line,
            self.keyboard.ask_text,
            self.blocks.get,
            self._answered,
        )

    def _answered(self, request_id: str, value: Mapping[str, Any]) -> None:
        request = next(r for r in self.pending.open if r.id == request_id)
        answer = answer_of(request, value)
        assert answer is not None
        self.pending.answer(request_id, answer)

    async def ask(self, request: PendingRequest) -> Answer:
        """Ask, and wait at most as long as a test may."""
        async with asyncio.timeout(5):
            return await self.pending.ask(request)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk whose prompts are started."""
    made = Desk()
    made.prompts.start()
    yield made
    made.prompts.close()


async def test_a_typed_key_answers(desk: Desk) -> None:
    """The prompt names the keys."""
    desk.keyboard.type("y")

    answer = await desk.ask(shell("ls"))

    assert answer.words == "Allowed once"
    assert desk.keyboard.prompts == [
        "Run this command? [y = Allow once, s = Allow for this session, "
        "l = Allow here always, n = Deny, w = Deny and say why, x = Deny and stop]: "
    ]


async def test_enter_alone_asks_again(desk: Desk) -> None:
    """A line that means nothing allows nothing."""
    for line in ("", "ok", "y please", "no too risky"):
        desk.keyboard.type(line)

    answer = await desk.ask(shell("ls"))

    assert answer.words == "Denied: too risky"
    assert len(desk.keyboard.prompts) == 4


async def test_an_answer_from_elsewhere_wins(desk: Desk) -> None:
    """The line that is being asked is withdrawn, and the next request is asked."""
    first = asyncio.ensure_future(desk.ask(shell("ls")))  # noqa: TID251 - awaited below
    await asyncio.wait_for(desk.keyboard.asked.wait(), 5)
    desk.keyboard.asked.clear()
    second = asyncio.ensure_future(desk.ask(asked_question("Which?")))  # noqa: TID251 - awaited below
    await asyncio.sleep(0)

    desk.pending.answer("1", Answer.reply(answer_value(), by="a rule"))
    await asyncio.wait_for(desk.keyboard.asked.wait(), 5)
    desk.keyboard.type("2")

    assert (await first).by == "a rule"
    assert (await second).words == "blue"
    assert desk.keyboard.withdrawn == 1


def answer_value() -> Any:
    """Any value that an answer may have."""
    from copilot_nb.protocol.user_input import UserInputResponse

    return UserInputResponse(answer="x", was_freeform=True)


async def test_what_was_open_before_is_asked_too() -> None:
    """Plain mode may begin in the middle of a turn."""
    desk = Desk()
    waiting = asyncio.ensure_future(desk.ask(shell("ls")))  # noqa: TID251 - awaited below
    await asyncio.sleep(0)
    desk.keyboard.type("n")

    desk.prompts.start()

    assert (await waiting).words == "Denied"
    desk.prompts.close()


async def test_the_end_of_input_denies(desk: Desk) -> None:
    """Ctrl-D is no yes."""
    desk.keyboard.type("\x04")
    assert (await desk.ask(shell("ls"))).words == "Denied"

    desk.keyboard.type("\x04")
    assert (await desk.ask(asked_question("Which?"))).words == ""


async def test_closing_withdraws_the_line() -> None:
    """The turn is over: nothing is asked any more."""
    desk = Desk()
    desk.prompts.start()
    waiting = asyncio.ensure_future(desk.ask(shell("ls")))  # noqa: TID251 - cancelled below
    await asyncio.wait_for(desk.keyboard.asked.wait(), 5)

    desk.prompts.close()
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=5)

    assert desk.keyboard.withdrawn == 1


@pytest.mark.parametrize(
    ("block", "line", "value"),
    [
        (PANEL, "YES", {"choice": "allow_once"}),
        (PANEL, " s ", {"choice": "allow_session"}),
        (PANEL, "w use ls", {"choice": "deny_feedback", "feedback": "use ls"}),
        (PANEL, "n use ls", {"choice": "deny_feedback", "feedback": "use ls"}),
        (PANEL, "x", {"choice": "deny_stop"}),
        (PANEL, "yes but", None),
        (PANEL, "q", None),
        (PANEL, "  ", None),
        (CHOICE, "1", {"answer": "red"}),
        (CHOICE, "3", {"answer": "3"}),
        (CHOICE, "both of them", {"answer": "both of them"}),
        (FREE, "7", {"answer": "7"}),
        (FREE, "", None),
    ],
)
def test_a_line_is_understood_or_asked_again(
    block: RequestBlock, line: str, value: dict[str, str] | None
) -> None:
    """Keys, yes and no, a reason behind a no; numbers of choices or any text."""
    assert understood(block, line) == value


def test_a_question_shows_its_choices() -> None:
    """By number, and that other text is fine too."""
    assert question(CHOICE) == "  1. red\n  2. blue\nYour number or text: "
    assert question(FREE) == "Your answer: "
