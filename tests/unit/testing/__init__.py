"""Tests of copilot_nb.testing."""
