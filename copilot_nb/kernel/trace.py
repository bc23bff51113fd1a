"""Errors of notebook code, as text for people and for the model.

Our own frames and IPython's are left out; values of locals are never shown, only their types.
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import IPython

from copilot_nb.data.envelope import shorten
from copilot_nb.data.values import clip, size, type_name
from copilot_nb.errors import CopilotError
from copilot_nb.kernel.interrupt import BrokenOff, TurnInterrupted

if TYPE_CHECKING:
    from types import FrameType, TracebackType

MESSAGE = 600
"""Characters of an error's message."""
REPORT = 6_000
"""Characters of a whole traceback."""
FRAMES = 12
LOCALS = 12
_OURS = str(Path(__file__).parents[1])
_HIDDEN = (_OURS, str(Path(IPython.__file__).parent))


@dataclass(frozen=True)
class CodeError:
    """What went wrong in a piece of code."""

    ename: str
    evalue: str
    traceback: str
    """The standard library's form, from the first line of notebook code on."""

    @property
    def interrupted(self) -> bool:
        """Whether a person stopped the code."""
        return self.evalue == "interrupted"


def code_error(error: BaseException, filename: str = "") -> CodeError:
    """An error of agent code.

    Args:
        error: The exception, with its traceback.
        filename: The code's own file name; frames above its first line are left out.
    """
    if isinstance(error, KeyboardInterrupt | BrokenOff):
        return CodeError("KeyboardInterrupt", "interrupted", "KeyboardInterrupt: interrupted")
    return CodeError(type_name(error), message(error), format_error(error, filename))


def message(error: BaseException) -> str:
    """The error's text, bounded; its class must not be trusted to have one."""
    try:
        return clip(str(error), MESSAGE)
    except Exception:  # noqa: BLE001 - a broken __str__ must not hide the error itself
        return "<the message cannot be read>"


def format_error(error: BaseException, filename: str = "") -> str:
    """Traceback and message, with the errors that led to this one.

    At most `FRAMES` frames of each, the latest last.
    """
    frames = _notebook_part(error.__traceback__, filename)
    report = traceback.TracebackException(
        type(error), error, frames[0] if frames else None, limit=-FRAMES
    )
    while len(report.stack) > 1 and report.stack[-1].filename.startswith(_OURS):
        report.stack.pop()  # what breaks code off raises in a frame of its own
    text = "".join(report.format())
    if not frames:
        text = text.removeprefix("Traceback (most recent call last):\n")
    return shorten(text.rstrip(), REPORT)


def last_error() -> BaseException | None:
    """The newest error that was shown in this kernel and is not ours, or None."""
    newest = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    return newest if isinstance(newest, BaseException) and is_foreign(newest) else None


def is_foreign(error: BaseException) -> bool:
    """Whether an error tells about the user's code rather than about this package."""
    return not isinstance(error, CopilotError | TurnInterrupted | KeyboardInterrupt)


def describe_error(error: BaseException) -> str:
    """Traceback, then per notebook frame the names and types of its locals."""
    parts = [format_error(error)]
    for step in _notebook_part(error.__traceback__, "")[-FRAMES:]:
        frame = step.tb_frame
        if frame.f_code.co_name == "<module>" or not _is_users(frame):
            continue
        parts.append(f"\nLocals of {frame.f_code.co_name}(), line {step.tb_lineno}:")
        shown = list(frame.f_locals.items())[:LOCALS]
        parts += [f"  {name}: {type_name(value)} {size(value)}".rstrip() for name, value in shown]
    return "\n".join(parts)


def _is_users(frame: FrameType) -> bool:
    path = frame.f_code.co_filename
    return "site-packages" not in path and not path.startswith((sys.prefix, sys.base_prefix))


def _notebook_part(step: TracebackType | None, filename: str) -> list[TracebackType]:
    steps = []
    while step is not None:
        steps.append(step)
        step = step.tb_next
    for at, candidate in enumerate(steps):
        path = candidate.tb_frame.f_code.co_filename
        if path == filename or (not filename and not path.startswith(_HIDDEN)):
            return steps[at:]
    return [s for s in steps if not s.tb_frame.f_code.co_filename.startswith(_HIDDEN)]
