"""Figures that agent code drew and did not show itself.

A notebook shows matplotlib's open figures when the cell ends. The cell of an agent's turn ends
much later, so they are shown when the piece of code ends.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.values import items_of
from copilot_nb.data.images import image_output
from copilot_nb.data.values import comes_from, is_a

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_nb.kernel.capture import Capture


def open_figures() -> set[int]:
    """The figures that are open now, by identity; empty when matplotlib is not in use."""
    return {id(manager.canvas.figure) for manager in _managers()}


def show_new_figures(capture: Capture, before: set[int]) -> None:
    """Show the figures opened since `before`, and close them as the inline backend does."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    for manager in _managers():
        figure = manager.canvas.figure
        if id(figure) in before or not _shown_by_us(figure, inline):
            continue
        picture = png(figure)
        if picture is not None:
            capture.add(image_output(picture))
        if inline is not None:
            _close(manager, figure, inline)


@contextmanager
def figures_aside() -> Iterator[None]:
    """Code in it finds no open figure and leaves none: those that are open now come back."""
    before = _opened()
    if before is not None:
        _pyplot().figs = type(before)()
    try:
        yield
    finally:
        left = _opened()
        if left is not None:
            _pyplot().destroy_all()
            _pyplot().figs = before if before is not None else type(left)()


def is_drawn(value: object, levels: int = 2) -> bool:
    """Whether the value is a part of a figure, or a container that holds one."""
    artist = getattr(sys.modules.get("matplotlib.artist"), "Artist", None)
    if artist is None:
        return False
    if is_a(value, artist):
        return True
    items = items_of(value)
    if comes_from(value, "numpy", "ndarray") and value.dtype == object:  # type: ignore[attr-defined]  # an array
        items = value.ravel().tolist()  # type: ignore[attr-defined]  # likewise
    return levels > 0 and any(is_drawn(item, levels - 1) for item in items or ())


def is_figure(value: object) -> bool:
    """Whether it is a figure of matplotlib."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and is_a(value, module.Figure)


def png(figure: Any) -> bytes | None:
    """The figure as a notebook would show it; None when there is nothing to see."""
    from IPython.core.pylabtools import print_figure

    data = print_figure(figure, fmt="png")  # type: ignore[no-untyped-call]  # of IPython
    return data if isinstance(data, bytes) else None


def _managers() -> list[Any]:
    return list(_pyplot().get_all_fig_managers()) if _pyplot() is not None else []


def _pyplot() -> Any:
    """What pyplot keeps of open figures; None when it is not in use."""
    return getattr(sys.modules.get("matplotlib._pylab_helpers"), "Gcf", None)


def _opened() -> Any:
    return _pyplot().figs if _pyplot() is not None else None


def _shown_by_us(figure: Any, inline: Any) -> bool:
    """Whether no window shows the figure already."""
    return inline is not None or type(figure.canvas).__name__ == "FigureCanvasAgg"


def _close(manager: Any, figure: Any, inline: Any) -> None:
    waiting = getattr(inline.show, "_to_draw", [])
    if figure in waiting:
        waiting.remove(figure)
    if inline.InlineBackend.instance().close_figures:
        sys.modules["matplotlib._pylab_helpers"].Gcf.destroy(manager)
