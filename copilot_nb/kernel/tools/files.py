# ruff: noqa: D417 - the docstrings are the model's words; it does not see what we hand in
"""A tool that looks into data files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.previews import preview
from copilot_nb.errors import ToolError
from copilot_nb.kernel.limits import LOOK_SECONDS, time_limit
from copilot_nb.protocol.tool import ToolResultObject
from copilot_nb.session.tools import Invocation, tool

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell


@tool(permission="none")
async def preview_file(
    path: str,
    rows: Annotated[int, Field(ge=1, le=50)] = 5,
    *,
    shell: Shell,
    invocation: Invocation,
) -> ToolResultObject:
    """Show size, columns and first rows of a data file (csv, json, parquet, xlsx, text).

    Hidden files, and files outside of the notebook's working directory, are read only after the
    user allowed it.

    Args:
        path: The file, absolute or relative to the notebook's working directory.
        rows: How many rows to show.
    """
    file, free = _locate(path)
    invocation.describe(title=path)
    if not free:
        answer = await invocation.ask_permission(
            kind="read", body=str(file), heading="Read this file?", language="text", place=str(file)
        )
        if not answer.approved:
            return ToolResultObject.failure(
                f"The user declined to read {path}.", result_type="denied"
            )
    if file.exists() and not file.is_file():
        raise ToolError(f"{path!r} is no file.")  # reading a pipe would wait for ever
    try:
        async with time_limit(LOOK_SECONDS):
            shown = preview(file, rows, shell.privacy)
    except LookupError as missing:
        raise ToolError(
            f"Reading {file.suffix} files needs {missing}; it is not installed."
        ) from None
    except (OSError, ValueError) as error:
        raise ToolError(f"{path!r} cannot be read: {error}") from None
    if shown.rows:
        invocation.account(path, rows=shown.rows, columns=shown.columns)
    return ToolResultObject.text(untrusted(shown.text, f"file {file.name}"))


def _locate(path: str) -> tuple[Path, bool]:
    """The file with links followed, and whether it may be read without asking.

    Keys live in hidden files: `.env`, `.netrc`, `.git/config`.
    """
    file, here = Path(path).expanduser().resolve(), Path.cwd().resolve()
    if not file.is_relative_to(here):
        return file, False
    return file, not any(part.startswith(".") for part in file.relative_to(here).parts)
