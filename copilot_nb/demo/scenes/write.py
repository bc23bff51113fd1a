"""A summary file, written by the runtime's own tool after an approval with the diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_nb.demo.act import Act
from copilot_nb.demo.scenes.look import columns_table, look
from copilot_nb.demo.scenes.run import fenced

if TYPE_CHECKING:
    from copilot_nb.demo.act import Scene
    from copilot_nb.demo.frames import Frame
    from copilot_nb.demo.request import Request

_TRIES = 5


def write(request: Request) -> Scene:
    """Write what is known about a frame into a new Markdown file of the folder."""
    frame = yield from look(request, "I will look at the data, then write it down.")
    creator = request.tool("create")
    if frame is None:
        yield Act("There is no DataFrame here that I could write about. Load one and ask again.")
        return
    text = summary(frame)
    if creator is None:
        yield Act(f"I cannot write files here. This is the text:\n\n{fenced(text, 'markdown')}")
        return
    said = "I would write this file; you see every line of it before you decide:"
    for number in range(1, _TRIES + 1):
        name = f"{frame.name}-summary{f'-{number}' if number > 1 else ''}.md"
        path = str(request.folder / name)
        result = yield Act(said, creator, {"path": path, "file_text": text})
        if "already exists" not in result.text:
            break
        said = f"`{name}` is there already, and I do not write over it. Another name, then:"
    if result.refused:
        reason = f" You said *{result.feedback}*." if result.feedback else ""
        yield Act(f"All right, **no file was written**.{reason} Here it would have said:\n\n{text}")
    elif "created" in result.text.lower():
        yield Act(f"Done: **`{name}`** holds {len(text.splitlines())} lines on `{frame.name}`.")
    else:
        yield Act(f"The file could not be written: {result.text.strip().splitlines()[0]}")


def summary(frame: Frame) -> str:
    """Return the text of the file."""
    cells = frame.rows * max(1, len(frame.columns))
    missing = sum(column.missing for column in frame.columns)
    lines = [
        f"# Summary of {frame.name}",
        "",
        f"{frame.rows:,} rows, {frame.width} columns; {missing:,} of {cells:,} values are missing.",
        "",
        columns_table(frame),
    ]
    if frame.gaps:
        worst = frame.gaps[0]
        lines += ["", f"Most is missing in `{worst.name}` ({worst.missing / frame.rows:.1%})."]
    return "\n".join([*lines, ""])
