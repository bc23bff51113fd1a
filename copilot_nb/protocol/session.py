"""What sessions are made with, what prompts carry, and what the basic calls give back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from copilot_nb.protocol.base import Secret, Secrets, Wire
from copilot_nb.protocol.tool import Tool

NEVER_OFFERED = ("lsp", "session_store_sql")
"""Tools that do without asking what should be asked: `lsp` runs a program that `.github/lsp.json`
names, `session_store_sql` reads the user's other conversations, of sub-agents, too."""


class AzureOptions(Wire):
    """What Azure's endpoint needs besides."""

    api_version: str | None = None


class ProviderConfig(Wire):
    """A model provider of one's own. The runtime does not store it: every resume needs it."""

    base_url: str
    type: str = "openai"
    """openai, azure or anthropic."""
    wire_api: str | None = None
    """completions or responses."""
    api_key: Secret | None = Field(default=None, repr=False)
    bearer_token: Secret | None = Field(default=None, repr=False)
    azure: AzureOptions | None = None
    headers: Secrets | None = Field(default=None, repr=False)
    model_id: str | None = None
    wire_model: str | None = None
    max_prompt_tokens: int | None = None
    max_output_tokens: int | None = None
    transport: str | None = None
    api_key_command: Secret | None = Field(default=None, repr=False)


class NamedProvider(ProviderConfig):
    """One of several providers; its models are called `name/id`."""

    name: str


class ModelConfig(Wire):
    """A model of one of several providers."""

    id: str
    provider: str
    name: str | None = None


class SystemMessageConfig(Wire):
    """Changes to the runtime's own prompt."""

    content: str | None = None
    mode: Literal["append", "replace", "customize"] = "append"
    sections: dict[str, Any] | None = None


class CustomAgentConfig(Wire):
    """An agent with its own prompt and tools."""

    name: str
    prompt: str
    display_name: str | None = None
    description: str | None = None
    tools: list[str] | None = None
    mcp_servers: dict[str, McpServerConfig] | None = None
    infer: bool | None = None


class McpServerConfig(Wire):
    """An MCP server: a local command, or a URL."""

    type: Literal["local", "stdio", "http", "sse"] = "local"
    tools: list[str] = Field(default=["*"])
    command: str | None = None
    args: list[str] | None = None
    env: Secrets | None = Field(default=None, repr=False)
    cwd: str | None = None
    url: str | None = None
    headers: Secrets | None = Field(default=None, repr=False)
    timeout: int | None = None


class InfiniteSessionConfig(Wire):
    """When the history is summarised by itself."""

    enabled: bool = True
    background_compaction_threshold: float | None = None
    buffer_exhaustion_threshold: float | None = None


class CommandConfig(Wire):
    """A slash command that this client runs."""

    name: str
    description: str = ""


class SessionLimits(Wire):
    """How much a session may cost."""

    max_ai_credits: int = Field(ge=30)


class AutopilotConfig(Wire):
    """How far autopilot goes on by itself."""

    continuation_enabled: bool | None = None
    max_continues: int | None = None


class SessionConfig(Wire):
    """What a session is created or resumed with. None leaves the choice to the runtime."""

    session_id: str | None = None
    """A fresh UUID when None; an existing id is refused."""
    name: str | None = None
    model: str | None = None
    reasoning_effort: str | None = None
    """low, medium, high, xhigh, max."""
    provider: ProviderConfig | None = None
    providers: list[NamedProvider] | None = None
    models: list[ModelConfig] | None = None
    model_capabilities: dict[str, Any] | None = None
    """What a model of one's own can do, such as {"supports": {"vision": True}}: without that,
    pictures that tools return are left out."""
    streaming: bool = True
    """Answers come in pieces. The seed's default is False."""
    working_directory: Path | None = None
    """Where the agent's tools run; it must exist."""
    additional_directories: list[Path] | None = None
    config_dir: Path | None = None
    tools: list[Tool] | None = None
    """Declarations only; give functions to `create_session(tools=...)`."""
    available_tools: list[str] | None = None
    """Only these; an empty list is none at all."""
    excluded_tools: list[str] | None = None
    system_message: SystemMessageConfig | None = None
    custom_agents: list[CustomAgentConfig] | None = None
    agent: str | None = None
    mcp_servers: dict[str, McpServerConfig] | None = None
    disabled_mcp_servers: list[str] | None = None
    skill_directories: list[Path] | None = None
    disabled_skills: list[str] | None = None
    commands: list[CommandConfig] | None = None
    infinite_sessions: InfiniteSessionConfig | None = None
    request_user_input: bool = True
    """The agent has a tool to ask a person."""
    request_elicitation: bool | None = None
    request_exit_plan_mode: bool | None = None
    request_auto_mode_switch: bool | None = None
    ask_user_variant: str | None = None
    enable_file_change_tracking: bool | None = None
    """Needed to rewind files and to see the session's changes."""
    session_limits: SessionLimits | None = None
    autopilot: AutopilotConfig | None = None
    include_sub_agent_streaming_events: bool | None = None
    large_output: dict[str, Any] | None = None
    trust_working_directory: bool | None = None
    skip_custom_instructions: bool | None = None
    client_name: str | None = None
    continue_pending_work: bool | None = None
    """Resume only: requests that were open when the old process died are open again."""
    disable_resume: bool | None = None
    """Resume only: no `session.resume` event; the session is resumed all the same."""
    hooks: bool | None = None
    """Hooks are called; set by giving some."""
    auto_byok_from_env: bool = Field(default=False, exclude=True)
    """Take provider and model from COPILOT_SDK_BYOK_* when neither is set."""

    def to_wire(self) -> dict[str, Any]:
        """The parameters, with what is sent always.

        Permission requests are always wanted: without the flag the runtime denies silently.
        File hooks are always off: a repository could switch approvals off with them. So are the
        tools of `NEVER_OFFERED`, unless `available_tools` names them.
        """
        wire = super().to_wire()
        wire |= {"requestPermission": True, "enableFileHooks": False, "envValueMode": "direct"}
        named = {*(self.available_tools or ()), *(self.excluded_tools or ())}
        never = [name for name in NEVER_OFFERED if name not in named]
        wire["excludedTools"] = [*(self.excluded_tools or ()), *never]
        wire["toolFilterPrecedence"] = "excluded"
        return wire


class Position(Wire):
    """A place in a file."""

    line: int
    character: int = 0


class Selection(Wire):
    """A range in a file."""

    start: Position
    end: Position


class Attachment(Wire):
    """Something that goes along with a prompt.

    Files and directories are only named to the model; a selection's text and a blob's data are
    given to it.
    """

    type: Literal["file", "directory", "selection", "blob"]
    path: str | None = None
    file_path: str | None = None
    display_name: str | None = None
    text: str | None = None
    selection: Selection | None = None
    data: str | None = None
    """Base64."""
    mime_type: str | None = None


class MessageOptions(Wire):
    """A prompt and how it is sent."""

    prompt: str = ""
    attachments: list[Attachment] | None = None
    mode: Literal["enqueue", "immediate"] | None = None
    """immediate steers the turn that runs; a running shell command moves to the background."""
    display_prompt: str | None = None
    """What a transcript shows instead of the prompt."""
    agent_mode: str | None = None
    source: str | None = None
    request_headers: Secrets | None = Field(default=None, repr=False)
    response_format: dict[str, Any] | None = None
    required_tool: str | None = None
    prepend: bool | None = None
    billable: bool | None = None


class Capabilities(Wire):
    """What the session's clients can show."""

    ui: dict[str, Any] = Field(default_factory=dict)
    extensions: bool | None = None


class OpenedSession(Wire):
    """The runtime's reply to create and resume."""

    session_id: str = ""
    workspace_path: str | None = None
    start_time: str | None = None
    mode: str | None = None
    capabilities: Capabilities | None = None
    model_state: dict[str, Any] | None = None


class SentMessage(Wire):
    """The runtime's reply to a prompt."""

    message_id: str


class SessionMetadata(Wire):
    """One row of the list of sessions."""

    session_id: str
    name: str | None = None
    summary: str | None = None
    start_time: str | None = None
    modified_time: str | None = None
    is_remote: bool | None = None
    is_detached: bool | None = None
    client_name: str | None = None
    context: dict[str, Any] | None = None


class SessionFilter(Wire):
    """Which sessions to list."""

    cwd: str | None = None
    git_root: str | None = None
    repository: str | None = None
    branch: str | None = None
