"""All that a call printed, where the transcript keeps only its ends."""

from __future__ import annotations

import re

from copilot_nb.transcript import whole
from copilot_nb.transcript.blocks import ToolBlock
from copilot_nb.transcript.cuts import HEAD, TAIL, cut, left_out, line_count
from copilot_nb.transcript.whole import whole_output
from tests.unit.transcript.events import after, event, only, recorded

LINE = "\x1b[31mline\x1b[0m of output\n"


def test_the_whole_output_is_in_the_events() -> None:
    """Without escape sequences, and nothing of other calls."""
    pieces = [event("tool.shell_output", toolCallId="c", text=LINE) for _ in range(2000)]
    start = event("tool.execution_start", toolCallId="c", toolName="bash", arguments={})
    others = [event("tool.shell_output", toolCallId="d", text="no")]

    block = only(after(start, *pieces), ToolBlock)

    text = whole_output([start, *others, *pieces], "c")
    assert text == "line of output\n" * 2000
    mark = re.findall("\n….*…\n", block.output)[0]
    assert block.cut > 0
    assert f"{block.cut:,} characters left out" in mark
    assert len(block.output) - len(mark) + block.cut == len(text)
    assert line_count(block.output) == 2000


def test_a_sequence_that_was_cut_in_two_is_still_one() -> None:
    """Pieces are put together first."""
    pieces = [event("tool.shell_output", toolCallId="c", text=text) for text in ("a\x1b[3", "1mb")]

    assert whole_output(pieces, "c") == "ab"


def test_kernel_output_begins_a_line_where_its_stream_changes() -> None:
    """Figures and tables stand in the transcript; here is only text."""
    outputs = [
        {"kind": "text", "text": "one"},
        {"kind": "image", "data": "AA"},
        {"kind": "text", "text": "two", "stream": "result"},
        {"kind": "text", "text": "!\n", "stream": "result"},
        {"kind": "text", "text": "three", "stream": "stderr"},
    ]
    events = [event("local.kernel_output", toolCallId="c", output=one) for one in outputs]

    assert whole_output(events, "c") == "one\ntwo!\nthree"


def test_what_was_not_kept_is_told() -> None:
    """Between the beginning and the end of a flood."""
    end = {"kind": "text", "text": "end", "left_out": 1_000, "lines_left_out": 1}
    outputs = [{"kind": "text", "text": "begin"}, end]
    events = [event("local.kernel_output", toolCallId="c", output=one) for one in outputs]

    assert whole_output(events, "c") == "begin\n… 1 line, 1,000 characters left out …\nend"


def test_without_a_stream_the_result_is_all() -> None:
    """Or what was printed so far, for a call that never ended."""
    so_far = event("tool.execution_partial_result", toolCallId="c", partialOutput="half")
    ended = event("tool.execution_complete", toolCallId="c", success=True, result={"content": "r"})
    failed = event("tool.execution_complete", toolCallId="c", error={"message": "no"})

    assert whole_output([so_far], "c") == "half"
    assert whole_output([ended], "c") == "r"
    assert whole_output([failed], "c") == ""


def test_there_is_an_end_to_it() -> None:
    """A page would not survive more."""
    huge = event("tool.shell_output", toolCallId="c", text="x" * (whole.LIMIT + 5))

    assert whole_output([huge], "c").endswith("x\n… 5 characters left out …")


def test_a_recorded_command() -> None:
    """The same as the transcript shows, where nothing is cut."""
    events = recorded("shell")
    block = only(after(*events), ToolBlock)

    assert whole_output(events, block.id) == block.output
    assert block.cut == 0


def test_a_text_that_only_looks_cut_is_whole() -> None:
    """The mark at the right place is not enough."""
    fake = "x" * HEAD + "\n… 999 characters left out …\n" + "y"

    assert left_out(fake) == left_out("short") == 0
    assert left_out(cut("x" * 20_000)) == 20_000 - HEAD - TAIL
