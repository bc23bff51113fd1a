"""Plays the runtime's part for the demo model: keeps the messages and calls the tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.namespace import brief, describe
from copilot_nb.demo.model import answer
from copilot_nb.demo.request import read

if TYPE_CHECKING:
    from copilot_nb.demo.act import Act

Tool = Callable[..., str]

DENIED = "The user declined to run this code. The user declined."
SYSTEM = "<environment_context>\n* Current working directory: /data\n</environment_context>"


class Player:
    """A conversation with the demo model.

    Args:
        tools: What the model may call, by name.
    """

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        self.tools = dict(tools)
        self.messages: list[dict[str, Any]] = [{"role": "system", "content": SYSTEM}]

    def ask(self, prompt: str) -> list[Act]:
        """Return the acts of one turn, the last one without a tool call."""
        dated = f"<current_datetime>2026-01-01</current_datetime>\n\n{prompt}"
        self.messages.append({"role": "user", "content": dated})
        acts: list[Act] = []
        while not acts or acts[-1].tool:
            assert len(acts) < 12, "the scene does not end"
            acts.append(self._step())
        return acts

    def go_on_with(self, result: str) -> Act:
        """Return the act after one more tool result, whatever was said before."""
        function = {"name": "other", "arguments": "{}"}
        self.messages[-1]["tool_calls"] = [{"id": "x", "type": "function", "function": function}]
        self.messages.append({"role": "tool", "tool_call_id": "x", "content": result})
        return self._step()

    def _step(self) -> Act:
        tools = [{"type": "function", "function": {"name": name}} for name in self.tools]
        act = answer(read({"messages": self.messages, "tools": tools}))
        message: dict[str, Any] = {"role": "assistant", "content": act.text}
        self.messages.append(message)
        if act.tool:
            call_id = f"call_{len(self.messages)}"
            function = {"name": act.tool, "arguments": json.dumps(act.arguments)}
            message["tool_calls"] = [{"id": call_id, "type": "function", "function": function}]
            content = self.tools[act.tool](**act.arguments)
            self.messages.append({"role": "tool", "tool_call_id": call_id, "content": content})
        return act


def kernel_tools(variables: Mapping[str, object], run: Tool) -> dict[str, Tool]:
    """Return the kernel tools over some variables, with their real texts.

    Args:
        variables: What the notebook holds.
        run: Stands for run_code.
    """

    def list_variables() -> str:
        if not variables:
            return "There are no variables yet."
        lines = [f"{name}: {brief(value)}" for name, value in variables.items()]
        return untrusted("\n".join(lines), "variables of the notebook")

    def describe_variable(name: str) -> str:
        return untrusted(describe(name, variables[name]), f"variable {name}")

    return {
        "list_variables": list_variables,
        "describe_variable": describe_variable,
        "run_code": run,
    }
