"""Pictures: how big one is, and a smaller one for the model."""

from __future__ import annotations

import base64
import contextlib
import struct
from dataclasses import replace
from io import BytesIO

from copilot_nb.transcript.blocks import ImageOutput

MODEL_SIDE = 1024
"""Pixels of the longer side that are enough for a model."""
MODEL_BYTES = 1_500_000
"""A picture that cannot be made smaller is not sent above this size."""
_PNG = b"\x89PNG\r\n\x1a\n"


def image_output(data: bytes | str, *, alt: str = "Figure", jpeg: bool = False) -> ImageOutput:
    """A picture of raw or base64 data, with its size where the header tells."""
    raw = data if isinstance(data, bytes) else base64.b64decode(data)
    width, height = png_size(raw) or (None, None)
    return ImageOutput(
        data=base64.b64encode(raw).decode(),
        mime="image/jpeg" if jpeg else "image/png",
        alt=alt,
        width=width,
        height=height,
    )


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG; None if it is none."""
    if not data.startswith(_PNG) or len(data) < len(_PNG) + 16:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def for_model(image: ImageOutput) -> ImageOutput | None:
    """The picture, made smaller if need be and Pillow is there; None if it is too big to send."""
    small = False
    with contextlib.suppress(ImportError, OSError, ValueError):
        image, small = _downscaled(image), True
    if not small and len(image.data) > MODEL_BYTES:
        return None
    return image


def _downscaled(image: ImageOutput) -> ImageOutput:
    from PIL import Image

    picture: Image.Image = Image.open(BytesIO(base64.b64decode(image.data)))
    if max(picture.size) <= MODEL_SIDE and len(image.data) <= MODEL_BYTES:
        return image
    picture.thumbnail((MODEL_SIDE, MODEL_SIDE))
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, "PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode()
    width, height = picture.size
    return replace(image, data=data, mime="image/png", width=width, height=height)
