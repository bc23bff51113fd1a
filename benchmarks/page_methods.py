"""Ways to stream an answer into a notebook output, run in the kernel by `benchmarks.page`.

Each way gets the same words at the same pace. Every MARK_EVERY words stands a mark whose moment is
kept, so that the page can say how late it saw it.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.blocks import TextBlock, Transcript
from copilot_nb.views.view import Callbacks
from copilot_nb.views.widget.widget import WidgetView

if TYPE_CHECKING:
    from collections.abc import Callable

MARK_EVERY = 25
_WORDS = ("the", "hour", "of", "gap", "mean", "station", "data", "index", "frame", "value", "plot")


def words(count: int) -> list[str]:
    """An answer of that many words: headings, lists, code, tables and marks."""
    chance = random.Random(7)  # noqa: S311  # the same answer each time
    made: list[str] = []
    while len(made) < count:
        made += _block(chance)
    return [f"m{at}x " if at % MARK_EVERY == 0 else word for at, word in enumerate(made[:count], 1)]


def _block(chance: random.Random) -> list[str]:
    def say(count: int) -> list[str]:
        return [f"{chance.choice(_WORDS)} " for _ in range(count)]

    kind = chance.randrange(6)
    if kind == 0:
        return ["\n\n## ", *say(3), "\n\n"]
    if kind == 1:
        return ["\n\n", *(word for _ in range(4) for word in ("- ", *say(6), "\n")), "\n"]
    if kind == 2:
        return ["\n\n```python\n", *(word for _ in range(4) for word in (*say(5), "\n")), "```\n\n"]
    if kind == 3:
        rows = (word for _ in range(4) for word in ("| ", *say(2), "| ", *say(1), "|\n"))
        return ["\n\n| a | b |\n|:--|--:|\n", *rows, "\n\n"]
    return [*say(12), "**", *say(2), "end**, `", "code` ", *say(9), "\n\n"]


class Run:
    """One answer, streamed in one way.

    Args:
        method: nothing, widget, markdown-50, markdown-250 or html-50; the number is milliseconds.
        count: How many words.
        rate: Words per second.
    """

    def __init__(self, method: str, count: int, rate: float) -> None:
        self.marks: dict[str, float] = {}
        self.kernel_seconds = 0.0
        self._method = method
        self._words = words(count)
        self._rate = rate
        self._view: WidgetView | None = None

    async def play(self) -> None:
        """Streams the answer."""
        draw, every = self._drawer()
        cpu, start, last = time.process_time(), time.monotonic(), 0.0
        text = ""
        for at, word in enumerate(self._words, 1):
            text += word
            if at % MARK_EVERY == 0:
                self.marks[word.strip()] = time.time()
            now = time.monotonic()
            if now - last >= every or at == len(self._words):
                draw(text)
                last = now
            await asyncio.sleep(max(0.0, start + at / self._rate - time.monotonic()))
        await asyncio.sleep(0.5)
        self.kernel_seconds = time.process_time() - cpu
        if self._view is not None:
            block = TextBlock(id="a", text=text, closed=True)
            self._view.close(Transcript(state="done", blocks=(block,)))

    def _drawer(self) -> tuple[Callable[[str], None], float]:
        name, _, pause = self._method.partition("-")
        makers = {"nothing": _nothing, "widget": self._widget, "markdown": _markdown, "html": _html}
        return makers[name](), int(pause or 0) / 1000

    def _widget(self) -> Callable[[str], None]:
        loop = asyncio.get_running_loop()
        view = self._view = WidgetView(Callbacks(lambda *_: None, lambda: None), loop=loop)
        view.update(Transcript(state="running"))

        def draw(text: str) -> None:
            view.update(Transcript(state="running", blocks=(TextBlock(id="a", text=text),)))

        return draw


def _nothing() -> Callable[[str], None]:
    return lambda text: None


def _markdown() -> Callable[[str], None]:
    def bundle(text: str) -> dict[str, str]:
        return {"text/markdown": text, "text/plain": text}

    handle = _display()(bundle(""), raw=True, display_id=True)
    return lambda text: handle.update(bundle(text), raw=True)


def _display() -> Any:
    from IPython.display import display

    return display


def _html() -> Callable[[str], None]:
    import ipywidgets
    import mistune

    to_html = mistune.create_markdown(plugins=["table"])
    widget = ipywidgets.HTML()
    _display()(widget)

    def draw(text: str) -> None:
        widget.value = str(to_html(text))

    return draw
