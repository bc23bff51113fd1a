"""Allow-all: it begins, it ends, and it does not come back by itself."""

from __future__ import annotations

import pytest

from copilot_nb.notebook.permissions.allow_all import AllowAll
from copilot_nb.notebook.settings import Settings


@pytest.fixture
def config() -> dict[str, object]:
    """What `%config` says."""
    return {"policy": ""}


@pytest.mark.parametrize("ends", [True, False])
def test_what_config_replaced_stays_off(config: dict[str, object], *, ends: bool) -> None:
    """Also when `%config` takes back what it said, whether the mode changed meanwhile or not."""
    settings = Settings(config.get, {})
    allow_all = AllowAll(settings)
    allow_all.begin()

    config["policy"] = "deny"
    if ends:
        allow_all.end()
    else:
        assert settings.get("policy") == "deny"
    config["policy"] = ""

    assert not allow_all.on
    assert not settings.find("policy").given


def test_it_begins_again_after_config_ended_it(config: dict[str, object]) -> None:
    """And then gives back nothing of what was before the first time."""
    settings = Settings(config.get, {})
    settings.choose("policy", "deny", "%copilot config policy")
    allow_all = AllowAll(settings)
    allow_all.begin()
    config["policy"] = "ask"

    allow_all.begin()
    assert (allow_all.on, settings.get("policy")) == (True, "allow")
    allow_all.end()

    assert settings.find("policy").source == "%config Copilot.policy"
