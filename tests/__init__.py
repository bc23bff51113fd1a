"""The tests, by what of the world is real in them; see docs/testing.md."""
