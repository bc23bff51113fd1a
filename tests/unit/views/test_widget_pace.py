"""How much of a turn goes to the page, and how often."""

from __future__ import annotations

import json

import pytest

from copilot_nb.transcript.blocks import (
    ImageOutput,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
)
from copilot_nb.views.widget.pace import (
    BURST,
    BYTES_PER_SECOND,
    CALMER,
    LONG,
    MANY,
    Pace,
    cut,
    trimmed,
    weight,
)


def test_first_message_goes_at_once() -> None:
    """Nothing has been sent, so nothing has to be waited for."""
    assert Pace(0.05).wait(now=100.0) == 0


def test_next_message_waits_for_the_pause() -> None:
    """Small messages only keep the distance."""
    pace = Pace(0.05)
    pace.sent(100, now=10.0)

    assert pace.wait(now=10.0) == pytest.approx(0.05)
    assert pace.wait(now=10.02) == pytest.approx(0.03)
    assert pace.wait(now=10.06) == 0


def test_large_message_is_paid_off_first() -> None:
    """What is above the burst lengthens the pause, at the budget's rate."""
    pace = Pace(0.05)
    pace.sent(BURST + BYTES_PER_SECOND, now=10.0)

    assert pace.wait(now=10.0) == pytest.approx(1.0)
    assert pace.wait(now=11.1) == 0


def test_quiet_time_pays_off() -> None:
    """After a pause a burst may go out again."""
    pace = Pace(0.05)
    pace.sent(BURST, now=10.0)
    pace.sent(BURST, now=20.0)

    assert pace.wait(now=20.0) == pytest.approx(0.05)


def test_long_turns_go_on_at_a_calmer_pace() -> None:
    """Each message has a cost of its own, and nobody follows every word for long."""
    pace = Pace(0.05)
    for _ in range(MANY - 1):
        pace.sent(100, now=10.0)
    before = pace.wait(now=10.0)
    pace.sent(100, now=10.0)

    assert before == pytest.approx(0.05)
    assert pace.wait(now=10.0) == pytest.approx(0.05 * CALMER)


@pytest.mark.parametrize(
    "value",
    [
        {"k": "d", "o": [["txt", "a", "text", "word " * 500]]},
        [["add", "a", {"kind": "tool", "outputs": [{"text": "x" * 900}], "seconds": None}]],
    ],
)
def test_weight_is_about_the_length_of_the_json(value: object) -> None:
    """Close enough for a budget, at a fraction of the cost."""
    assert weight(value) == pytest.approx(len(json.dumps(value)), rel=0.2)


def test_short_turn_is_left_as_it_is() -> None:
    """The very same value, so that differences stay cheap."""
    turn = Transcript(
        blocks=(TextBlock(id="a", text="x" * LONG * 2), ToolBlock(id="t", name="bash", output="ok"))
    )

    assert trimmed(turn) is turn


def test_long_outputs_of_tools_are_cut() -> None:
    """Their text and the text among their rich outputs; nothing else."""
    picture = ImageOutput(data="A" * LONG * 2)
    table = TableOutput(columns=("a",), rows=(("0", "1"),))
    flood = "x" * (LONG + 1)
    turn = Transcript(
        blocks=(
            ToolBlock(
                id="t", name="run", output=flood, outputs=(TextOutput(text=flood), table, picture)
            ),
        )
    )

    [block] = trimmed(turn).tools

    assert block.output == cut(flood)
    assert block.outputs == (TextOutput(text=cut(flood)), table, picture)
    assert block.outputs[2] is picture


def test_cut_keeps_both_ends_and_says_how_much_is_missing() -> None:
    """Errors stand at the end of an output, what was run at its start."""
    text = "start" + "x" * 100_000 + "end"

    short = cut(text)

    assert short.startswith("start")
    assert short.endswith("end")
    assert "88,008 characters left out here" in short
    assert cut("x" * LONG) == "x" * LONG
