"""Calls a kernel tool and reads what is inside of the envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.kernel.test_tools import data_of

if TYPE_CHECKING:
    from copilot_nb.kernel.shell import Shell
    from copilot_nb.session.tools import FunctionTool
    from tests.unit.kernel.recording import RecordingSession


async def ask(
    session: RecordingSession, shell: Shell, tool: FunctionTool[Any, Any], **arguments: Any
) -> list[str]:
    """The lines of a result."""
    result = await session.call(tool, shell, **arguments)
    assert result.result_type == "success", result.text_result_for_llm
    return data_of(result.text_result_for_llm)


async def failure(
    session: RecordingSession, shell: Shell, tool: FunctionTool[Any, Any], **arguments: Any
) -> str:
    """What a failing call tells the model."""
    result = await session.call(tool, shell, **arguments)
    assert result.result_type == "failure"
    return result.text_result_for_llm
