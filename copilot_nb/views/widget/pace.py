"""How much goes to the page, and how often.

Notebook servers drop messages above a rate, without a word. So there is a shortest pause between
messages, a longer one in long turns, a budget of bytes that lengthens it, and long tool output
travels as head and tail; the stored form has it whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from copilot_nb.transcript.blocks import Block, Output, TextOutput, ToolBlock, Transcript

BYTES_PER_SECOND = 256_000
BURST = 512_000
"""What may go out at once after a quiet time; the next message waits for what is above it."""

MANY = 400
"""After so many messages, 20 seconds of steady text, nobody looks at each word any more."""
CALMER = 1.5
"""How much longer the pause is from then on: four messages carry what six did."""

LONG = 32_000
HEAD = 4_000
TAIL = 8_000
LONGEST = 400_000
"""Characters of one text that a page can ask for; more would be dropped by the server."""


class Pace:
    """Says when the next message may go out.

    Args:
        every: Seconds between two messages at least.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        self._owed = 0.0
        self._count = 0
        self._last = float("-inf")

    def sent(self, weight: int, now: float) -> None:
        """Takes note of a message of that many bytes."""
        paid = (now - self._last) * BYTES_PER_SECOND
        self._owed = max(0.0, self._owed - paid) + weight
        self._last = now
        self._count += 1

    def wait(self, now: float) -> float:
        """Seconds until the next message may go out; 0 for at once."""
        every = self._every * (CALMER if self._count >= MANY else 1)
        pause = max(every, (self._owed - BURST) / BYTES_PER_SECOND)
        return max(0.0, self._last + pause - now)


def weight(value: object) -> int:
    """About how many bytes the value takes as JSON, without making it."""
    if isinstance(value, str):
        return len(value) + 3
    if isinstance(value, Mapping):
        return 2 + sum(weight(key) + weight(item) for key, item in value.items())
    if isinstance(value, Sequence):
        return 2 + sum(map(weight, value))
    return 6


def trimmed(transcript: Transcript) -> Transcript:
    """The transcript with long tool texts cut to head and tail; itself when none is long."""
    blocks = tuple(_short(block) for block in transcript.blocks)
    same = all(new is old for new, old in zip(blocks, transcript.blocks, strict=True))
    return transcript if same else replace(transcript, blocks=blocks)


def _short(block: Block) -> Block:
    if not isinstance(block, ToolBlock):
        return block
    outputs = tuple(_short_output(output) for output in block.outputs)
    same = all(new is old for new, old in zip(outputs, block.outputs, strict=True))
    if same and len(block.output) <= LONG:
        return block
    return replace(block, output=cut(block.output), outputs=block.outputs if same else outputs)


def _short_output(output: Output) -> Output:
    if isinstance(output, TextOutput) and len(output.text) > LONG:
        return replace(output, text=cut(output.text))
    return output


def cut(text: str) -> str:
    """Head and tail of a long text, and how much is left out between them."""
    return text if len(text) <= LONG else _ends(text, HEAD, TAIL)


def shortened(text: str) -> str:
    """As much of a text as one message may carry."""
    return text if len(text) <= LONGEST else _ends(text, LONGEST // 2, LONGEST // 2)


def _ends(text: str, head: int, tail: int) -> str:
    left_out = len(text) - head - tail
    return f"{text[:head]}\n\n… {left_out:,} characters left out here …\n\n{text[-tail:]}"
