"""Tools that a client offers to the model, and what they give back."""

from __future__ import annotations

import pkgutil
from typing import Any, Literal

from pydantic import Field

from copilot_nb.protocol.base import Wire

ResultType = Literal["success", "failure", "denied", "timeout", "rejected"]


class Tool(Wire):
    """What the model is told about a tool."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    description: str = ""
    parameters_schema: dict[str, Any] = Field(default={}, alias="parameters")
    """JSON Schema of the arguments."""
    overrides_built_in_tool: bool | None = None
    """Take the place of the runtime's tool of the same name."""
    skip_permission: bool | None = None
    """The runtime does not ask before calling it."""
    is_terminal: bool | None = None
    """A successful call ends the turn."""
    defer: str | None = None
    metadata: dict[str, Any] | None = None

    def with_parameter(
        self, name: str, type_name: str, description: str, *, required: bool = False
    ) -> Tool:
        """The same tool with one more parameter in its schema."""
        schema = dict(self.parameters_schema) or {"type": "object"}
        schema["properties"] = {
            **schema.get("properties", {}),
            name: {"type": type_name, "description": description},
        }
        if required:
            schema["required"] = [*schema.get("required", ()), name]
        return self.model_copy(update={"parameters_schema": schema})

    def _repr_html_(self) -> str:
        """Its card."""
        # By name: views stand to the right of this room.
        card = pkgutil.resolve_name("copilot_nb.views.tools:card")
        return str(
            card(
                self.name,
                self.description,
                self.parameters_schema,
                asks=not self.skip_permission,
            )
        )


class BinaryResult(Wire):
    """A picture or resource for the model."""

    data: str
    """Base64."""
    mime_type: str
    type: Literal["image", "resource"] = "image"
    description: str | None = None


class ToolResultObject(Wire):
    """What a tool call gives.

    `rejected` stops the whole turn; all others let the model go on.
    """

    text_result_for_llm: str = ""
    result_type: ResultType = "success"
    error: str | None = None
    binary_results_for_llm: list[BinaryResult] | None = None
    session_log: str | None = None
    """Text for people, in place of the model's."""
    tool_telemetry: dict[str, Any] | None = None

    @classmethod
    def text(cls, text: str) -> ToolResultObject:
        """A success with that text."""
        return cls(text_result_for_llm=text)

    @classmethod
    def failure(cls, message: str, *, result_type: ResultType = "failure") -> ToolResultObject:
        """A failure whose message the model reads (the seed's `error()` left it empty)."""
        return cls(text_result_for_llm=message, result_type=result_type, error=message)
