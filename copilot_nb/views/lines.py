"""Words on a terminal, as they come: wrapped at its width, nothing ever taken back.

No cursor movement, so that a log of the terminal reads like the terminal; and none that somebody
else has put into the words. Only a line that passes, such as a progress bar, gives way to the next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_WORDS = re.compile(r"\s+|\S+")


class Lines:
    """Writes to a console and knows how far the line has come.

    Args:
        console: Where to write; it is wrapped only if it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._column = self._passing = 0
        self._indent = ""

    def write(self, text: str, style: str = "", *, indent: str | None = None) -> None:
        """Words behind what is there already.

        Args:
            text: Text of one line.
            style: How it looks.
            indent: What the lines begin with that this one is wrapped into.
        """
        self._wipe()
        if indent is not None:
            self._indent = indent
        run = ""
        for word in _WORDS.findall(visible(text)):
            if not self._is_full(cell_len(word)):
                run += word
                self._column += cell_len(word)
                continue
            self._put(run.rstrip(), style)
            self._wrap()
            run = word.lstrip()
            self._column += cell_len(run)
        self._put(run, style)

    def exact(self, text: Text | str, style: str = "", *, indent: str = "") -> None:
        """One line as it is, such as code, however long."""
        self.fresh()
        line = Text(indent)
        line.append_text(text if isinstance(text, Text) else Text(visible(text), style))
        self.console.print(line, soft_wrap=True, highlight=False)

    def draw(self, renderable: RenderableType) -> None:
        """Something that rich lays out, such as a table."""
        self.fresh()
        self.console.print(renderable)

    def passing(self, text: str, style: str = "", *, indent: str = "") -> None:
        """A line that is not finished yet; what is written next takes its place."""
        self.fresh()
        if self.console.is_terminal and not self.console.is_dumb_terminal:
            line = Text(indent + visible(text), style)
            line.truncate(self.console.width - 1)
            self.console.print(line, end="", soft_wrap=True, highlight=False)
            self._passing = line.cell_len

    def newline(self) -> None:
        """The end of a line."""
        self._wipe()
        self.console.print()
        self._column, self._indent = 0, ""

    def fresh(self) -> None:
        """The beginning of a line."""
        self._wipe()
        if self._column:
            self.newline()

    def _wipe(self) -> None:
        """Take a passing line away, with blanks: a terminal without colours may know no more."""
        if self._passing:
            back = Control(ControlType.CARRIAGE_RETURN)
            self.console.control(back)
            self.console.print(" " * self._passing, end="", soft_wrap=True)
            self.console.control(back)
            self._passing = 0

    def _is_full(self, more: int) -> bool:
        begun = self._column > cell_len(self._indent)
        return self.console.is_terminal and begun and self._column + more > self.console.width

    def _wrap(self) -> None:
        self.console.print()
        self._put(self._indent, "")
        self._column = cell_len(self._indent)

    def _put(self, text: str, style: str) -> None:
        if text:
            self.console.print(Text(text, style), end="", soft_wrap=True, highlight=False)
