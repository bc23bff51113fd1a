"""The last error: read it, correct a misspelt name where there is one, and run the line again."""

from __future__ import annotations

import builtins
import difflib
import re
from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.frames import choose, frames, with_columns
from copilot_nb.demo.scenes.run import failure, fenced

if TYPE_CHECKING:
    from collections.abc import Generator

    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.request import Request, Result

_ERROR = re.compile(r"^((?:\w+\.)*\w+): ?(.*)$", re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last)"
_NAME = re.compile(r"'([^']+)'")
_LINE = re.compile(r'^  File "[^"]*", line \d+, in .*\n    (.+)$', re.MULTILINE)
_VARIABLE = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)


def fix(request: Request) -> Scene:
    """Explain the last error and offer a corrected line where the cause is a wrong name."""
    tool = request.tool("last_error")
    if tool is None:
        yield Act("I cannot see this notebook's errors here.")
        return
    error = yield Act("I will read the last error.", tool, {})
    found = _ERROR.findall(error.text)
    if "<notebook-data" not in error.text or not found:
        yield Act(
            "There is **no error** in this notebook yet. Run a cell that fails and ask again."
        )
        return
    kind, message = found[-1]
    wrong = next(iter(_NAME.findall(message)), message.strip("'\""))
    raised = error.text.rpartition(_TRACEBACK)[2]  # what led to it stands above
    line = next(iter(_LINE.findall(raised)), "").strip()
    right = yield from _closest(request, wrong)
    runner = request.tool("run_code")
    if not right or wrong not in line or runner is None:
        yield Act(_advice(kind, message, line))
        return
    code = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, line)
    said = f"**{kind}**: `{wrong}` is not there, but `{right}` is. I would run the line like this:"
    result = yield Act(said, runner, {"code": code, "purpose": "Run the corrected line"})
    if result.refused:
        yield Act(f"All right, nothing was run. The corrected line:\n\n{fenced(code)}")
    elif failure(result):
        yield Act(f"That was not all of it: now it says `{failure(result)}`.")
    else:
        yield Act(f"That works. Put `{right}` into the cell:\n\n{fenced(code)}")


def _closest(request: Request, wrong: str) -> Generator[Act, Result, str]:
    """Return the known variable or column that looks most like the wrong name."""
    lister, describer = request.tool("list_variables"), request.tool("describe_variable")
    if lister is None:
        return ""
    listing = yield Act("", lister, {})
    names = [*_VARIABLE.findall(listing.text), *dir(builtins)]
    frame = choose(frames(listing.text), request.prompt)
    if frame is not None and describer is not None:
        described = yield Act("", describer, {"name": frame.name})
        names = [*(c.name for c in with_columns(frame, described.text).columns), *names]
    lowered = {name.lower(): name for name in reversed(names) if name != wrong}
    close = difflib.get_close_matches(wrong.lower(), lowered, n=1, cutoff=0.5)
    return lowered[close[0]] if close else ""


def _advice(kind: str, message: str, line: str) -> str:
    where = f" It came from\n\n{fenced(line)}\n\n" if line else " "
    return (
        f"The last error is **{kind}**: {message}.{where}"
        "I only know how to mend misspelt names; a real model would go further here."
    )
