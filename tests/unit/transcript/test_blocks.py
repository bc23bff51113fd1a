"""The transcript as a value."""

from __future__ import annotations

from copilot_nb.transcript.blocks import TextBlock, ToolBlock, Transcript


def test_a_block_takes_the_place_of_its_namesake() -> None:
    """Order stays; a new one goes to the end."""
    turn = Transcript().add(TextBlock(id="1")).add(TextBlock(id="2"))

    changed = turn.put(TextBlock(id="1", text="x")).put(TextBlock(id="3"))

    assert [block.id for block in changed.blocks] == ["1", "2", "3"]
    assert changed.get("1") == TextBlock(id="1", text="x")
    assert changed.get("4") is None


def test_the_answer_is_the_text_blocks() -> None:
    """Empty ones leave no gap, calls are not part of it."""
    call = ToolBlock(id="c", name="bash")
    turn = Transcript(
        blocks=(TextBlock(id="1", text="a"), TextBlock(id="2"), call, TextBlock(id="3", text="b"))
    )

    assert turn.text == "a\n\nb"
    assert turn.tools == (call,)


def test_what_the_reducer_remembers_is_no_part_of_the_value() -> None:
    """Two transcripts that look the same are equal."""
    turn = Transcript()

    assert not turn.ended
    assert turn == Transcript(memory=type(turn.memory)(intent="x"))
