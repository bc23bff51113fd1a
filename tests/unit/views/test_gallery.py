"""The pictures that somebody looks at before a release."""

from __future__ import annotations

from typing import get_args

from copilot_nb.transcript.blocks import REQUESTS, Block
from tests.browser.gallery_turns import SCENES

BLOCKS = [block for scene in SCENES for block in scene.turn.blocks]


def test_every_kind_of_block_has_a_picture() -> None:
    """A new block comes with a scene."""
    assert {type(block) for block in BLOCKS} == set(get_args(Block))


def test_requests_are_seen_open_and_answered() -> None:
    """Panels look quite different before and after."""
    states = {(type(b), b.state) for b in BLOCKS if isinstance(b, REQUESTS)}

    assert states >= {(kind, state) for kind in REQUESTS for state in ("open", "answered")}


def test_scenes_have_names_of_their_own() -> None:
    """A name is a file."""
    names = [scene.name for scene in SCENES]

    assert len(set(names)) == len(names)
