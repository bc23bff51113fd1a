"""What the agent asks for, in words: heading, exact text, place, consequences.

One function per kind of request. A kind that we do not know still reaches the person, as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from copilot_nb.transcript.blocks import EFFECT_KINDS, Effect, EffectKind, PermissionBlock
from copilot_nb.transcript.choices import permission_choices
from copilot_nb.transcript.diffs import diff_counts, diff_lines
from copilot_nb.transcript.presentation import file_language, first_line, indented
from copilot_nb.transcript.safety import visible, warnings

Prompt = Mapping[str, Any]
Fields = dict[str, str]

_SUBJECTS = {"commands": "shell"}
_EFFECTS = 60
"""More consequences than that are counted, not shown."""
_OF_NAMES = frozenset({"reads", "creates", "overwrites", "changes", "deletes", "imports"})
_NAME = re.compile(r"\A[^\W\d][\w.]*(?:\(\))?")


def permission(request_id: str, prompt: Prompt, *, tool_call_id: str = "") -> PermissionBlock:
    """The open block of a request.

    Args:
        request_id: What an answer names.
        prompt: The runtime's `promptRequest`, or ours for kernel code.
        tool_call_id: The call that asks, if `prompt` does not name it.
    """
    kind = _text(prompt, "kind")
    subject = _SUBJECTS.get(kind, kind)
    draw = _KINDS.get(subject)
    fields = draw(prompt) if draw else _unknown(prompt)
    if not (_text(prompt, "toolName") or any(map(fields.get, ("body", "place", "diff")))):
        fields |= {"body": indented(_rest(prompt))}  # a question must say what it is about
    raw = "\n".join((fields["heading"], fields.get("body", ""), fields.get("place", "")))
    shown: dict[str, Any] = {name: _SHOWN.get(name, visible)(text) for name, text in fields.items()}
    details = prompt.get("details")
    details = details if isinstance(details, Mapping) else {}
    found = (*_own_warnings(prompt), *warnings(raw), *_diff_warnings(fields.get("diff", "")))
    return PermissionBlock(
        id=request_id,
        subject=subject if draw else "unknown",
        warnings=found,
        effects=_effects(details),
        editable=subject == "kernel-code" and details.get("editable") is True,
        choices=permission_choices(subject, prompt, is_odd=bool(found)),
        tool_call_id=_text(prompt, "toolCallId") or tool_call_id,
        **shown,
    )


def _effects(details: Mapping[str, Any]) -> tuple[Effect, ...]:
    """What our own code analysis said; a kind that we do not know counts as unknown."""
    given = details.get("effects")
    effects = [
        _effect(_effect_kind(one.get("kind")), _one_line(str(one.get("text") or "")))
        for one in (given if isinstance(given, list | tuple) else ())
        if isinstance(one, Mapping)
    ]
    more = len(effects) - _EFFECTS
    rest = [Effect(kind="unknown", text=f"{more} more that are not shown")] if more > 0 else []
    return (*effects[:_EFFECTS], *rest)


def _effect(kind: EffectKind, text: str) -> Effect:
    """The consequence, the name that it is about set as code: "`df` (8,760 × 12)"."""
    return Effect(kind=kind, text=_NAME.sub(r"`\g<0>`", text) if kind in _OF_NAMES else text)


def _effect_kind(kind: object) -> EffectKind:
    return next((known for known in EFFECT_KINDS if known == kind), "unknown")


def _shell(prompt: Prompt) -> Fields:
    return {
        "heading": "Run this command?",
        "body": _text(prompt, "fullCommandText"),
        "language": "bash",
        "intention": _text(prompt, "intention"),
        "place": _text(prompt, "workingDirectory"),
    }


_VERBS = {"create": "Create", "delete": "Delete"}
"""What the runtime says of its intention, and what is asked about a file."""


def _write(prompt: Prompt) -> Fields:
    path, diff = _text(prompt, "fileName"), _text(prompt, "diff").strip("\n")
    intention = _text(prompt, "intention").lower()
    verb = next((verb for word, verb in _VERBS.items() if word in intention), "Change")
    added, gone = diff_counts(diff)
    return {
        "heading": f"{verb} {_name(path)}?" + (f" (+{added} −{gone})" if diff else ""),
        "body": "" if added or gone else _text(prompt, "newFileContents"),
        "language": file_language(path),
        "place": path,
        "diff": diff,
    }


def _read(prompt: Prompt) -> Fields:
    path = _text(prompt, "path") or _text(prompt, "body")
    intention = _text(prompt, "intention")
    verb = "Search in" if intention.lower().startswith("search") else "Read"
    repeats = path in intention
    return {
        "heading": f"{verb} {_name(path)}?",
        "body": path,
        "intention": "" if repeats else intention,
    }


def _path(prompt: Prompt) -> Fields:
    paths = prompt.get("paths")
    verb = "Write" if prompt.get("accessKind") == "write" else "Read"
    return {
        "heading": f"{verb} outside the working folder?",
        "body": "\n".join(map(str, paths)) if isinstance(paths, list) else _text(prompt, "path"),
    }


def _url(prompt: Prompt) -> Fields:
    url = _text(prompt, "url")
    return {
        "heading": f"Fetch from {_host(url)}?",
        "body": url,
        "intention": _text(prompt, "intention"),
    }


def _mcp(prompt: Prompt) -> Fields:
    return {
        "heading": f"Call {_text(prompt, 'toolName')} of {_text(prompt, 'serverName')}?",
        "body": indented(prompt.get("args")),
        "language": "json",
        "intention": _text(prompt, "toolTitle"),
    }


def _custom_tool(prompt: Prompt) -> Fields:
    return {
        "heading": f"Call {_text(prompt, 'toolName')}?",
        "body": indented(prompt.get("args")),
        "language": "json",
        "intention": first_line(_text(prompt, "toolDescription")),
    }


def _hook(prompt: Prompt) -> Fields:
    return {
        "heading": f"A hook asks: call {_text(prompt, 'toolName')}?",
        "body": indented(prompt.get("toolArgs")),
        "language": "json",
        "intention": _text(prompt, "hookMessage"),
    }


def _memory(prompt: Prompt) -> Fields:
    fact = _text(prompt, "fact") or _text(prompt, "content")
    return {
        "heading": "Remember this for later sessions?",
        "body": fact or indented(_rest(prompt)),
        "intention": _text(prompt, "intention"),
    }


def _kernel_code(prompt: Prompt) -> Fields:
    return {
        "heading": _text(prompt, "heading") or "Run this code in your kernel?",
        "body": _text(prompt, "body"),
        "language": _text(prompt, "language") or "python",
        "intention": _text(prompt, "intention"),
        "place": _text(prompt, "place"),
    }


def _release(prompt: Prompt) -> Fields:
    """Something withheld stands in what is about to leave the kernel."""
    return {
        "heading": _text(prompt, "heading") or "Send this to the model?",
        "body": _text(prompt, "body"),
        "intention": _text(prompt, "intention"),
        "place": _text(prompt, "place"),
    }


def _budget(prompt: Prompt) -> Fields:
    """A cap on what may be spent is reached."""
    return {
        "heading": _text(prompt, "heading") or "Spend more?",
        "body": _text(prompt, "body"),
        "intention": _text(prompt, "intention"),
    }


def _unknown(prompt: Prompt) -> Fields:
    fields = {name: _text(prompt, name) for name in ("intention", "place", "language")}
    return {
        "heading": _text(prompt, "heading") or f"Allow {_text(prompt, 'kind') or 'this'}?",
        "body": _text(prompt, "body") or indented(_rest(prompt)),
        **{name: value for name, value in fields.items() if value},
    }


_KINDS: Mapping[str, Callable[[Prompt], Fields]] = {
    "budget": _budget,
    "custom-tool": _custom_tool,
    "hook": _hook,
    "kernel-code": _kernel_code,
    "mcp": _mcp,
    "memory": _memory,
    "path": _path,
    "read": _read,
    "release": _release,
    "shell": _shell,
    "url": _url,
    "write": _write,
}


def _one_line(text: str) -> str:
    """The visible text without line ends: nothing in a path or name can look like another line."""
    return visible(text).replace("\n", "⟨U+000A⟩")


_SHOWN: Mapping[str, Callable[[str], str]] = {
    "heading": _one_line,
    "place": _one_line,
    "intention": lambda text: " ".join(visible(text).split()),
    "language": str,
}
"""Fields that are not simply made visible."""


def _own_warnings(prompt: Prompt) -> tuple[str, ...]:
    given = prompt.get("warnings")
    return tuple(map(visible, map(str, given))) if isinstance(given, list | tuple) else ()


def _diff_warnings(diff: str) -> tuple[str, ...]:
    """Invisible characters in added lines; long lines and odd alphabets are usual in files."""
    added = "\n".join(line[1:] for line in diff_lines(diff) if line.startswith("+"))
    return tuple(text for text in warnings(added) if "⟨U+…⟩" in text)


def _text(prompt: Prompt, name: str) -> str:
    value = prompt.get(name)
    return value if isinstance(value, str) else ""


def _rest(prompt: Prompt) -> dict[str, Any]:
    left_out = {"kind", "toolCallId", "intention"}
    return {name: value for name, value in prompt.items() if name not in left_out}


def _name(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name or path


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the network"
    except ValueError:
        return "the network"
