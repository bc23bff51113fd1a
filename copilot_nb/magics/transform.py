"""Rewrites our two magics before IPython does, so that a cell can await its turn.

A cell that starts with `%%copilot` becomes one awaited call, and so does `%copilot …` on a line of
its own. What cannot be awaited (inside a running cell, with autoawait off) is left to the
registered magics, which wait. Nothing but our own magic is touched; `%%copilot?` and `%copilot?`
stay IPython's help.
"""

from __future__ import annotations

import re
import sys
import tokenize
from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
)
from IPython.core.interactiveshell import InteractiveShell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from tokenize import TokenInfo

MAGIC = "copilot"
_CELL = re.compile(rf"%%{MAGIC}(?=\s|$)")
_RUN = "__import__('copilot_nb.magics.run', fromlist=['run'])"
_SKIPPED = {tokenize.INDENT, tokenize.DEDENT}


def can_await(shell: Any) -> bool:
    """Whether the cell that is being transformed will run with `await` on an asyncio loop."""
    runner = shell.loop_runner_map.get("asyncio", (None,))[0]
    return bool(shell.autoawait) and shell.loop_runner is runner and not _inside_a_cell()


def _inside_a_cell() -> bool:
    """Whether a cell runs now: `%%time` over a cell, `%run x.ipy` and such transform again."""
    code = InteractiveShell.run_code.__code__
    frame = sys._getframe()  # noqa: SLF001 - the documented way to the stack without copying it
    while frame is not None:
        if frame.f_code is code:
            return True
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return False


class CellTransform:
    """Input transformer: the whole cell belongs to `%%copilot`."""

    has_side_effects = True
    """Keeps it out of IPython's completeness check, which would run a lone first line."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __call__(self, lines: list[str]) -> list[str]:
        """The awaited call, or the lines as they are."""
        if not lines or not _CELL.match(lines[0]):
            return lines
        if not can_await(self._shell):
            # IPython refuses a cell magic without a body; its first line may be the prompt.
            return lines if len(lines) > 1 else [lines[0].rstrip("\n") + "\n", "\n"]
        line = lines[0][len(MAGIC) + 2 :].strip()
        return [f"await {_RUN}.cell({line!r}, {''.join(lines[1:])!r})\n"]


class LineTransform:
    """Token transformer: `%copilot …`, alone or on the right of an assignment.

    IPython would take a prompt that ends in a question mark for a request for help, and would
    replace `{…}` and `$…` in it.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def find(self, tokens_by_line: Sequence[Sequence[TokenInfo]]) -> _LineCall | None:
        """The first of our magics in the code; IPython asks this of each of its transformers."""
        for tokens in tokens_by_line:
            at = next((i for i, t in enumerate(tokens) if t.type not in _SKIPPED), len(tokens))
            sign = at if _is_ours(tokens, at) else _assigned(tokens, at)
            if sign is not None:
                awaited = tokens[at].start[1] == 0 and can_await(self._shell)
                return _LineCall(tokens[at].start, tokens[sign].start, awaited=awaited)
        return None


class _LineCall(TokenTransformBase):
    """One occurrence, from the start of its statement."""

    priority = 4
    """Before IPython's help syntax (5) in the same place."""

    def __init__(self, start: tuple[int, int], sign: tuple[int, int], *, awaited: bool) -> None:
        super().__init__(start)  # type: ignore[no-untyped-call]  # IPython's
        self._sign = (sign[0] - 1, sign[1])
        self._assigned = sign != start
        self._awaited = awaited

    def transform(self, lines: list[str]) -> list[str]:
        """The lines with a call in place of the magic."""
        row, column = self._sign
        end = find_end_of_continued_line(lines, row)
        text = assemble_continued_line(lines, self._sign, end)[len(MAGIC) + 1 :].strip()
        call = "await {}.line" if self._awaited else "{}.line_now"
        call = f"{call.format(_RUN)}({text!r}, show={not self._assigned})"
        return [*lines[:row], lines[row][:column] + call + "\n", *lines[end + 1 :]]


def _is_ours(tokens: Sequence[TokenInfo], at: int) -> bool:
    """Whether `%copilot` stands there as a word of its own."""
    if len(tokens) <= at + 1 or tokens[at].string != "%" or tokens[at + 1].string != MAGIC:
        return False
    if tokens[at].end != tokens[at + 1].start:
        return False
    rest = tokens[at + 1].line[tokens[at + 1].end[1] :]
    return not rest or rest[0].isspace()


def _assigned(tokens: Sequence[TokenInfo], at: int) -> int | None:
    """Where `%copilot` stands after the first `=` of a statement."""
    for i in range(at, len(tokens) - 2):
        if tokens[i].string == "=":
            return i + 1 if _is_ours(tokens, i + 1) else None
    return None
