"""Tab in our magics: what may follow on the line, and references in a prompt.

IPython's matchers where they exist, its older hook elsewhere. What is offered keeps its order:
variables before files. Nothing here calls the network.
"""

from __future__ import annotations

import re
from typing import Any

from copilot_nb.magics.offers import completions, fragment
from copilot_nb.magics.transform import MAGIC

_HOOK = "complete_command"
_CELL = re.compile(rf"\s*%%{MAGIC}\s")
_LINE = re.compile(
    rf"^[ \t]*(?:[^%=\n]+=[ \t]*)?%{MAGIC}[ \t]+(?:ask|fix|explain|steer)[ \t](?=.*\Z)",
    re.MULTILINE,
)
"""Where a prompt begins: in the cell, or on its last line."""


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

        def offer(words: list[str], typed: str, kind: str) -> Any:
            return {
                "completions": [SimpleCompletion(word, type=kind) for word in words] or _Nothing(),
                "matched_fragment": typed,
                "suppress": True,
                "ordered": True,
            }

        @context_matcher(identifier=f"{MAGIC}_matcher")  # type: ignore[untyped-decorator]  # IPython
        def matcher(context: Any) -> Any:
            text = context.line_with_cursor[: context.cursor_position]
            above = context.full_text.split("\n")[: context.cursor_line]
            referred = references("\n".join([*above, text]), self._shell)
            if referred is not None:
                typed, names = referred
                # Without the `@` that all have: by a common start JupyterLab sorts them anew.
                return offer([name[1:] for name in names], typed[1:], "reference")
            words = completions(text)
            if words is None:
                return {"completions": []}
            return offer(words, fragment(text), "magic")

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
        referred = references(event.text_until_cursor, self._shell)
        return (completions(event.text_until_cursor) or []) if referred is None else referred[1]


class _Nothing(tuple[()]):
    """No completions, counted as one: IPython leaves its own out only where there are others."""

    def __len__(self) -> int:
        return 1


def references(text: str, shell: Any) -> tuple[str, list[str]] | None:
    """The reference (`@…`) that is being typed in a prompt, and what it may become.

    Args:
        text: The cell as far as the cursor.
        shell: The InteractiveShell.
    """
    start = _CELL.match(text) or _LINE.search(text)
    if start is None or "@" not in text:
        return None
    from copilot_nb.notebook.context.completion import reference_names
    from copilot_nb.notebook.context.references import open_reference

    typed = open_reference(text[start.end() :])
    if typed is None:
        return None
    return f"@{typed}", [f"@{name}" for name in reference_names(typed, shell)]
