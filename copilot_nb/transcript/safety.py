"""Text that somebody decides about: nothing in it is invisible, and what is odd is said.

`visible` shows characters that hide, reorder or imitate; `warnings` says in words what a reader
must know before allowing something.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_SPACES = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROLS = "\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
_EMOJI_STYLE = r"(?<![\u00a9\u00ae\u2000-\u3300\U0001f000-\U0001faff])\ufe0f"
_BARE_RETURN = r"\r(?!\n)"

_HIDING = re.compile(f"[{_INVISIBLE}]|{_EMOJI_STYLE}")
_CONTROL = re.compile(f"[{_CONTROLS}]|{_BARE_RETURN}")
_SPACE = re.compile(f"[{_SPACES}]")
_MARKED = re.compile(f"[{_INVISIBLE}{_SPACES}{_CONTROLS}]|{_EMOJI_STYLE}|{_BARE_RETURN}")
_UNSOUND = re.compile(f"[{_CONTROLS}]")
_WORD = re.compile(r"[^\W\d_]+")
_GAP = re.compile(r"[ \t]{40,}\S|\n(?:[ \t]*\n){9,}\s*\S")

_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH"})
_LONG_LINE = 500


def visible(text: str) -> str:
    """The text with every hiding, reordering or control character written as ⟨U+202E⟩.

    Line ends and tabs stay; so does all that a reader can see. The result can always be encoded.
    """
    return text if _is_plain(text) else _MARKED.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def sound(text: str) -> str:
    """The text with control characters and halves of surrogate pairs replaced: it can be stored."""
    return text if _is_plain(text) else _UNSOUND.sub("\ufffd", text)


def warnings(text: str) -> tuple[str, ...]:
    """What a reader must know about a text before allowing it; empty for nearly all texts."""
    found = []
    if _HIDING.search(text):
        found.append("It contains invisible or direction-changing characters, shown as ⟨U+…⟩.")
    if _CONTROL.search(text):
        found.append("It contains control characters, shown as ⟨U+…⟩.")
    if _SPACE.search(text):
        found.append("It contains spaces that are not plain spaces, shown as ⟨U+…⟩.")
    if mixed := _mixed_words(text):
        found.append(f"It mixes look-alike letters of different alphabets: {mixed}.")
    if _GAP.search(text) or max(map(len, text.split("\n"))) > _LONG_LINE:
        found.append("It has long gaps or lines: look at all of it.")
    return tuple(found)


def _is_plain(text: str) -> bool:
    """Whether a glance is enough: this runs over growing texts again and again."""
    return text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()


def _mixed_words(text: str) -> str:
    """The first words whose letters come from several alphabets that look alike, quoted."""
    if text.isascii():
        return ""
    words = (word for word in _WORD.findall(text) if not word.isascii() and _imitates(word))
    return ", ".join(f"“{visible(word)}”" for word, _ in zip(words, range(3), strict=False))


def _imitates(word: str) -> bool:
    """Whether its letters come from several alphabets, or are an ASCII name to Python (𝐞𝐱𝐞𝐜)."""
    return len(_alphabets(word)) > 1 or unicodedata.normalize("NFKC", word).isascii()


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in word} & _SCRIPTS
