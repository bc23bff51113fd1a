"""What the browser runs, and the widgets that bring it there.

The bundle is sent once per kernel, in a plain model without a view; each turn's own widget carries
a stub that fetches it in the page, without a word to the kernel. Front ends without a widget
manager get the whole bundle in each turn.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

import anywidget
import ipywidgets
import traitlets

if TYPE_CHECKING:
    from collections.abc import Callable

Face = Literal["turn", "tools"]
"""What a widget shows."""

_STATIC: Final = files("copilot_nb.views.widget") / "static"


@cache
def runtime_code() -> str:
    """The bundle: everything the page needs to draw a turn."""
    return (_STATIC / "runtime.js").read_text(encoding="utf-8")


@cache
def stub_code() -> str:
    """The module that fetches the bundle from its carrier."""
    return (_STATIC / "stub.js").read_text(encoding="utf-8")


@cache
def version() -> str:
    """Names the bundle by its content, so that a page keeps two versions apart."""
    return hashlib.sha256(runtime_code().encode()).hexdigest()[:16]


class Carrier(ipywidgets.Widget):  # type: ignore[misc]  # ipywidgets has no types
    """Brings the bundle to the page; it is never displayed."""

    _model_name = traitlets.Unicode("WidgetModel").tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)


class LiveWidget(anywidget.AnyWidget):
    """The page's end of one turn or listing.

    `snap` is never pushed: whoever asks for the widget's state (a reloaded page, a second window)
    gets it as it is at that moment.

    Args:
        face: What the page draws.
        snapshot: What is drawn as it is now, as JSON.
    """

    _esm = stub_code()
    face = traitlets.Unicode().tag(sync=True)
    runtime = traitlets.Any().tag(sync=True, to_json=lambda value, _: f"IPY_MODEL_{value.model_id}")
    version = traitlets.Unicode().tag(sync=True)
    snap = traitlets.Any(0).tag(sync=True, to_json=lambda _, widget: widget.snapshot())

    def __init__(self, face: Face, snapshot: Callable[[], dict[str, Any]]) -> None:
        self.snapshot = snapshot
        super().__init__(face=face, runtime=_carrier(), version=version())


class WholeWidget(anywidget.AnyWidget):
    """The same with the whole bundle, for front ends where widgets cannot see each other.

    Args:
        face: What the page draws.
        snapshot: What is drawn as it is now, as JSON.
    """

    _esm = runtime_code()
    face = traitlets.Unicode().tag(sync=True)
    snap = traitlets.Any(0).tag(sync=True, to_json=lambda _, widget: widget.snapshot())

    def __init__(self, face: Face, snapshot: Callable[[], dict[str, Any]]) -> None:
        self.snapshot = snapshot
        super().__init__(face=face)


def live_widget(face: Face, snapshot: Callable[[], dict[str, Any]]) -> ipywidgets.DOMWidget:
    """A widget of the kind that this front end can run."""
    return WholeWidget(face, snapshot) if _in_marimo() else LiveWidget(face, snapshot)


_carriers: list[Carrier] = []


def _carrier() -> Carrier:
    """The kernel's one carrier; a new one when somebody closed it (`Widget.close_all`)."""
    if not _carriers or _carriers[0].comm is None:
        _carriers[:] = [Carrier(code=runtime_code())]
    return _carriers[0]


def _in_marimo() -> bool:
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())
