"""Tab in our magics: subcommands, options, and values that are known without asking anybody.

IPython's matchers where they exist, its older hook elsewhere. Nothing here calls the network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from copilot_nb.magics.transform import MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOOK = "complete_command"


class Completion:
    """One shell's completion of our magics."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._matcher: Any = None

    def install(self) -> None:
        """Ask us first when a line starts with our magic."""
        try:
            from IPython.core.completer import SimpleCompletion, context_matcher
        except ImportError:
            for start in (f"%{MAGIC}", f"%%{MAGIC}"):
                self._shell.set_hook(_HOOK, self._hook, str_key=start)
            return

        @context_matcher(identifier=f"{MAGIC}_matcher")  # type: ignore[untyped-decorator]  # IPython
        def matcher(context: Any) -> Any:
            text = context.line_with_cursor[: context.cursor_position]
            above = context.full_text.split("\n")[: context.cursor_line]
            referred = references("\n".join([*above, text]), self._shell)
            if referred is not None:
                typed, names = referred
                return {
                    "completions": [SimpleCompletion(name, type="reference") for name in names],
                    "matched_fragment": typed,
                    "suppress": True,
                }
            found = [SimpleCompletion(word, type="magic") for word in completions(text)]
            return {
                "completions": found,
                "matched_fragment": text.rpartition(" ")[2],
                "suppress": bool(found),
            }

        self._matcher = matcher
        self._shell.Completer.custom_matchers.append(matcher)

    def uninstall(self) -> None:
        """Ask us no more."""
        if self._matcher is not None:
            self._shell.Completer.custom_matchers.remove(self._matcher)
            return
        dispatcher = self._shell.strdispatchers[_HOOK]
        for start in (f"%{MAGIC}", f"%%{MAGIC}"):
            dispatcher.strs.pop(start, None)

    def _hook(self, _shell: Any, event: Any) -> list[str]:
        return completions(event.text_until_cursor)


def references(text: str, shell: Any) -> tuple[str, list[str]] | None:
    """The reference (`@…`) that is being typed in a prompt, and what it may become.

    Args:
        text: The cell as far as the cursor.
        shell: The InteractiveShell.
    """
    prompt = re.match(rf"\s*%({MAGIC}\s+ask|%{MAGIC})\s", text)
    if prompt is None or "@" not in text:
        return None
    from copilot_nb.notebook.context.completion import reference_names
    from copilot_nb.notebook.context.references import open_reference

    typed = open_reference(text[prompt.end() :])
    if typed is None:
        return None
    return f"@{typed}", [f"@{name}" for name in reference_names(typed, shell)]


def completions(text: str) -> list[str]:
    """The words that may follow.

    Args:
        text: The line as far as the cursor.
    """
    start, _, rest = text.lstrip().partition(" ")
    if start not in {f"%{MAGIC}", f"%%{MAGIC}"} or " " not in text.lstrip():
        return []
    from copilot_nb.magics.commands import COMMANDS

    words = rest.split(" ")
    typed = words[-1]
    if start == f"%{MAGIC}":
        if len(words) == 1:
            return [name for name in COMMANDS if name.startswith(typed)]
        command = COMMANDS.get(words[0])
        words = words[1:]
    else:
        command = COMMANDS["ask"]
    if command is None or "--" in words[:-1]:
        return []
    if typed.startswith("-"):
        return [flag for flag in command.options if flag.startswith(typed)]
    values = _values(command.name) if len(words) == 1 else ()
    return [word for word in values if word.startswith(typed)]


def _values(command: str) -> Iterable[str]:
    """What the first word of a command may be, as far as that is known here."""
    if command == "help":
        from copilot_nb.magics.commands import COMMANDS

        return COMMANDS
    if command == "provider":
        from copilot_nb.notebook.providers import PRESETS

        return PRESETS
    return ()
