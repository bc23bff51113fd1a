"""The one conversation of this kernel, and what users reach it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload
from uuid import uuid4

from copilot_nb.errors import UsageError
from copilot_nb.kernel.frontend import detect
from copilot_nb.session.blocking import block_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.data.privacy import PrivacyRule
    from copilot_nb.notebook.conversation import Conversation
    from copilot_nb.notebook.stored.replay import StoredTurn
    from copilot_nb.notebook.toolbox import ToolTable
    from copilot_nb.session.session import Session
    from copilot_nb.session.toolbox import Entry
    from copilot_nb.session.turn import Turn
    from copilot_nb.views.tool_facts import ToolFact

_conversations: list[Conversation] = []
_kept_tools: list[Entry] = []
"""The user's own tools, over `%reload_ext`."""
_kept_rules: list[PrivacyRule] = []
"""The privacy rules of the session, over `%reload_ext`: it must not let out what was held back."""


def conversation() -> Conversation:
    """This kernel's conversation; made when it is first asked for, started by its first turn."""
    if not _conversations:
        from copilot_nb.notebook.conversation import Conversation

        made = Conversation()
        made.link.own_tools = tuple(_kept_tools)
        for rule in _kept_rules:
            made.privacy.add(rule, save=False)
        _conversations.append(made)
    return _conversations[0]


def existing() -> Conversation | None:
    """This kernel's conversation, if there is one already."""
    return _conversations[0] if _conversations else None


def current() -> Session:
    """The session that `%%copilot` talks to, started if it was not yet.

    What is asked through it draws nothing: `current().ask_sync("…")` returns a Turn.

    Raises:
        UsageError: This is no notebook or IPython: a script has a `Client` of its own.
    """
    if detect().kind == "none":
        raise UsageError(
            "There is no notebook here whose session this could be.",
            hint="In a script: `async with copilot_nb.Client() as client: …` (docs/session.md).",
        )
    talk = conversation()
    return talk.ready or block_on(talk.session())


def show(turn: Turn | StoredTurn | Mapping[str, Any] | int | None = None) -> None:
    """Draw a turn again, as it is stored in a notebook.

    Args:
        turn: The turn, its number in `%copilot history`, or the record of one that a notebook
            keeps beside its HTML; the newest of `%%copilot` when not given.

    Raises:
        UsageError: There is no such turn, or it is no record of one.
    """
    from copilot_nb.notebook.screen.screen import publish
    from copilot_nb.views import static
    from copilot_nb.views.record import MIME, from_record

    turn = conversation().last if turn is None else turn
    if turn is None:
        raise UsageError("There is no turn to show yet.", hint="Ask something with `%%copilot`.")
    if isinstance(turn, Mapping):
        transcript = from_record(turn)
    else:
        what = conversation().history.get(turn) if isinstance(turn, int) else turn
        transcript = what.transcript
    if transcript is None:
        hint = f"Take the value of {MIME!r} from an output's data."
        raise UsageError("This is no record of a turn.", hint=hint)
    bundle = static.mimebundle(transcript)
    publish(bundle, display_id=f"copilot-{uuid4().hex[:12]}", update=False)


async def close() -> None:
    """End the conversation with everything that it started; the next one begins anew."""
    while _conversations:
        ended = _conversations.pop()
        await ended.close()
        _kept_tools[:] = ended.link.own_tools
        _kept_rules[:] = ended.privacy.session


class Tools(Sequence["ToolFact"]):
    """The tools of this notebook's agent, asked for anew at each look; starts the runtime.

    `tools["bash"]` is one of them; `tools.disable("bash")` switches it off.
    """

    def table(self) -> ToolTable:
        """The tools as they are now."""
        from copilot_nb.notebook.toolbox import ToolTable

        switches = conversation().toolbox
        return ToolTable(switches, block_on(switches.facts()))

    def __len__(self) -> int:
        return len(self.table())

    @overload
    def __getitem__(self, key: int | str) -> ToolFact: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[ToolFact]: ...
    def __getitem__(self, key: int | str | slice) -> ToolFact | Sequence[ToolFact]:
        """A tool by its place or its name."""
        return self.table()[key]

    def __iter__(self) -> Iterator[ToolFact]:
        return iter(self.table())

    def enable(self, name: str) -> None:
        """Offer a tool again, from the next turn on."""
        self.table().enable(name)

    def disable(self, name: str) -> None:
        """Switch a tool off: it is no longer offered, and its calls are denied."""
        self.table().disable(name)

    def rule(self, name: str, decision: str) -> None:
        """Ask before each call of a tool, or allow or deny them all in this folder."""
        self.table().rule(name, decision)

    def __repr__(self) -> str:
        return repr(self.table())

    def _ipython_display_(self) -> None:
        self.table()._ipython_display_()


tools = Tools()
"""What `%copilot tools` lists, as a list."""
