"""Markdown to HTML: what each piece of it becomes."""

from __future__ import annotations

import pytest

from copilot_nb.views.markdown import LIMIT, code_block, inline_html, to_html

PIECES = [
    ("a *b* **c** ~~d~~ `e`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code></p>"),
    ("a  \nb\nc", "<p>a<br>\nb\nc</p>"),
    (
        "## Title *x*",
        '<p class="copilot-h copilot-h2" role="heading" aria-level="2">'
        "<strong>Title <em>x</em></strong></p>",
    ),
    ("---", "<hr>"),
    ("> a", "<blockquote><p>a</p>\n</blockquote>"),
    ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
    ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    ("1. a", "<ol><li>a</li></ol>"),
    ("- a\n\n- b", "<ul><li><p>a</p>\n</li><li><p>b</p>\n</li></ul>"),
    (
        "- [x] a\n- [ ] b",
        '<ul><li class="copilot-task">☑ a</li><li class="copilot-task">☐ b</li></ul>',
    ),
    (
        "| a | b | c |\n|--|:-:|--:|\n| 1 | 2 | 3 |",
        '<div class="copilot-tablewrap"><table>'
        '<thead><tr><th>a</th><th align="center">b</th><th align="right">c</th></tr></thead>'
        '<tbody><tr><td>1</td><td align="center">2</td><td align="right">3</td></tr></tbody>'
        "</table></div>",
    ),
    (
        "[a](https://example.org/?x=1&y=2)",
        '<p><a href="https://example.org/?x=1&amp;y=2" title="https://example.org/?x=1&amp;y=2"'
        ' target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
    ),
    ("[a](/lab)", "<p>a</p>"),
    (
        "![map](https://example.org/a.png)",
        '<p><em class="copilot-image">Image not loaded: map</em></p>',
    ),
    (
        "![](https://example.org/a.png)",
        '<p><em class="copilot-image">Image not loaded: https://example.org/a.png</em></p>',
    ),
    (
        "![dot](data:image/gif;base64,AAAA)",
        '<p><img src="data:image/gif;base64,AAAA" alt="dot"></p>',
    ),
    ("H<sub>2</sub>O <br/> <KBD>x</KBD>", "<p>H<sub>2</sub>O <br> <kbd>x</kbd></p>"),
    ("<b>a <i>b</b> c", "<p><b>a <i>b&lt;/b&gt; c</i></b></p>"),
    ("<div>\nx\n</div>", '<p class="copilot-rawhtml">&lt;div&gt;\nx\n&lt;/div&gt;</p>'),
    ("a &amp; b &lt; \\* c", "<p>a &amp; b &lt; * c</p>"),
    (r"\begin{x}", "<p>\\<span>begin</span>{x}</p>"),
    (
        "$x$ costs $5 or $6",
        '<p><span class="copilot-math">$x$</span> costs <span>$</span>5 or <span>$</span>6</p>',
    ),
    ("$$x$$ y", '<p><span class="copilot-math">$$x$$</span> y</p>'),
    (r"\[x\] y", '<p><span class="copilot-math">$$x$$</span> y</p>'),
    ("$a<b$", '<p><span class="copilot-math">$a&lt;b$</span></p>'),
    (r"$\href{javascript:1}{x}$", r"<p><code>$\href{javascript:1}{x}$</code></p>"),
    ("```\na\n\nb\n```", '<pre class="copilot-code"><code>a\n\nb</code></pre>'),
    (
        "```sh -x\nls # list\n```",
        '<pre class="copilot-code" data-language="sh"><code>ls <span class="c"># list</span>'
        "</code></pre>",
    ),
    ("    a", '<pre class="copilot-code"><code>a</code></pre>'),
    ("a\u202eb `c\u202ed`", "<p>a\u202eb <code>c⟨U+202E⟩d</code></p>"),
    ("", ""),
]


@pytest.mark.parametrize(("source", "html"), PIECES, ids=[source for source, _ in PIECES])
def test_pieces_of_markdown(source: str, html: str) -> None:
    """One by one."""
    assert to_html(source).strip() == html


def test_a_huge_text_is_shown_as_it_is() -> None:
    """Without parsing it."""
    html = to_html("*" * (LIMIT + 1))

    assert html.startswith('<pre class="copilot-output">***')


def test_code_has_colours_and_nothing_else() -> None:
    """Six classes, and text of unknown languages as it is."""
    code = "@wrap\ndef f(x: int) -> str:\n    return f'{x}' or None  # 1"

    assert code_block(code, "python") == (
        '<pre class="copilot-code" data-language="python"><code>'
        '<span class="f">@wrap</span>\n<span class="k">def</span> <span class="f">f</span>'
        '(x: <span class="o">int</span>) -&gt; <span class="o">str</span>:\n    '
        '<span class="k">return</span> <span class="s">f\'</span><span class="o">{</span>x'
        '<span class="o">}</span><span class="s">\'</span> <span class="k">or</span> '
        '<span class="m">None</span>  <span class="c"># 1</span></code></pre>\n'
    )
    assert code_block("<x>", "klingon") == (
        '<pre class="copilot-code" data-language="klingon"><code>&lt;x&gt;</code></pre>\n'
    )
    assert "<span" not in code_block("x = 1 # " + "x" * 50_000, "python")


def test_a_line_of_ours_knows_only_code() -> None:
    """Hints name commands between backticks; nothing else in them means anything."""
    assert inline_html("Run `%copilot <x>` *now*") == ("Run <code>%copilot &lt;x&gt;</code> *now*")


def test_text_nested_beyond_all_reason_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that gives up does not take the turn with it."""

    def give_up(_source: str) -> str:
        raise RecursionError

    monkeypatch.setattr("copilot_nb.views.markdown._parser", lambda: give_up)

    assert to_html("a < b") == '<pre class="copilot-output">a &lt; b</pre>'
