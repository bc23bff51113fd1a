"""Buttons and fields for open requests, of ordinary widgets: for pages that do not run ours.

What is asked stands in the output above; here are only its choices. Texts of others are shown as
text: no HTML widget, and nothing that the page would set as mathematics. Whether such widgets work
on a page, the page says itself: one that does follows a link between two of them.
"""

from __future__ import annotations

import contextvars
import time
from typing import TYPE_CHECKING, Any, Protocol, assert_never
from uuid import uuid4

import ipywidgets

from copilot_nb.transcript.blocks import PermissionBlock, UserInputBlock
from copilot_nb.transcript.forms import FormBlock, FormField, PlanBlock, SignInBlock
from copilot_nb.views.editing import along, editable
from copilot_nb.views.widget.widget import publish_in_cell

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from copilot_nb.transcript.blocks import RequestBlock, Transcript
    from copilot_nb.transcript.forms import Choice
    from copilot_nb.views.view import Callbacks
    from copilot_nb.views.widget.widget import Publish

DEAF_SECONDS = 0.3
"""A click that soon after a panel has appeared was meant for something else."""
_EDIT = "Edit; what stands here is what counts"
_MOST_ROWS = 20
_READY = "ready"
_STYLES = {"primary": "primary", "danger": "danger"}
_NO_MATHEMATICS = str.maketrans({"$": "＄", "\\": "＼"})


class Reader(Protocol):
    """Reads and checks the values of fields; raises ValueError in words for a person."""

    def typed(self, field: FormField, line: str) -> object:
        """The value that a typed line means."""
        ...

    def check(self, field: FormField, value: object) -> object:
        """The value as it may be sent; None when it is left empty."""
        ...


class Probe:
    """Asks the page whether ordinary widgets work there.

    Args:
        loop: Whose thread hears of it.
        on_ready: Called there when they do, in the context of whoever makes the probe: what it
            displays belongs to that cell, not to the page's message.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_ready: Callable[[], None]) -> None:
        context = contextvars.copy_context()
        source, target = ipywidgets.Text(_READY), ipywidgets.Text()

        def heard(change: dict[str, Any]) -> None:
            if change["new"] == _READY:
                loop.call_soon_threadsafe(on_ready, context=context)

        target.observe(heard, "value")
        link = ipywidgets.jsdlink((source, "value"), (target, "value"))
        self._widgets = [link, target, source]

    def close(self) -> None:
        """Take the widgets away."""
        for widget in self._widgets:
            widget.close()


class Buttons:
    """Shows a panel for each open request, oldest first.

    Args:
        callbacks: Where answers go.
        reader: Reads the fields of forms.
        publish: How the panels get into the output.
    """

    def __init__(
        self, callbacks: Callbacks, reader: Reader, publish: Publish = publish_in_cell
    ) -> None:
        self._callbacks = callbacks
        self._reader = reader
        self._publish = publish
        self._display_id = f"copilot-buttons-{uuid4().hex[:12]}"
        self._panels: dict[str, Any] = {}
        self._box = ipywidgets.VBox()
        view = {"model_id": self._box.model_id, "version_major": 2, "version_minor": 0}
        bundle = {"application/vnd.jupyter.widget-view+json": view, "text/plain": ""}
        publish(bundle, display_id=self._display_id, update=False)

    def update(self, transcript: Transcript) -> None:
        """Show what is open in that transcript, and nothing else."""
        wanted = {block.id: block for block in transcript.open_requests}
        if wanted.keys() == self._panels.keys():
            return
        for gone in self._panels.keys() - wanted.keys():
            _close(self._panels.pop(gone))
        for request_id, block in wanted.items():
            if request_id not in self._panels:
                self._panels[request_id] = self._panel(block)
        self._box.children = tuple(self._panels.values())

    def close(self) -> None:
        """Take all of them away, and the output with them."""
        for panel in self._panels.values():
            _close(panel)
        self._panels.clear()
        self._box.close()
        self._publish({"text/plain": ""}, display_id=self._display_id, update=True)

    def _panel(self, block: RequestBlock) -> Any:
        match block:
            case PermissionBlock() | PlanBlock():
                return self._choices(block)
            case UserInputBlock():
                return self._question(block)
            case FormBlock():
                return self._form(block)
            case SignInBlock():
                return self._row(block.id, {"Cancel": lambda: {"action": "cancel"}})
            case _:
                assert_never(block)

    def _choices(self, block: PermissionBlock | PlanBlock) -> Any:
        why = ipywidgets.Text(placeholder="why, or how much")
        text = editable(block)
        editor = ipywidgets.Textarea(
            value=text,
            rows=min(text.count("\n") + 2, _MOST_ROWS),
            layout={"width": "auto"},
        )

        def chosen(choice: Choice) -> Callable[[], dict[str, Any] | None]:
            def value() -> dict[str, Any] | None:
                more = along(block, choice, editor.value)
                if more is None:
                    return None
                said = why.value.strip() if choice.asks_feedback else ""
                return {"choice": choice.id, **({"feedback": said} if said else {}), **more}

            return value

        row = self._row(
            block.id,
            {choice.label: chosen(choice) for choice in block.choices},
            {choice.label: choice.style for choice in block.choices},
        )
        asks = any(choice.asks_feedback for choice in block.choices)
        edits = ipywidgets.Accordion([editor], titles=[_EDIT]) if text else None
        return ipywidgets.VBox([each for each in (edits, row, why if asks else None) if each])

    def _question(self, block: UserInputBlock) -> Any:
        row = self._row(block.id, {text: _constant({"answer": text}) for text in block.choices})
        if not block.allow_freeform:
            return row
        field = ipywidgets.Text(placeholder="Your answer")

        def written() -> dict[str, Any] | None:
            return {"answer": field.value.strip()} if field.value.strip() else None

        send = self._row(block.id, {"Send": written})
        return ipywidgets.VBox([row, ipywidgets.HBox([field, send])])

    def _form(self, block: FormBlock) -> Any:
        inputs = [(field, _input(field)) for field in block.fields]
        problem = ipywidgets.Text(disabled=True, layout={"display": "none", "width": "auto"})

        def filled() -> dict[str, Any] | None:
            if not block.fields:
                return {"action": "accept"}
            content = {}
            for field, widget in inputs:
                try:
                    value = self._read(field, widget.value)
                except ValueError as error:
                    problem.value = f"{field.label}: {error}"
                    problem.layout.display = ""
                    return None
                if value is not None:
                    content[field.name] = value
            return {"action": "accept", "content": content}

        row = self._row(
            block.id,
            {"Done" if block.url else "Send": filled, "Decline": _constant({"action": "decline"})},
            {"Done" if block.url else "Send": "primary"},
        )
        return ipywidgets.VBox([*(widget for _, widget in inputs), problem, row])

    def _read(self, field: FormField, value: Any) -> object:
        if isinstance(value, str) and field.kind != "choice":
            return self._reader.typed(field, value)
        return self._reader.check(field, list(value) if isinstance(value, tuple) else value)

    def _row(
        self,
        request_id: str,
        values: dict[str, Callable[[], dict[str, Any] | None]],
        styles: dict[str, str] | None = None,
    ) -> Any:
        """Buttons by their words, each with what it sends; None sends nothing."""
        appeared = time.monotonic()

        def pressed(value: Callable[[], dict[str, Any] | None]) -> Callable[[Any], None]:
            def send(_button: Any) -> None:
                if time.monotonic() - appeared < DEAF_SECONDS:
                    return
                answer = value()
                if answer is not None:
                    self._callbacks.answer(request_id, answer)

            return send

        buttons = []
        for words, value in values.items():
            style = _STYLES.get((styles or {}).get(words, ""), "")
            button = ipywidgets.Button(
                description=words, button_style=style, layout={"width": "auto"}
            )
            button.on_click(pressed(value))
            buttons.append(button)
        return ipywidgets.HBox(buttons, layout={"flex_flow": "row wrap"})


def _input(field: FormField) -> Any:
    label = field.label.translate(_NO_MATHEMATICS) + (" *" if field.required else "")
    options = [(choice.label, choice.value) for choice in field.choices]
    shape = {"description": label, "style": {"description_width": "initial"}}
    match field.kind:
        case "boolean":
            return ipywidgets.Checkbox(value=field.default is True, indent=False, **shape)
        case "choice":
            default = field.default if isinstance(field.default, str) else None
            return ipywidgets.Dropdown(options=[("", None), *options], value=default, **shape)
        case "choices":
            chosen = field.default if isinstance(field.default, tuple) else ()
            return ipywidgets.SelectMultiple(options=options, value=chosen, **shape)
        case "text" | "number" | "integer":
            default = "" if field.default is None else f"{field.default}"
            return ipywidgets.Text(value=default, placeholder=field.description, **shape)
        case _:
            assert_never(field.kind)


def _constant(value: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    return lambda: value


def _close(widget: Any) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()
