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
                # Without the `@` that all have: by a common start JupyterLab sorts them anew.
                return {
                    "completions": [SimpleCompletion(name[1:], type="reference") for name in names],
                    "matched_fragment": typed[1:],
                    "suppress": True,
                    "ordered": True,
                }
            found = [SimpleCompletion(word, type="magic") for word in completions(text)]
            return {
                "completions": found,
                "matched_fragment": fragment(text),
                "suppress": bool(found),
                "ordered": True,
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
        referred = references(event.text_until_cursor, self._shell)
        return completions(event.text_until_cursor) if referred is None else referred[1]


def references(text: str, shell: Any) -> tuple[str, list[str]] | None:
    """The reference (`@…`) that is being typed in a prompt, and what it may become.

    Args:
        text: The cell as far as the cursor.
        shell: The InteractiveShell.
    """
    prompt = re.match(rf"\s*%({MAGIC}\s+(ask|fix|explain|steer)|%{MAGIC})\s", text)
    if prompt is None or "@" not in text:
        return None
    from copilot_nb.notebook.context.completion import reference_names
    from copilot_nb.notebook.context.references import open_reference

    typed = open_reference(text[prompt.end() :])
    if typed is None:
        return None
    return f"@{typed}", [f"@{name}" for name in reference_names(typed, shell)]
