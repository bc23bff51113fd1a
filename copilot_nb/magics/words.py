"""The words of a line, as a shell would read them."""

from __future__ import annotations

import io
import shlex

from copilot_nb.errors import UsageError


def next_word(text: str) -> tuple[str, str]:
    """The first word, unquoted, and what is left as it stands.

    Raises:
        UsageError: A quotation mark is not closed.
    """
    stream = io.StringIO(text)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        word = lexer.get_token()
    except ValueError:
        raise UsageError(f"A quotation mark is not closed in {text!r}.", hint="") from None
    return word or "", stream.read().lstrip()


def all_words(text: str) -> list[str]:
    """Every word, unquoted.

    Raises:
        UsageError: A quotation mark is not closed.
    """
    found: list[str] = []
    text = text.strip()
    while text:
        word, text = next_word(text)
        found.append(word)
    return found
