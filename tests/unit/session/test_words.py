"""What a process says is read to its end, and the last of it kept."""

from __future__ import annotations

import asyncio
import os
from typing import IO

import pytest

from copilot_nb.session.words import TAIL, Words


@pytest.fixture
def pipe() -> tuple[IO[bytes], IO[bytes]]:
    """A pipe: what is read from, what is written to."""
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb", buffering=0), os.fdopen(writing, "wb", buffering=0)


async def test_words_are_told_until_the_end(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    """Waiting for more ends with the stream, also when asked again."""
    words = Words(pipe[0])
    pipe[1].write(b"one\n")
    assert await words.more()
    assert words.text == "one"

    pipe[1].close()

    assert [await words.more(), await words.more()] == [False, False]
    assert pipe[0].closed


async def test_only_the_last_is_kept(pipe: tuple[IO[bytes], IO[bytes]]) -> None:
    """A process that writes without end costs no memory, and half characters no error."""
    words = Words(pipe[0])

    pipe[1].write("é".encode() * TAIL + b"x")
    pipe[1].close()
    await asyncio.to_thread(words.wait, 5)

    assert words.text == "�" + "é" * (TAIL // 2 - 1) + "x"
