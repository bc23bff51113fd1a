"""A shell command through an approval."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.request import Request, Result

_EXIT = re.compile(r"exit(?:ed with)? code (\d+)")


def shell(request: Request) -> Scene:
    """Run the command that stands in backticks in the prompt, else list the folder."""
    tool = request.tool("bash") or request.tool("powershell")
    if tool is None:
        yield Act("I have no shell in this session.")
        return
    given = re.search(r"`([^`]+)`", request.prompt)
    command = given[1] if given else "ls -l" if tool.endswith("bash") else "Get-ChildItem"
    about = "Run the user's command" if given else "List the files of this folder"
    said = "I would run this in the shell; it needs your approval:"
    result = yield Act(said, tool, {"command": command, "description": about})
    if not result.refused:
        yield Act(_explain(command, result))
    elif result.feedback:
        yield Act(f"All right, I leave the shell alone. You said *{result.feedback}*.")
    else:
        yield Act("All right, **no command was run**.")


def _explain(command: str, result: Result) -> str:
    lines = [line for line in result.text.splitlines() if line.strip() and "<shellId" not in line]
    code = _EXIT.search(result.text)
    ended = f" and ended with exit code **{code[1]}**" if code else ""
    return f"`{command}` printed {len(lines)} lines{ended}."
