"""What a slip may have meant."""

from __future__ import annotations

from copilot_nb.notebook.nearest import meant


def test_the_nearest_names_are_offered() -> None:
    """Two at most, and as near as each other; what is far from all gets the other hint."""
    known = ["mode", "model", "models", "mcp"]

    assert meant("modle", known) == "Did you mean mode or model?"
    assert meant("mpc", known) == "Did you mean mcp?"
    assert meant("--timout", ["--out", "--timeout"]) == "Did you mean --timeout?"
    assert meant("xyz", iter(known), "See `%copilot help`.") == "See `%copilot help`."
    assert meant("xyz", []) == ""
