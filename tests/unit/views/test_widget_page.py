"""What a page says to the live view: answers, a stop, and words of another version."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from copilot_nb.transcript.blocks import PermissionBlock, TextBlock, Transcript, UserInputBlock
from copilot_nb.transcript.forms import Choice, FormBlock, FormField
from tests.unit.views.bench import quiet, text

if TYPE_CHECKING:
    from tests.unit.views.bench import Bench

PERMISSION = PermissionBlock(
    id="p",
    subject="shell",
    heading="Run?",
    choices=(
        Choice(id="allow_once", label="Allow"),
        Choice(id="no", label="No", asks_feedback=True),
    ),
)
QUESTION = UserInputBlock(id="q", question="Which?", choices=("a", "b"), allow_freeform=False)


@pytest.mark.parametrize(
    ("block", "value", "passed_on"),
    [
        (PERMISSION, {"choice": "allow_once"}, {"choice": "allow_once"}),
        (PERMISSION, {"choice": "allow_once", "feedback": "x"}, {"choice": "allow_once"}),
        (PERMISSION, {"choice": "no", "feedback": "x"}, {"choice": "no", "feedback": "x"}),
        (PERMISSION, {"choice": "no", "feedback": ""}, {"choice": "no"}),
        (QUESTION, {"answer": "b"}, {"answer": "b"}),
        (replace(QUESTION, allow_freeform=True), {"answer": "own"}, {"answer": "own"}),
    ],
)
async def test_answer_is_passed_on(
    bench: Bench,
    block: PermissionBlock | UserInputBlock,
    value: dict[str, str],
    passed_on: dict[str, str],
) -> None:
    """A choice that was offered, or words where words were asked for."""
    bench.open(Transcript(state="running", blocks=(block,)))

    await bench.say(k="answer", id=block.id, v=value)

    assert bench.answers == [(block.id, passed_on)]


@pytest.mark.parametrize(
    ("block", "value"),
    [
        (PERMISSION, {"choice": "allow_everything"}),
        (PERMISSION, {"answer": "allow_once"}),
        (PERMISSION, "allow_once"),
        (replace(PERMISSION, state="answered"), {"choice": "allow_once"}),
        (QUESTION, {"answer": "c"}),
        (QUESTION, {"answer": 3}),
        (replace(QUESTION, state="cancelled"), {"answer": "a"}),
        (TextBlock(id="x"), {"choice": "allow_once"}),
    ],
)
async def test_answer_that_does_not_fit_is_dropped(bench: Bench, block: Any, value: object) -> None:
    """Nothing but what was offered, and only while it is asked."""
    bench.open(Transcript(state="running", blocks=(block,)))

    await bench.say(k="answer", id=block.id, v=value)
    await bench.say(k="answer", id="nobody", v=value)

    assert bench.answers == []


async def test_second_click_is_dropped(bench: Bench) -> None:
    """Two windows, or an impatient hand: one answer."""
    bench.open(Transcript(state="running", blocks=(PERMISSION,)))

    await bench.say(k="answer", id="p", v={"choice": "allow_once"})
    await bench.say(k="answer", id="p", v={"choice": "no"})

    assert bench.answers == [("p", {"choice": "allow_once"})]


async def test_answer_to_what_was_sent_back_is_no_second_click(bench: Bench) -> None:
    """What was filled in did not fit, the request says why, and the next try comes at once."""
    form = FormBlock(id="f", heading="Who?", fields=(FormField(name="n", kind="text", label="N"),))
    view = bench.open(Transcript(state="running", blocks=(form,)))
    for name in ("x", "xyz"):
        await bench.say(k="answer", id="f", v={"action": "accept", "content": {"n": name}})
        form = replace(form, warnings=(f"Not sent: {name}",))
        view.update(Transcript(state="running", blocks=(form,)))

    assert [value["content"]["n"] for _, value in bench.answers] == ["x", "xyz"]


async def test_stop_is_passed_on(bench: Bench) -> None:
    """The Stop button reaches the caller."""
    bench.open(text("hi"))

    await bench.say(k="stop")

    assert bench.stops == 1


async def test_an_act_is_passed_on(bench: Bench) -> None:
    """With what belongs to it; what the view does not know is not."""
    bench.open(text("hi"))

    await bench.say(k="act", a="say", v={"text": "go on", "mode": "queue"})
    await bench.say(k="act", a="format", v={"disk": "c"})

    assert bench.acts == [("say", {"text": "go on", "mode": "queue"})]


async def test_whole_text_is_sent_as_far_as_servers_let_it_pass(bench: Bench) -> None:
    """A page that asked for more gets it; a text beyond all measure stays cut."""
    bench.open(text("hi")).whole("t", "line\n" * 20_000)
    bench.view.whole("u", "x" * 2_000_000)

    whole, huge = bench.sent("whole")
    assert (whole["id"], len(whole["text"])) == ("t", 100_000)
    assert len(huge["text"]) < 500_000
    bench.view.close(text("hi"))
    bench.view.whole("t", "late")
    assert len(bench.sent("whole")) == 2


async def test_unknown_words_of_a_page_are_ignored(bench: Bench) -> None:
    """A page of another version may say more than we know."""
    bench.open(text("hi"))

    await bench.say(k="later", v=2)

    assert bench.sent() == []


async def test_messages_may_come_on_any_thread(bench: Bench) -> None:
    """A kernel may dispatch comms on a thread of their own; callbacks still run on the loop's."""
    bench.open(Transcript(state="running", blocks=(PERMISSION,)))

    await asyncio.to_thread(asyncio.run, bench.say(k="answer", id="p", v={"choice": "allow_once"}))
    await quiet()

    assert bench.threads == {threading.get_ident()}
