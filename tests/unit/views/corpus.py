"""The corpus of hostile inputs, and what HTML of ours may contain."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

DATA = Path(__file__).parents[2] / "data" / "hostile.json"

TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "details",
        "div",
        "em",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
ATTRIBUTES = frozenset(
    [
        "align",
        "alt",
        "aria-level",
        "class",
        "data-language",
        "data-state",
        "href",
        "rel",
        "role",
        "src",
        "start",
        "target",
        "title",
        "width",
    ]
)
CLASSES = re.compile(r"copilot-[a-z0-9_-]+|[ksmcfo]|gi|gd|gh")
VOID = frozenset({"br", "hr", "img"})
SAFE_HREF = re.compile(r"https?://|mailto:|#")
SAFE_SRC = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")


@dataclass(frozen=True)
class Hostile:
    """One entry of the corpus."""

    name: str
    kind: str
    text: str


def hostile(kind: str) -> list[Hostile]:
    """The entries of that kind."""
    entries = [Hostile(**entry) for entry in json.loads(DATA.read_text())]
    return [entry for entry in entries if entry.kind == kind]


@dataclass
class Findings(HTMLParser):
    """What a parser sees in a piece of HTML: its text, its tags, and all that may not be there."""

    texts: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.left_open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge a tag and its attributes."""
        self.tags.append(tag)
        if tag not in TAGS:
            self.wrong.append(f"tag {tag}")
        for name, value in attrs:
            self.wrong.extend(_judge(tag, name, value or ""))
        if tag not in VOID:
            self.left_open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Judge the nesting."""
        if not self.left_open or self.left_open.pop() != tag:
            self.wrong.append(f"misplaced end of {tag}")

    def handle_data(self, data: str) -> None:
        """Keep the text, and the style apart."""
        (self.styles if self.left_open[-1:] == ["style"] else self.texts).append(data)

    def handle_comment(self, data: str) -> None:
        """Nothing of ours writes comments."""
        self.wrong.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        """Nothing of ours writes declarations."""
        self.wrong.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        """Nothing of ours writes processing instructions."""
        self.wrong.append(f"instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        """Nothing of ours writes CDATA."""
        self.wrong.append(f"declaration {data!r}")

    @property
    def text(self) -> str:
        """What a reader sees."""
        return "".join(self.texts)


def inspect(html: str) -> Findings:
    """Parse a piece of HTML; what is left open counts as wrong."""
    findings = Findings()
    findings.feed(html)
    findings.close()
    findings.wrong.extend(f"{tag} left open" for tag in findings.left_open)
    return findings


def _judge(tag: str, name: str, value: str) -> list[str]:
    wrong = [] if name in ATTRIBUTES else [f"{name} on {tag}"]
    if name == "href" and not SAFE_HREF.match(value):
        wrong.append(f"href {value!r}")
    if name == "src" and not SAFE_SRC.fullmatch(value):
        wrong.append(f"src {value[:80]!r}")
    if name == "class":
        wrong.extend(f"class {word!r}" for word in value.split() if not CLASSES.fullmatch(word))
    return wrong
