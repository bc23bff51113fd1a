"""Markdown of a model to HTML that nobody need fear.

Every tag in the result is written here. Raw HTML of the source is shown as text, apart from bare
inline tags such as <sub>; links lead to http, https, mailto or #; no picture is loaded.
Formulas stay between dollar signs, for whoever shows the page to typeset.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

from copilot_nb.transcript.safety import sound, visible
from copilot_nb.views.highlight import highlight, language_name
from copilot_nb.views.safety import safe_image, safe_tex, safe_url

if TYPE_CHECKING:
    from mistune import Markdown
    from mistune.block_parser import BlockParser
    from mistune.core import BlockState, InlineState
    from mistune.inline_parser import InlineParser

Token = Mapping[str, Any]

BARE_TAGS = frozenset(
    {"b", "br", "em", "i", "kbd", "mark", "s", "small", "strong", "sub", "sup", "u"}
)
"""Inline tags that a source may use, without attributes."""

LIMIT = 400_000
"""Longer text is shown as it is."""

_BARE_TAG = re.compile(r"<(/?)([a-zA-Z]+)\s*/?>")
_BLOCK_MATH = (
    r"^ {0,3}(?:\$\$(?P<block_tex>[^$]+)\$\$|\\\[(?P<bracket_tex>[\s\S]{1,2000}?)\\\])[ \t]*$"
)
_INLINE_MATH = (
    r"\$\$(?P<display_tex>[^$]+)\$\$|\\\((?P<paren_tex>[^\n]{1,500}?)\\\)"
    r"|\\\[(?P<inline_bracket_tex>[^\n]{1,500}?)\\\]"
    r"|\$(?![\s$])(?P<tex>[^$\n`]*[^$\s`\\])\$(?![\d$])"
)
_LONG_GAP = re.compile(r"[ \t]{400,}")
"""Parsers of Markdown look at such gaps again and again."""


def to_html(source: str) -> str:
    """HTML of a Markdown text."""
    source = _LONG_GAP.sub(lambda gap: gap[0][:400], sound(source))
    if len(source) > LIMIT:
        return _preformatted(source)
    try:
        tokens = _parser()(source)
        return _blocks(tokens) if isinstance(tokens, list) else _preformatted(source)
    except RecursionError:
        return _preformatted(source)


def inline_html(source: str) -> str:
    """HTML of one line in which only `code` between backticks means something."""
    parts = re.split(r"`([^`]+)`", source)
    return "".join(_code(part) if at % 2 else text(part) for at, part in enumerate(parts))


def text(value: str) -> str:
    """Text as HTML; dollar signs in it do not begin a formula."""
    escaped = html.escape(sound(value), quote=False)
    return escaped.replace("$", "<span>$</span>").replace("\\begin", "\\<span>begin</span>")


@cache
def _parser() -> Markdown:
    from mistune import create_markdown

    plugins = ["table", "strikethrough", "task_lists", "url"]
    parser = create_markdown(renderer=None, plugins=plugins)
    parser.block.register("block_math", _BLOCK_MATH, _parse_block_math, before="list")
    # Newer releases skip plain text if they know what a rule begins with.
    is_known = "start_chars" in signature(parser.inline.register).parameters
    begins: Any = {"start_chars": ["$", "\\"]} if is_known else {}
    parser.inline.register("math", _INLINE_MATH, _parse_inline_math, before="escape", **begins)
    return parser


def _parse_block_math(_parser: BlockParser, match: re.Match[str], state: BlockState) -> int:
    tex = match["block_tex"] or match["bracket_tex"]
    state.append_token({"type": "block_math", "raw": tex})
    return match.end() + 1


def _parse_inline_math(_parser: InlineParser, match: re.Match[str], state: InlineState) -> int:
    inline = match["tex"] or match["paren_tex"]
    tex = inline or match["display_tex"] or match["inline_bracket_tex"]
    mark = "$" if inline else "$$"
    state.append_token({"type": "math", "raw": tex, "attrs": {"mark": mark}})
    return match.end()


def _preformatted(source: str) -> str:
    return f'<pre class="copilot-output">{html.escape(visible(source), quote=False)}</pre>'


def _code(value: str) -> str:
    return f"<code>{html.escape(visible(value), quote=False)}</code>"


def _children(token: Token) -> list[Token]:
    children = token.get("children")
    return children if isinstance(children, list) else []


def _raw(token: Token) -> str:
    return str(token.get("raw") or "")


def _attrs(token: Token) -> Mapping[str, Any]:
    return token.get("attrs") or {}


# Blocks


def _blocks(tokens: Iterable[Token]) -> str:
    return "".join(_block(token) for token in tokens)


def _block(token: Token) -> str:
    draw = _BLOCKS.get(token["type"])
    return draw(token) if draw else text(_raw(token)) + _blocks(_children(token))


def _paragraph(token: Token) -> str:
    return f"<p>{_inlines(token)}</p>\n"


def _heading(token: Token) -> str:
    """A paragraph, because notebooks take headings in outputs for headings of their own."""
    level = int(_attrs(token).get("level", 2))
    inner = _inlines(token)
    head = f'class="copilot-h copilot-h{level}" role="heading" aria-level="{level}"'
    return f"<p {head}><strong>{inner}</strong></p>\n"


def _block_code(token: Token) -> str:
    language = language_name(str(_attrs(token).get("info") or ""))
    return code_block(_raw(token).removesuffix("\n"), language)


def code_block(code: str, language: str) -> str:
    """Highlighted code in a box."""
    name = language_name(language)
    label = f' data-language="{name}"' if name not in {"", "text"} else ""
    return f'<pre class="copilot-code"{label}><code>{highlight(code, language)}</code></pre>\n'


def _block_quote(token: Token) -> str:
    return f"<blockquote>{_blocks(_children(token))}</blockquote>\n"


def _block_html(token: Token) -> str:
    return f'<p class="copilot-rawhtml">{text(_raw(token).strip())}</p>\n'


def _block_tex(token: Token) -> str:
    return f"<p>{_math(_raw(token).strip(), '$$')}</p>\n"


def _list(token: Token) -> str:
    attrs = _attrs(token)
    items = "".join(_item(item, tight=bool(token.get("tight"))) for item in _children(token))
    if not attrs.get("ordered"):
        return f"<ul>{items}</ul>\n"
    start = attrs.get("start")
    number = f' start="{start}"' if isinstance(start, int) and start != 1 else ""
    return f"<ol{number}>{items}</ol>\n"


def _item(token: Token, *, tight: bool) -> str:
    children = _children(token)
    inner = "".join(
        _inlines(child) if tight and child["type"] == "paragraph" else _block(child)
        for child in children
    )
    if token["type"] != "task_list_item":
        return f"<li>{inner}</li>"
    box = "☑" if _attrs(token).get("checked") else "☐"
    return f'<li class="copilot-task">{box} {inner}</li>'


def _table(token: Token) -> str:
    parts = "".join(
        f"<thead>{_row(part)}</thead>"
        if part["type"] == "table_head"
        else f"<tbody>{''.join(_row(row) for row in _children(part))}</tbody>"
        for part in _children(token)
    )
    return f'<div class="copilot-tablewrap"><table>{parts}</table></div>\n'


def _row(token: Token) -> str:
    return f"<tr>{''.join(_cell(cell) for cell in _children(token))}</tr>"


def _cell(token: Token) -> str:
    attrs = _attrs(token)
    tag = "th" if attrs.get("head") else "td"
    align = attrs.get("align")
    where = f' align="{align}"' if align in {"left", "center", "right"} else ""
    return f"<{tag}{where}>{_inlines(token)}</{tag}>"


# Inlines


def _inlines(token: Token) -> str:
    """The token's children; bare tags among them are closed where they end."""
    if "children" not in token:
        return text(html.unescape(_raw(token)))
    open_tags: list[str] = []
    parts = [
        _tag(_raw(child), open_tags) if child["type"] == "inline_html" else _inline(child)
        for child in _children(token)
    ]
    return "".join(parts) + "".join(f"</{name}>" for name in reversed(open_tags))


def _inline(token: Token) -> str:
    draw = _INLINES.get(token["type"])
    return draw(token) if draw else text(_raw(token)) + _inlines(token)


def _tag(raw: str, open_tags: list[str]) -> str:
    match = _BARE_TAG.fullmatch(raw)
    name = match[2].lower() if match else ""
    if match is None or name not in BARE_TAGS:
        return text(raw)
    if name == "br":
        return "<br>"
    if not match[1]:
        open_tags.append(name)
        return f"<{name}>"
    if open_tags and open_tags[-1] == name:
        open_tags.pop()
        return f"</{name}>"
    return text(raw)


def _text(token: Token) -> str:
    return text(html.unescape(_raw(token)))


def _codespan(token: Token) -> str:
    return _code(_raw(token))


def _link(token: Token) -> str:
    inner = _inlines(token)
    url = safe_url(str(_attrs(token).get("url") or ""))
    if url is None:
        return inner
    address = html.escape(url)
    return (
        f'<a href="{address}" title="{address}" target="_blank"'
        f' rel="noopener noreferrer nofollow">{inner}</a>'
    )


def _image(token: Token) -> str:
    url = str(_attrs(token).get("url") or "")
    alt = _plain_text(token)
    if picture := safe_image(url):
        return f'<img src="{picture}" alt="{html.escape(alt)}">'
    return f'<em class="copilot-image">Image not loaded: {text(alt or visible(url)[:200])}</em>'


def _plain_text(token: Token) -> str:
    return html.unescape(_raw(token)) + "".join(map(_plain_text, _children(token)))


def _math_token(token: Token) -> str:
    return _math(_raw(token).strip(), str(_attrs(token)["mark"]))


def _math(tex: str, mark: str) -> str:
    if not safe_tex(tex):
        return _code(f"{mark}{tex}{mark}")
    tex = html.escape(visible(tex), quote=False)
    return f'<span class="copilot-math">{mark}{tex}{mark}</span>'


def _wrapped(tag: str) -> Callable[[Token], str]:
    return lambda token: f"<{tag}>{_inlines(token)}</{tag}>"


_BLOCKS: Mapping[str, Callable[[Token], str]] = {
    "blank_line": lambda _token: "",
    "block_code": _block_code,
    "block_html": _block_html,
    "block_math": _block_tex,
    "block_quote": _block_quote,
    "block_text": _inlines,
    "heading": _heading,
    "list": _list,
    "paragraph": _paragraph,
    "table": _table,
    "thematic_break": lambda _token: "<hr>\n",
}

_INLINES: Mapping[str, Callable[[Token], str]] = {
    "codespan": _codespan,
    "emphasis": _wrapped("em"),
    "image": _image,
    "linebreak": lambda _token: "<br>\n",
    "link": _link,
    "math": _math_token,
    "softbreak": lambda _token: "\n",
    "strikethrough": _wrapped("del"),
    "strong": _wrapped("strong"),
    "text": _text,
}
