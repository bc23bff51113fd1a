"""Stored turns: what a prompt came to the last time, to be shown again without asking anybody.

Every finished turn is stored by its prompt, the newest in place of older ones. By itself nothing is
replayed: an analysis that runs every night must not show yesterday's answer. Only where nobody is
there, and somebody has named the folder of stored turns, they are shown instead of asking.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot_nb.errors import UsageError
from copilot_nb.notebook.stored.bookmark import notebook_name, state_folder, write_private
from copilot_nb.session.turn import CodeBlock, code_blocks
from copilot_nb.transcript.blocks import NoticeBlock, ToolBlock, Transcript, Usage
from copilot_nb.transcript.changes import to_wire
from copilot_nb.transcript.wire import from_wire

if TYPE_CHECKING:
    from copilot_nb.notebook.options import AskOptions
    from copilot_nb.notebook.settings import Settings

KEPT = 200
"""Turns that are kept of a notebook."""
_LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn from the store; it has what a finished turn has, but for its events."""

    transcript: Transcript
    at: datetime
    """When it ended."""

    @property
    def prompt(self) -> str:
        """What was asked."""
        return self.transcript.prompt

    @property
    def text(self) -> str:
        """The answer."""
        return self.transcript.text

    @property
    def code_blocks(self) -> tuple[CodeBlock, ...]:
        """The fenced code of the answer."""
        return code_blocks(self.text)

    @property
    def tool_calls(self) -> tuple[ToolBlock, ...]:
        """The tool calls, in order."""
        return self.transcript.tools

    @property
    def usage(self) -> Usage:
        """What it cost then."""
        return self.transcript.usage

    @property
    def aborted(self) -> bool:
        """Whether it was stopped; such turns are not stored."""
        return False

    def _repr_html_(self) -> str:
        from copilot_nb.views.static import to_html

        return to_html(self.transcript)


class Replays:
    """The stored turns of one notebook.

    Args:
        settings: Its settings.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def put(self, transcript: Transcript) -> None:
        """Store a turn that ended well. A full disk must not end a cell."""
        if transcript.state != "done" or not self._settings.get("record"):
            return
        record = {"at": datetime.now(UTC).isoformat(), "turn": to_wire(transcript)}
        with suppress(OSError, TypeError):
            path = self._path(transcript.prompt)
            write_private(path, json.dumps(record))
            _prune(path.parent)

    def get(self, prompt: str) -> StoredTurn | None:
        """The stored turn of that prompt, marked as what it is."""
        try:
            path = self._path(prompt)
            if path.stat().st_size > _LARGEST:
                return None
            record: Any = json.loads(path.read_text(encoding="utf-8"))
            at = datetime.fromisoformat(record["at"])
            found = from_wire(record["turn"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        when = at.astimezone().strftime("%Y-%m-%d %H:%M")
        text = f"Replayed: this is the turn of {when}. Nobody was asked and nothing ran."
        notice = NoticeBlock(id="replayed", text=text)
        return StoredTurn(replace(found, prompt=prompt, blocks=(notice, *found.blocks)), at)

    def wanted(self, prompt: str, options: AskOptions, *, attended: bool) -> StoredTurn | None:
        """The stored turn that shall be shown instead of asking; None to ask.

        Args:
            prompt: What is asked.
            options: How; they may want it or forbid it.
            attended: Whether somebody is there.

        Raises:
            UsageError: A replay is wanted, and this prompt has none.
        """
        if options.replay == "live":
            return None
        if options.replay == "replay":
            found = self.get(prompt)
            if found is None:
                raise UsageError(
                    "There is no stored turn of this prompt.",
                    hint=f"Run the cell once with --live; turns are kept in {self.folder}.",
                )
            return found
        named = self._settings.get("turns")
        return self.get(prompt) if named and not attended else None

    @property
    def folder(self) -> Path:
        """Where they are: the folder that was named, else this notebook's of the user's own."""
        named = self._settings.get("turns")
        if named:
            return Path(named).expanduser()
        environ = self._settings.environ
        name = hashlib.sha256(notebook_name(environ).encode()).hexdigest()[:24]
        return state_folder(environ) / "turns" / name

    def _path(self, prompt: str) -> Path:
        name = hashlib.sha256(prompt.strip().encode(errors="replace")).hexdigest()[:32]
        return self.folder / f"{name}.json"


def _prune(folder: Path) -> None:
    """Leave the newest ones."""
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)
