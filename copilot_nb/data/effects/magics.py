"""What IPython's magics do, as IPython writes them into code: `get_ipython().run_line_magic(…)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from copilot_nb.data.effects.values import UNKNOWN, Value

if TYPE_CHECKING:
    from copilot_nb.data.effects.walk import Walk

IPYTHON = "IPython.get_ipython()"
INSIDE = f"{IPYTHON}."
TEXT = 80
"""Characters of a command that are shown."""
_PROGRAMS = {"bash", "sh", "script", "system", "sx", "perl", "ruby", "cmd", "python", "python3",
             "python2", "pypy", "!", "js_script", "R", "julia"}  # fmt: skip
_PACKAGES = {"pip", "conda", "mamba", "micromamba", "uv"}
_CODE = {"time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "memray"}
_SETTINGS = {"matplotlib", "config", "load_ext", "reload_ext", "unload_ext", "autoreload", "cd",
             "env", "set_env", "pushd", "popd", "precision", "xmode", "colors", "pylab", "gui",
             "automagic", "aimport", "alias", "unalias", "rehashx", "logstart",
             "logoff", "logon"}  # fmt: skip
_LOOKS = {"who", "whos", "who_ls", "pwd", "ls", "psearch", "pinfo", "pinfo2", "pdoc", "psource",
          "pdef", "pfile", "history", "hist", "lsmagic", "magic", "quickref", "dhist", "html",
          "HTML", "latex", "markdown", "svg", "SVG", "javascript", "js", "page", "tb", "pprint",
          "precision", "cat", "less", "more", "head", "dirs"}  # fmt: skip
_FILES = {"writefile": "writes", "file": "writes", "save": "writes", "notebook": "writes",
          "cat": "reads", "load": "reads", "mkdir": "creates", "rm": "deletes", "mv": "renames",
          "cp": "writes", "rmdir": "deletes", "ln": "creates"}  # fmt: skip


def is_ipython(value: Value) -> bool:
    """Whether a value is the running IPython."""
    return value.path == IPYTHON


def note_inside(walk: Walk, path: str) -> bool:
    """Whether a path leads into IPython; what is done there outlives the code, unseen."""
    place = path.removeprefix(INSIDE)
    if place == path:
        return False
    walk.found.note("unknown", f"uses IPython itself ({place})")
    return True


def magic(walk: Walk, node: ast.Call, method: str) -> Value:
    """Follow a call of a method of IPython's."""
    words = [_words(argument) for argument in node.args]
    first = words[0] if words else None
    if method in {"system", "getoutput", "system_raw", "system_piped", "getoutput_detailed"}:
        walk.found.note("process", f"runs the command {_clip(first)}")
        return Value(kind="list" if method == "getoutput" else "NoneType")
    if method not in {"run_line_magic", "run_cell_magic", "magic"} or first is None:
        walk.found.note("unknown", f"uses IPython itself ({method})")
        return UNKNOWN
    line = words[1] if len(words) > 1 else ""
    body = words[2] if len(words) > 2 else ""  # noqa: PLR2004 - name, line, body
    if method == "run_line_magic":
        body = ""
    _magic(walk, first, line or "", body or "")
    return UNKNOWN


def _magic(walk: Walk, name: str, line: str, body: str) -> None:
    found = walk.found
    if name in _PROGRAMS:
        found.note("process", f"runs the command {_clip(body or line)}")
    elif name in _PACKAGES:
        found.note("process", f"runs {name} {_clip(line)}")
        found.note("environment", "may install or remove packages")
        found.note("network", f"{name} may load packages")
    elif name in _CODE:
        _inner(walk, name, body or line, line)
    elif name in _FILES:
        found.note("files", f"{_FILES[name]} {_clip(line)}")
    elif name in _SETTINGS:
        found.note("environment", f"%{name} {_clip(line)}".strip())
    elif name in {"xdel", "reset", "reset_selective"}:
        _deletes(walk, name, line)
    elif name not in _LOOKS:
        found.note("unknown", f"the magic %{name}, whose effects were not looked into")


def _inner(walk: Walk, name: str, code: str, line: str) -> None:
    """A magic around code: the code is followed as well; timed statements bind no names."""
    if name == "capture" and line.split():
        target = next((word for word in line.split() if not word.startswith("-")), "")
        if target:
            walk.bind(target, Value(kind="IPython"))
    words = code.split(" ")
    while words and words[0].startswith("-"):
        words = words[2 if len(words[0]) == 2 and name == "timeit" else 1 :]  # noqa: PLR2004 - "-n 5"
    try:
        body = ast.parse(" ".join(words)).body
    except (SyntaxError, ValueError):
        walk.found.note("unknown", f"what %{name} runs could not be read")
        return
    if name == "time":
        walk.body(body)
        return
    if name == "capture":
        walk.body(body)
        return
    with walk.scope():
        walk.body(body)


def _deletes(walk: Walk, name: str, line: str) -> None:
    if name == "xdel" and line.split():
        walk.unbind(line.rsplit(maxsplit=1)[-1])
        return
    walk.found.note("unknown", f"%{name} may delete any name")


def _words(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _clip(text: str | None) -> str:
    if text is None:
        return "…"
    line = " ".join(text.split())
    return line if len(line) <= TEXT else f"{line[: TEXT - 1]}…"
