"""What code draws on: figures and axes of matplotlib that the notebook has names for.

pyplot draws on the figure that is current when the code runs: one that is open now, or one that
the code has made before.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from copilot_nb.data.effects.live import axes_of
from copilot_nb.data.effects.methods import words
from copilot_nb.data.effects.values import Value
from copilot_nb.data.values import instance_data

if TYPE_CHECKING:
    from copilot_nb.data.effects.call import Call
    from copilot_nb.data.effects.walk import Walk

PYPLOT = "matplotlib.pyplot"
_NEW = words("figure subplots subplot_mosaic")
"""Functions of pyplot that make a figure, unless they are given the number of one."""
_OWN_FIGURE = words("relplot catplot displot lmplot pairplot jointplot clustermap FacetGrid")
"""Functions of seaborn that make one."""
_GIVES = words("gca gcf gci")
_LOOKS = ("get", "show", "savefig", "is", "fignum", "im", "pause", "draw_if", "close", "rc",
          "style", "switch", "set_loglevel", "ion", "ioff", "setp", "findobj", "xkcd")  # fmt: skip
"""How functions of pyplot begin that draw nothing on the current figure."""
_PLOTS = words("plot hist boxplot line bar barh box kde density area pie scatter hexbin contour"
               " contourf pcolormesh imshow step")  # fmt: skip
"""Methods of tables that draw on the current figure, if nothing else is said."""


def pyplot(call: Call) -> Value:
    """What a function of pyplot draws, and on what."""
    walk, name = call.walk, call.function.path.rpartition(".")[2]
    if name in _NEW:
        given = bool("num" in call.named or call.rest or (name == "figure" and call.values))
        walk.canvas = Value(kind="matplotlib", shares=_all(walk) if given else frozenset())
        return walk.canvas
    if name == "sca" and call.values:
        walk.canvas = call.values[0]
    elif name == "close" and call.values and call.values[0].text == "all":
        walk.canvas = Value(kind="matplotlib")
    elif name in _GIVES:
        return _current(walk)
    elif name == "setp" and call.values:
        walk.change(call.values[0])
    elif not name.startswith(_LOOKS) or name == "imshow":
        walk.change(_current(walk))
        return Value(kind="matplotlib", shares=_current(walk).shares)
    return Value(kind="matplotlib")


def plotted(call: Call, owner: Value) -> None:
    """A table draws itself: on a figure of its own, or where nothing is said on the current one."""
    if owner.kind not in {"pandas", "xarray"} or call.method not in _PLOTS or "ax" in call.named:
        return
    if owner.cls == "DataFrame" and call.method == "plot":
        call.walk.canvas = Value(kind="matplotlib")
    else:
        call.walk.change(_current(call.walk), sure=False)


def seaborn(call: Call, name: str) -> None:
    """A function of seaborn draws on a figure of its own, on `ax`, or on the current figure."""
    if name in _OWN_FIGURE:
        call.walk.canvas = Value(kind="matplotlib")
    elif name.endswith("plot") and "ax" not in call.named:
        call.walk.change(_current(call.walk), sure=False)


def _current(walk: Walk) -> Value:
    """What pyplot draws on now; asks for nothing that would make a figure."""
    if walk.canvas is not None:
        return walk.canvas
    figures = _figures()
    if not figures:
        return Value(kind="matplotlib")
    axes = axes_of(figures[-1])
    if len(axes) == 1:
        return walk.live.value(axes[0])
    names = [walk.live.names(each) for each in (figures[-1], *axes)]
    return Value(kind="matplotlib", shares=frozenset().union(*names), fresh=False)


def _all(walk: Walk) -> frozenset[str]:
    parts = [part for figure in _figures() for part in (figure, *axes_of(figure))]
    return frozenset().union(*(walk.live.names(part) for part in parts))


def _figures() -> list[Any]:
    """The open figures, the current one last."""
    pylab = instance_data(sys.modules.get("matplotlib._pylab_helpers")).get("Gcf")
    return [manager.canvas.figure for manager in pylab.figs.values()] if pylab else []
