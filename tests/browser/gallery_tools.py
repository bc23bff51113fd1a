"""The table of tools as the gallery shows it: each source, rule and state once."""

from __future__ import annotations

from typing import Final

from copilot_nb.views.tool_facts import Parameter, ToolFact

FACTS: Final = (
    ToolFact(
        name="heaviest",
        source="python",
        description="The birds that weigh most.\n\nOf those that were seen at least twice.",
        parameters=(
            Parameter(name="count", type="integer ≥ 1", description="How many.", default="5"),
        ),
        rule="allow",
        rules=("Allow here always: call heaviest",),
        calls=3,
    ),
    ToolFact(name="list_variables", source="kernel", description="What there is.", asks="no"),
    ToolFact(
        name="run_code",
        source="kernel",
        description="Run Python in the user's live notebook kernel, in its namespace.",
        parameters=(Parameter(name="code", type="string", required=True, description="Python."),),
        rules=("Allow for this session: run `df = df.dropna()`",),
        calls=12,
    ),
    ToolFact(name="clerk-enrol", source="MCP server clerk", rule="deny", enabled=False),
    ToolFact(
        name="bash",
        source="runtime",
        description="Run a command.",
        parameters=(Parameter(name="command", type="string", required=True),),
        rules=(
            "Allow here always: run `git status`",
            "Deny everywhere always: run `rm:*`",
        ),
        calls=1,
    ),
    ToolFact(name="view", source="runtime", description="Read a file.", asks="outside the folder"),
)
OPENED: Final = ("heaviest", "bash")
"""Those that a picture shows unfolded."""
