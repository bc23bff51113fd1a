"""Turns as cells of a notebook: prompts, what was said, and the code that ran with what it gave."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, Literal, assert_never

from copilot_nb.data.frames import table_text
from copilot_nb.transcript.blocks import (
    ImageOutput,
    NoticeBlock,
    Output,
    TableOutput,
    TextBlock,
    TextOutput,
    ToolBlock,
    Transcript,
)
from copilot_nb.transcript.safety import sound
from copilot_nb.views.parts import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUNS_CODE = "run_code"
"""The tool whose calls become code cells."""
_WRONG = {"stderr", "error"}


def to_ipynb(turns: Sequence[Transcript]) -> str:
    """The text of a notebook with those turns."""
    cells = [cell for turn in turns for cell in _cells(turn)]
    for at, cell in enumerate(cells):
        cell["id"] = f"copilot-{at}"
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": python, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def code_of(turn: Transcript) -> tuple[str, ...]:
    """The code that the agent ran in the kernel, in order; what was denied or failed is not in."""
    return tuple(tool.arguments for tool in turn.tools if _ran(tool))


def _ran(tool: ToolBlock) -> bool:
    """Whether it ran code in the kernel; a server may call its own tool like that one."""
    own = not tool.source.startswith("mcp:")
    return own and tool.name == RUNS_CODE and tool.state == "ok"


def _cells(turn: Transcript) -> Iterator[dict[str, Any]]:
    """The prompt, then what was said and what was run, in order."""
    yield _markdown(_quoted(turn.prompt))
    for block in turn.blocks:
        match block:
            case TextBlock(text=text) if text.strip():
                yield _markdown(text)
            case NoticeBlock(text=text):
                yield _markdown(_quoted(text))
            case ToolBlock() if _ran(block):
                yield _code(block)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(tool: ToolBlock) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": tool.arguments.splitlines(keepends=True),
        "outputs": _outputs(tool),
        "execution_count": None,
    }


def _outputs(tool: ToolBlock) -> list[dict[str, Any]]:
    """What the code showed; a stored conversation only knows what the model was told of it."""
    if tool.outputs:
        return [_output(output) for output in tool.outputs]
    return [_stream(tool.output, "stdout")] if tool.output.strip() else []


def _output(output: Output) -> dict[str, Any]:
    match output:
        case TextOutput(text=text, stream="result"):
            return _shown({"text/plain": sound(text)})
        case TextOutput(text=text, stream=stream):
            return _stream(text, "stderr" if stream in _WRONG else "stdout")
        case TableOutput():
            return _shown({"text/html": _table(output), "text/plain": sound(table_text(output))})
        case ImageOutput(mime=mime, data=data, alt=alt):
            return _shown({mime: data, "text/plain": sound(alt)})
        case _:
            assert_never(output)


def _stream(text: str, name: Literal["stdout", "stderr"]) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": sound(text)}


def _shown(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _table(output: TableOutput) -> str:
    """The table as notebooks show frames; every cell is text."""
    caption = f"<p>{_text(output.caption)}</p>" if output.caption else ""
    th, td = (lambda text: f"<th>{_text(text)}</th>"), (lambda text: f"<td>{_text(text)}</td>")
    return table(output, "dataframe", th=th, td=td) + caption


def _text(value: str) -> str:
    return escape(sound(value), quote=False)
