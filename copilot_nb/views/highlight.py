"""Code with colours: spans of six short classes, for a style that knows both themes."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.lexer import Lexer
    from pygments.token import _TokenType

LIMIT = 40_000
"""Longer code stays plain."""

_NAME = re.compile(r"[A-Za-z0-9_+#.-]{1,24}")


def highlight(code: str, language: str) -> str:
    """HTML of the code, escaped, with `<span class="k|s|m|c|f|o">` around what has a colour.

    Args:
        code: The text; invisible characters in it are made visible.
        language: Any name that Pygments knows; others give plain text.
    """
    code = visible(code.replace("\r\n", "\n"))
    lexer = _lexer(language.lower()) if len(code) <= LIMIT else None
    if lexer is None:
        return html.escape(code, quote=False)
    pieces = groupby(_pieces(lexer, code), key=lambda piece: piece[0])
    return "".join(_span(name, "".join(text for _, text in group)) for name, group in pieces)


def language_name(info: str) -> str:
    """The language that a fence names; nothing for what can not be one."""
    match = _NAME.match(info.strip())
    return match[0].lower() if match else ""


def _pieces(lexer: Lexer, code: str) -> Iterator[tuple[str, str]]:
    # Lexers want a line end behind the last line; it is taken off again.
    *tokens, (last, end) = lexer.get_tokens(code + "\n")
    for kind, text in (*tokens, (last, end.removesuffix("\n"))):
        name = _class(kind)
        yield ("" if not text.strip() else name), text


def _span(name: str, text: str) -> str:
    text = html.escape(text, quote=False)
    return f'<span class="{name}">{text}</span>' if name else text


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    if language in {"", "text", "plain", "plaintext"}:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _class(kind: _TokenType) -> str:
    from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String

    classes: tuple[tuple[Any, str], ...] = (
        (Comment, "c"),
        (Number, "m"),
        (Keyword.Constant, "m"),
        (String.Interpol, "o"),
        (String, "s"),
        (Literal, "m"),
        (Keyword, "k"),
        (Operator.Word, "k"),
        (Name.Builtin, "o"),
        (Name.Function, "f"),
        (Name.Class, "f"),
        (Name.Decorator, "f"),
        (Name.Tag, "f"),
        (Name.Attribute, "f"),
    )
    return next((name for base, name in classes if kind in base), "")
