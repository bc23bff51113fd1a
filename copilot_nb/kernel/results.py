"""What a user's own tool may return: tables, figures and pictures become what the model reads.

Values are held back as the privacy rules want it, by the names of columns and keys: what a tool has
fetched is nowhere in the notebook, so that the gate cannot know it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from copilot_nb.data.envelope import untrusted
from copilot_nb.data.frames import frame_of, table_text
from copilot_nb.data.guarded import guarded
from copilot_nb.data.images import for_model, image_output
from copilot_nb.data.namespace import own_words
from copilot_nb.data.privacy import MASK, OPEN
from copilot_nb.data.values import short, type_name
from copilot_nb.kernel.figures import is_figure, png
from copilot_nb.kernel.limits import computing_limit
from copilot_nb.kernel.trace import format_error
from copilot_nb.protocol.tool import BinaryResult, ToolResultObject
from copilot_nb.session.bounded import bounded
from copilot_nb.session.tools import limit_computing, register_converter, show_failures

if TYPE_CHECKING:
    from copilot_nb.data.privacy import Privacy
    from copilot_nb.transcript.blocks import ImageOutput


_rules: list[Privacy] = [OPEN]


def register_results() -> None:
    """Teach sessions a notebook's types, errors and time limits; imports no library."""
    register_converter(object, to_tool_result)
    show_failures(format_error)
    limit_computing(computing_limit)


def guard_results(rules: Privacy) -> None:
    """The rules that hold for results from now on."""
    _rules[:] = [rules]


def to_tool_result(value: object) -> ToolResultObject:
    """Any value: a table as rows, a figure or picture as an image, the rest as JSON."""
    rules = _rules[0]
    frame = frame_of(value)
    if frame is not None:
        table = guarded(frame, "", rules).table()
        return ToolResultObject.text(untrusted(f"{table_text(table)}\n[{frame.size}]", frame.kind))
    picture = _picture(value)
    if picture is not None:
        return picture_result(picture)
    own = own_words(value)
    if own:
        return ToolResultObject.text(untrusted(own, type_name(value)))
    plain = to_jsonable_python(bounded(value), fallback=short)
    return ToolResultObject.text(json.dumps(_masked(plain, rules), ensure_ascii=False))


def _masked(value: Any, rules: Privacy) -> Any:
    """JSON without what stands under withheld keys."""
    if not rules:
        return value
    if isinstance(value, dict):
        return {k: MASK if rules.hides(k) else _masked(v, rules) for k, v in value.items()}
    return [_masked(item, rules) for item in value] if isinstance(value, list) else value


def picture_result(picture: ImageOutput, *, about: str = "picture") -> ToolResultObject:
    """A picture for the model, made smaller if need be."""
    small = for_model(picture)
    if small is None:
        return ToolResultObject.failure(f"The {about} is too large to be sent.")
    return ToolResultObject(
        text_result_for_llm=f"[{about}, {small.width} × {small.height} pixels]",
        binary_results_for_llm=[
            BinaryResult(data=small.data, mime_type=small.mime, description=small.alt)
        ],
    )


def _picture(value: Any) -> ImageOutput | None:
    if is_figure(value):
        data = png(value)
    else:
        draw = getattr(type(value), "_repr_png_", None)
        data = draw(value) if draw is not None else None
    return None if data is None else image_output(data)
